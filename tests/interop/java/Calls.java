import com.google.gson.Gson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.kurento.client.ElementConnectedEvent;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaPipeline;
import org.kurento.client.PassThrough;
import org.kurento.client.ServerInfo;
import org.kurento.client.Transaction;
import org.kurento.client.WebRtcEndpoint;
import org.kurento.client.internal.server.KurentoServerException;

/**
 * java Calls.java WS_URI: what applications do before any media. Connects, creates with and without transactions,
 * names, connects elements, finds one by its id, hears an event, is refused, releases. Reports in one line.
 */
public class Calls {
  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(Calls::fail);
    KurentoClient client = KurentoClient.create(arguments[0]);
    Map<String, Object> told = new HashMap<>();
    ServerInfo info = client.getServerManager().getInfo();
    told.put("version", info.getVersion());
    told.put("capabilities", info.getCapabilities());

    MediaPipeline pipeline = client.createMediaPipeline();
    PassThrough source = new PassThrough.Builder(pipeline).build();
    WebRtcEndpoint sink = new WebRtcEndpoint.Builder(pipeline).build();
    source.setName("source");
    CompletableFuture<ElementConnectedEvent> connected = new CompletableFuture<>();
    source.addElementConnectedListener(connected::complete);
    source.connect(sink);
    told.put("eventSource", connected.get(20, TimeUnit.SECONDS).getSource().getId());

    told.put("ids", Map.of("pipeline", pipeline.getId(), "source", source.getId(), "sink", sink.getId()));
    told.put("name", client.getById(source.getId(), PassThrough.class).getName());
    told.put("connections", source.getSinkConnections().size());
    List<String> children = new ArrayList<>();
    pipeline.getChildren().forEach(child -> children.add(child.getId()));
    told.put("children", children);
    told.put("offerRefused", refusal(() -> sink.processOffer("this is no SDP")));

    Transaction transaction = client.beginTransaction();
    MediaPipeline second = client.createMediaPipeline(transaction);
    PassThrough inTransaction = new PassThrough.Builder(second).build(transaction);
    inTransaction.addTag(transaction, "colour", "blue");
    transaction.commit();
    told.put("tag", inTransaction.getTag("colour"));

    String gone = source.getId();
    second.release();
    pipeline.release();
    told.put("gone", refusal(() -> client.getById(gone, PassThrough.class).getName()));
    System.out.println(new Gson().toJson(told));
    client.destroy();
    System.exit(0);
  }

  private static void fail(Thread thread, Throwable failure) {
    System.out.println(new Gson().toJson(Map.of("error", failure.toString())));
    System.exit(1);
  }

  private static int refusal(Runnable call) {
    try {
      call.run();
      return 0;
    } catch (KurentoServerException refused) {
      return refused.getCode();
    }
  }
}
