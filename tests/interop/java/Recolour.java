import com.google.gson.Gson;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaFlowState;
import org.kurento.client.MediaPipeline;
import org.kurento.client.PlayerEndpoint;
import org.kurento.client.RecorderEndpoint;
import org.kurento.module.tinter.Tinter;

/**
 * java Recolour.java WS_URI CLIP RECORDING: plays a clip through the scaffolded filter into a recording, with its
 * generated client on the class path.
 */
public class Recolour {
  private static final int PATIENCE_S = 60;

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(Recolour::fail);
    KurentoClient client = KurentoClient.create(arguments[0]);
    MediaPipeline pipeline = client.createMediaPipeline();
    PlayerEndpoint player = new PlayerEndpoint.Builder(pipeline, arguments[1]).build();
    Tinter filter = new Tinter.Builder(pipeline).withStrength(0.25f).build();
    RecorderEndpoint recorder = new RecorderEndpoint.Builder(pipeline, arguments[2]).build();
    player.connect(filter);
    filter.connect(recorder);
    filter.setStrength(1);
    CompletableFuture<Boolean> light = new CompletableFuture<>();
    CompletableFuture<Boolean> arrived = new CompletableFuture<>();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    filter.addLightChangedListener(event -> light.complete(event.getBright()));
    recorder.addMediaFlowInStateChangedListener(
        event -> {
          if (event.getState() == MediaFlowState.FLOWING) arrived.complete(true);
        });
    player.addEndOfStreamListener(event -> ended.complete(true));
    recorder.record();
    player.play();
    boolean bright = light.get(PATIENCE_S, TimeUnit.SECONDS);
    arrived.get(PATIENCE_S, TimeUnit.SECONDS);
    ended.get(PATIENCE_S, TimeUnit.SECONDS);
    recorder.stopAndWait();
    System.out.println(new Gson().toJson(Map.of("bright", bright, "strength", filter.getStrength())));
    pipeline.release();
    client.destroy();
    System.exit(0);
  }

  private static void fail(Thread thread, Throwable failure) {
    System.out.println(new Gson().toJson(Map.of("error", failure.toString())));
    System.exit(1);
  }
}
