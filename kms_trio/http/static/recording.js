/** Camera into a file by a RecorderEndpoint, and the same file back by a PlayerEndpoint. */

import { Tile } from "./panels.js";
import { Scene } from "./scene.js";
import { formatClock } from "./stats.js";

const byId = (id) => document.getElementById(id);
const EXTENSION = { WEBM: "webm", MP4: "mp4" };

export class Recording extends Scene {
  #endpoint = null;
  #recorder = null;
  #player = null;
  #uri = "";
  #recordedMs = 0;
  #resumedAt = 0;
  #ticker = 0;

  constructor(stage) {
    super(stage, "record");
    byId("record-camera").onclick = () => this.attempt(() => this.start());
    byId("record-start").onclick = () => this.attempt(() => this.record());
    byId("record-pause").onclick = () => this.attempt(() => this.pause());
    byId("record-stop").onclick = () => this.attempt(() => this.finish());
    byId("record-off").onclick = () => this.stop();
    byId("play-toggle").onclick = () => this.attempt(() => this.#toggle(), { fatal: false });
    byId("play-position").onchange = ({ target }) =>
      this.attempt(() => this.client.invoke(this.#player, "setPosition", { position: Number(target.value) }), { fatal: false });
    stage.pipeline.addEventListener("event", ({ detail }) => this.#event(detail));
  }

  async start() {
    this.setPhase("starting");
    this.stage.notices.clear("action");
    const camera = await this.openCamera();
    const tile = new Tile(this.tiles, "record-local", "Camera", { local: true });
    tile.show(camera);
    await this.createPipeline("recording");
    this.#endpoint = await this.createElement("WebRtcEndpoint", "camera");
    const peer = this.createPeer(this.#endpoint, { camera, direction: "sendonly" });
    await peer.negotiate();
    this.watch(peer, tile, "sent");
    this.setPhase("live");
  }

  async record() {
    this.setPhase("starting");
    const mediaProfile = byId("record-profile").value;
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    this.#uri = `${this.stage.config.recordings}/${stamp}-${crypto.getRandomValues(new Uint16Array(1))[0].toString(36)}.${EXTENSION[mediaProfile]}`;
    this.#recorder = await this.createElement("RecorderEndpoint", "recorder", { uri: this.#uri, mediaProfile });
    await this.connect(this.#endpoint, this.#recorder);
    this.#recordedMs = this.#resumedAt = 0;
    byId("record-clock").hidden = false;
    this.#tick();
    this.#ticker = setInterval(() => this.#tick(), 250);
    await this.client.invoke(this.#recorder, "record");
    this.setPhase("recording");
  }

  async pause() {
    const paused = this.phase === "paused";
    await this.client.invoke(this.#recorder, paused ? "record" : "pause");
    this.setPhase(paused ? "recording" : "paused");
    byId("record-pause").textContent = paused ? "Pause" : "Resume";
  }

  /** stopAndWait: when it answers, the file is complete. */
  async finish() {
    this.setPhase("finishing");
    this.#halt();
    await this.client.invoke(this.#recorder, "stopAndWait");
    await this.client.release(this.#recorder);
    this.#recorder = null;
    this.#list(this.#uri, this.#recordedMs);
    this.setPhase("live");
  }

  /** Plays a file in a pipeline of its own, after the camera was turned off. */
  async play(uri) {
    if (this.phase !== "idle") await this.stop();
    this.setPhase("starting");
    this.stage.notices.clear("action");
    await this.createPipeline("playback");
    this.#player = await this.createElement("PlayerEndpoint", "player", { uri, useEncodedMedia: byId("record-encoded").checked });
    const endpoint = await this.createElement("WebRtcEndpoint", "viewer");
    const peer = this.createPeer(endpoint, { direction: "recvonly" });
    await this.connect(this.#player, endpoint);
    await peer.negotiate();
    const tile = new Tile(this.tiles, "record-remote", decodeURIComponent(uri.split("/").pop()));
    tile.show(peer.stream);
    this.watch(peer, tile);
    await this.client.invoke(this.#player, "play");
    byId("record-transport").hidden = false;
    this.#ticker = setInterval(() => this.#follow(), 500);
    this.setPhase("playing");
  }

  async stop() {
    this.#halt();
    byId("record-transport").hidden = true;
    byId("record-clock").hidden = true;
    byId("record-pause").textContent = "Pause";
    this.#recorder = this.#player = this.#endpoint = null;
    await super.stop();
  }

  #toggle() {
    return this.client.invoke(this.#player, byId("play-toggle").dataset.state === "START" ? "pause" : "play");
  }

  #halt() {
    clearInterval(this.#ticker);
    this.#setRunning(false);
  }

  #setRunning(running) {
    const now = performance.now();
    if (this.#resumedAt) this.#recordedMs += now - this.#resumedAt;
    this.#resumedAt = running ? now : 0;
  }

  #tick() {
    const running = this.#resumedAt ? performance.now() - this.#resumedAt : 0;
    byId("record-clock").textContent = formatClock(this.#recordedMs + running);
  }

  async #follow() {
    const player = this.#player;
    if (!player || !this.client.online) return;
    const [position, info] = await Promise.all(["getPosition", "getVideoInfo"].map((name) => this.client.invoke(player, name).catch(() => null)));
    const slider = byId("play-position");
    slider.max = info?.duration ?? 0;
    slider.disabled = !info?.isSeekable;
    if (document.activeElement !== slider) slider.value = position ?? 0;
    byId("play-time").textContent = `${formatClock(position ?? 0)} / ${formatClock(info?.duration ?? 0)}`;
  }

  #event({ element, type, data }) {
    if (element.id === this.#recorder) {
      if (type === "Recording") this.#setRunning(true);
      if (type === "Paused" || type === "Stopped") this.#setRunning(false);
    } else if (element.id === this.#player && type === "UriEndpointStateChanged") {
      byId("play-toggle").dataset.state = data.state;
      byId("play-toggle").textContent = { START: "Pause", PAUSE: "Resume", STOP: "Play again" }[data.state];
    }
  }

  #list(uri, milliseconds) {
    const line = document.createElement("li");
    const text = Object.assign(document.createElement("span"), { textContent: `${decodeURIComponent(uri.split("/").pop())} · ${formatClock(milliseconds)}`, title: uri });
    const play = Object.assign(document.createElement("button"), { type: "button", textContent: "Play" });
    play.onclick = () => this.attempt(() => this.play(uri));
    line.dataset.uri = uri;
    line.append(text, play);
    byId("record-list").prepend(line);
    byId("record-none").hidden = true;
  }
}
