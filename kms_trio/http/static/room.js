/**
 * One presenter, many viewers. A room is a pipeline whose name begins with `room:`; a viewer's link
 * carries the ids of pipeline and presenter in the URL's hash.
 */

import { roomEnded } from "./explain.js";
import { SERVER_MANAGER } from "./kurento.js";
import { Tile } from "./panels.js";
import { typeOf } from "./pipeline.js";
import { Scene } from "./scene.js";

const PREFIX = "room:";
const byId = (id) => document.getElementById(id);

/** The room that the address bar points to: {pipeline, presenter} or null. */
export function linkedRoom() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const pipeline = parameters.get("room");
  const presenter = parameters.get("presenter");
  return pipeline && presenter ? { pipeline, presenter } : null;
}

const roomHash = ({ pipeline, presenter }) => `#${new URLSearchParams({ room: pipeline, presenter })}`;

export class Room extends Scene {
  #presenter = null;
  #viewer = null;
  #known = new Map(); // pipeline id to its room, or null when it is something else

  constructor(stage) {
    super(stage, "room");
    byId("room-present").onclick = () => this.attempt(() => this.present());
    byId("room-watch").onclick = () => this.attempt(() => this.view(linkedRoom()));
    byId("room-stop").onclick = () => this.stop();
    byId("room-copy").onclick = () => this.#copy();
    stage.pipeline.addEventListener("change", () => this.#count());
    stage.pipeline.addEventListener("event", ({ detail }) => this.#sweep(detail));
  }

  async present() {
    this.setPhase("starting");
    this.stage.notices.clear("action");
    const camera = await this.openCamera();
    const tile = new Tile(this.tiles, "room-local", "You present", { local: true });
    tile.show(camera);
    const title = new Date().toTimeString().slice(0, 5);
    await this.createPipeline(`${PREFIX}${title}`);
    this.#presenter = await this.createElement("WebRtcEndpoint", "presenter");
    const peer = this.createPeer(this.#presenter, { camera, direction: "sendonly" });
    await peer.negotiate();
    this.watch(peer, tile, "sent");
    const hash = roomHash({ pipeline: this.pipeline, presenter: this.#presenter });
    byId("room-link").value = new URL(hash, location.href).href;
    byId("room-share").hidden = false;
    this.setPhase("live");
  }

  async view({ pipeline, presenter }) {
    this.setPhase("starting");
    this.stage.notices.clear("action");
    this.stage.notices.clear("room");
    await this.client.describe(presenter);
    await this.stage.follow(pipeline, "room");
    const number = 1 + [...this.stage.pipeline.elements.values()].filter(({ name }) => name.startsWith("viewer")).length;
    this.#viewer = await this.createElement("WebRtcEndpoint", `viewer ${number}`, {}, pipeline);
    const peer = this.createPeer(this.#viewer, { direction: "recvonly" });
    await this.connect(presenter, this.#viewer);
    await peer.negotiate();
    const tile = new Tile(this.tiles, "room-remote", "The presenter");
    tile.show(peer.stream);
    this.watch(peer, tile);
    this.setPhase("live");
  }

  /** The presenter takes the pipeline away with it, a viewer only its own endpoint. */
  released() {
    return [this.pipeline ?? this.#viewer].filter(Boolean);
  }

  async stop() {
    byId("room-share").hidden = true;
    byId("room-count").hidden = true;
    await super.stop();
    this.#presenter = this.#viewer = null;
    await this.list();
  }

  /** The followed pipeline was released by its presenter. */
  async ended() {
    this.#viewer = null;
    history.replaceState(null, "", "#room");
    await this.stop();
    this.stage.notices.show("room", roomEnded(), "info");
  }

  /** Shows who presents now. Looking at a pipeline takes a hold on it, which is given back at once. */
  async list() {
    byId("room-watch").hidden = !linkedRoom();
    byId("room-present").classList.toggle("primary", !linkedRoom());
    byId("room-watch").classList.toggle("primary", Boolean(linkedRoom()));
    if (!this.client.online) return;
    const pipelines = await this.client.invoke(SERVER_MANAGER, "getPipelines").catch(() => []);
    for (const id of this.#known.keys()) if (!pipelines.includes(id)) this.#known.delete(id);
    for (const id of pipelines) if (!this.#known.get(id)) this.#known.set(id, await this.#inspect(id).catch(() => null));
    const rooms = [...this.#known.values()].filter(Boolean);
    byId("room-none").hidden = rooms.length > 0;
    byId("room-list").replaceChildren(...rooms.map((room) => this.#entry(room)));
  }

  async #inspect(pipeline) {
    try {
      const name = await this.client.invoke(pipeline, "getName");
      if (!name.startsWith(PREFIX)) return null;
      for (const id of await this.client.invoke(pipeline, "getChildren")) {
        if (typeOf(id) === "WebRtcEndpoint" && (await this.client.invoke(id, "getName")) === "presenter") {
          return { pipeline, presenter: id, title: name.slice(PREFIX.length) };
        }
      }
      return null;
    } finally {
      if (pipeline !== this.stage.pipeline.id) await this.client.unref(pipeline);
    }
  }

  #entry(room) {
    const line = document.createElement("li");
    const text = Object.assign(document.createElement("span"), { textContent: `Live since ${room.title}` });
    const watch = Object.assign(document.createElement("button"), { type: "button", textContent: "Watch" });
    watch.onclick = () => {
      location.hash = roomHash(room);
      this.attempt(() => this.view(room));
    };
    watch.disabled = this.phase !== "idle";
    line.dataset.room = room.pipeline;
    line.append(text, watch);
    return line;
  }

  #count() {
    if (this.phase !== "live") return;
    const viewers = [...this.stage.pipeline.elements.values()].filter(({ name }) => name.startsWith("viewer")).length;
    byId("room-count").hidden = false;
    byId("room-count").textContent = viewers === 1 ? "1 viewer" : `${viewers} viewers`;
    byId("room-count").dataset.viewers = viewers;
  }

  /** A viewer that went without goodbye fails its consent checks; the presenter clears up after it. */
  #sweep({ element, type, data }) {
    if (!this.#presenter || element.id === this.#presenter) return;
    if (type === "IceComponentStateChanged" && data.state === "FAILED") {
      this.stage.journal.note(`${element.name} is lost, releasing it`);
      this.client.release(element.id).catch((error) => console.warn("release", error));
    }
  }

  async #copy() {
    byId("room-link").select();
    await navigator.clipboard?.writeText(byId("room-link").value).catch(() => {});
    byId("room-copy").textContent = "Copied";
    setTimeout(() => { byId("room-copy").textContent = "Copy"; }, 1500);
  }
}
