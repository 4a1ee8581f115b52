import com.google.gson.Gson;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaPipeline;
import org.kurento.client.OnIceCandidateEvent;
import org.kurento.client.OnIceGatheringDoneEvent;
import org.kurento.client.WebRtcEndpoint;

/** java Legacy.java WS_URI, with a client of 6.x: members and events that 7.x no longer has. */
public class Legacy {
  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(Legacy::fail);
    KurentoClient client = KurentoClient.create(arguments[0]);
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    endpoint.setMaxOutputBitrate(900000);
    endpoint.setMinOutputBitrate(300000);
    endpoint.setOutputBitrate(500000);

    CompletableFuture<OnIceCandidateEvent> found = new CompletableFuture<>();
    CompletableFuture<OnIceGatheringDoneEvent> done = new CompletableFuture<>();
    endpoint.addOnIceCandidateListener(found::complete);
    endpoint.addOnIceGatheringDoneListener(done::complete);
    endpoint.addMediaFlowInStateChangeListener(event -> {});
    endpoint.generateOffer();
    endpoint.gatherCandidates();

    Map<String, Object> told = new HashMap<>();
    told.put("candidate", found.get(20, TimeUnit.SECONDS).getCandidate().getCandidate());
    OnIceGatheringDoneEvent event = done.get(20, TimeUnit.SECONDS);
    told.put("type", event.getType());
    told.put("timestamp", event.getTimestamp());
    told.put("timestampMillis", event.getTimestampMillis());
    told.put("bitrates", new int[] {endpoint.getMinOutputBitrate(), endpoint.getMaxOutputBitrate()});
    told.put("child", pipeline.getChilds().get(0).getId());
    told.put("endpoint", endpoint.getId());
    System.out.println(new Gson().toJson(told));
    client.destroy();
    System.exit(0);
  }

  private static void fail(Thread thread, Throwable failure) {
    System.out.println(new Gson().toJson(Map.of("error", failure.toString())));
    System.exit(1);
  }
}
