import com.google.gson.Gson;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.kurento.client.KurentoClient;
import org.kurento.client.KurentoConnectionListener;
import org.kurento.client.MediaPipeline;
import org.kurento.client.PassThrough;

/**
 * java Reconnect.java WS_URI: creates a pipeline, reports, waits until its connection was broken and made again (the
 * test does that), then uses the same objects and hears an event of them.
 */
public class Reconnect {
  private static final BlockingQueue<Boolean> RECONNECTED = new LinkedBlockingQueue<>();
  private static final BlockingQueue<String> HEARD = new LinkedBlockingQueue<>();

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(Reconnect::fail);
    KurentoClient client = KurentoClient.create(arguments[0], new Listener());
    MediaPipeline pipeline = client.createMediaPipeline();
    PassThrough source = new PassThrough.Builder(pipeline).build();
    PassThrough sink = new PassThrough.Builder(pipeline).build();
    source.addElementConnectedListener(event -> HEARD.add(event.getSource().getId()));
    pipeline.setName("before");
    String session = client.getSessionId();
    report(Map.of("source", source.getId()));

    boolean sameServer = RECONNECTED.poll(30, TimeUnit.SECONDS);
    String name = pipeline.getName();
    source.connect(sink);
    String heard = HEARD.poll(20, TimeUnit.SECONDS);
    boolean sameSession = session.equals(client.getSessionId());
    report(Map.of("sameServer", sameServer, "sameSession", sameSession, "name", name, "heard", heard));
    client.destroy();
    System.exit(0);
  }

  private static void fail(Thread thread, Throwable failure) {
    System.out.println(new Gson().toJson(Map.of("error", failure.toString())));
    System.exit(1);
  }

  private static void report(Map<String, Object> message) {
    System.out.println(new Gson().toJson(message));
  }

  private static class Listener implements KurentoConnectionListener {
    @Override
    public void connected() {}

    @Override
    public void connectionFailed() {}

    @Override
    public void disconnected() {}

    @Override
    public void reconnected(boolean sameServer) {
      RECONNECTED.add(sameServer);
    }
  }
}
