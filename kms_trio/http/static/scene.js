/**
 * What the three demonstrations share: a pipeline, camera, peers, tiles, phases and clearing up.
 */

import { cameraProblem, requestProblem, unexpected } from "./explain.js";
import { KurentoError } from "./kurento.js";
import { openCamera, Peer } from "./peer.js";

const STATS_MS = 1000;

/**
 * A scene's section carries `data-phase`; its buttons say in `data-when` in which phases they work.
 * `stage` holds what all scenes use: client, notices, journal, pipeline (LivePipeline), own (Set of ids).
 */
export class Scene {
  #watched = [];
  #timer = 0;
  #run = 0;

  constructor(stage, name) {
    this.stage = stage;
    this.client = stage.client;
    this.root = document.getElementById(name);
    this.tiles = document.getElementById(`${name}-tiles`);
    this.pipeline = null;
    this.camera = null;
    this.peers = [];
  }

  get phase() {
    return this.root.dataset.phase;
  }

  setPhase(phase) {
    this.root.dataset.phase = phase;
    this.refreshButtons();
  }

  /** Buttons follow the phase; nothing can be started while the server is away. */
  refreshButtons() {
    for (const button of this.root.querySelectorAll("[data-when]")) {
      const wanted = button.dataset.when.split(" ").includes(this.phase);
      button.disabled = !wanted || (this.phase === "idle" && !this.client.online);
    }
  }

  /** Runs the steps of a user's action; a failure is explained and everything taken down. */
  async attempt(steps, { fatal = true } = {}) {
    const run = ++this.#run;
    try {
      await steps();
    } catch (error) {
      if (run !== this.#run && fatal) return; // stopped meanwhile: its errors are of no interest
      console.error(error);
      const explanation = error instanceof KurentoError ? requestProblem(error) : error instanceof DOMException ? cameraProblem(error) : unexpected(error);
      if (fatal) await this.stop();
      this.stage.notices.show("action", explanation);
    }
  }

  async openCamera() {
    this.camera = await openCamera();
    return this.camera;
  }

  async createPipeline(name) {
    this.pipeline = await this.client.create("MediaPipeline");
    await this.client.invoke(this.pipeline, "setName", { name });
    await this.stage.follow(this.pipeline, name);
    return this.pipeline;
  }

  /** Creates an element in `pipeline`, named for the graph. */
  async createElement(type, name, parameters = {}, pipeline = this.pipeline) {
    const id = await this.client.create(type, { mediaPipeline: pipeline, ...parameters });
    this.stage.own.add(id);
    await this.client.invoke(id, "setName", { name });
    await this.stage.pipeline.survey();
    return id;
  }

  connect(source, sink) {
    return this.client.invoke(source, "connect", { sink });
  }

  /** A peer whose problems reach the notice bar. */
  createPeer(endpoint, options) {
    const peer = new Peer(this.client, endpoint, options);
    peer.addEventListener("problem", ({ detail }) => this.stage.notices.show("media", detail));
    peer.addEventListener("recovered", () => this.stage.notices.clear("media"));
    peer.addEventListener("state", ({ detail }) => this.stage.journal.note(`peer connection ${detail}`));
    this.peers.push(peer);
    return peer;
  }

  /** Keeps a tile's figures fresh. */
  watch(peer, tile, direction) {
    this.#watched.push({ peer, tile, direction });
    this.#timer ||= setInterval(async () => {
      for (const watched of this.#watched) watched.tile.update(await watched.peer.stats(), watched.direction);
    }, STATS_MS);
  }

  /** Closes the browser's side at once, then releases what `released()` names on the server. */
  async stop() {
    this.#run++;
    clearInterval(this.#timer);
    this.#timer = 0;
    for (const { tile } of this.#watched.splice(0)) tile.remove();
    this.tiles.replaceChildren();
    for (const peer of this.peers.splice(0)) peer.close();
    this.camera?.getTracks().forEach((track) => track.stop());
    this.camera = null;
    const ids = this.released();
    this.pipeline = null;
    this.setPhase("idle");
    this.stage.notices.clear("media");
    this.stage.unfollow();
    for (const id of ids) await this.client.release(id).catch((error) => console.warn("release", error));
  }

  /** The objects that go when this scene stops. */
  released() {
    return this.pipeline ? [this.pipeline] : [];
  }

  /** The page is closing: tells the server without waiting for an answer. */
  farewell() {
    for (const id of this.released()) this.client.release(id).catch(() => {});
  }
}
