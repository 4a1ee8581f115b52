import com.google.gson.Gson;
import java.util.Map;
import org.kurento.client.KurentoClient;

/** java Absent.java WS_URI: reports the exception that an application gets where no server listens. */
public class Absent {
  public static void main(String[] arguments) {
    String exception = "";
    try {
      KurentoClient.create(arguments[0]).createMediaPipeline();
    } catch (RuntimeException absent) {
      exception = absent.getClass().getSimpleName();
    }
    System.out.println(new Gson().toJson(Map.of("exception", exception)));
    System.exit(0);
  }
}
