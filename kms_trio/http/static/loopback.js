/** Camera to the server and back: one WebRtcEndpoint connected to itself. */

import { Tile } from "./panels.js";
import { Scene } from "./scene.js";

export class Loopback extends Scene {
  constructor(stage) {
    super(stage, "loopback");
    document.getElementById("loopback-start").onclick = () => this.attempt(() => this.start());
    document.getElementById("loopback-stop").onclick = () => this.stop();
  }

  async start() {
    this.setPhase("starting");
    this.stage.notices.clear("action");
    const camera = await this.openCamera();
    const local = new Tile(this.tiles, "loopback-local", "Camera", { local: true });
    local.show(camera);
    await this.createPipeline("loopback");
    const endpoint = await this.createElement("WebRtcEndpoint", "loopback");
    const peer = this.createPeer(endpoint, { camera });
    await this.connect(endpoint, endpoint);
    await peer.negotiate();
    const remote = new Tile(this.tiles, "loopback-remote", "From the server");
    remote.show(peer.stream);
    this.watch(peer, local, "sent");
    this.watch(peer, remote);
    this.setPhase("live");
  }
}
