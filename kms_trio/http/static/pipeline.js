/**
 * A live picture of one pipeline on the server: its elements, connections, states and bitrates.
 *
 * Everything is asked through the public protocol (getChildren, getSinkConnections, getStats) and kept
 * up to date by events, so it shows the elements of other clients in the same pipeline too.
 */

import { SERVER_MANAGER } from "./kurento.js";
import { Rates, serverBytes } from "./stats.js";

const POLL_MS = 1000;
const COMMON = ["ElementConnected", "ElementDisconnected", "MediaFlowInStateChanged", "MediaFlowOutStateChanged", "MediaTranscodingStateChanged", "Error"];
const EVENTS = {
  WebRtcEndpoint: [...COMMON, "IceCandidateFound", "IceGatheringDone", "IceComponentStateChanged", "NewCandidatePairSelected", "DtlsConnectionStateChange", "MediaStateChanged", "ConnectionStateChanged", "MediaSessionStarted", "MediaSessionTerminated"],
  PlayerEndpoint: [...COMMON, "EndOfStream", "UriEndpointStateChanged"],
  RecorderEndpoint: [...COMMON, "Recording", "Paused", "Stopped", "UriEndpointStateChanged"],
};

/** The class name in an object id: `…/uuid_kurento.WebRtcEndpoint` gives `WebRtcEndpoint`. */
export const typeOf = (id) => id.slice(id.lastIndexOf(".") + 1);

/**
 * Events: "change" (redraw), "event" (detail: {element, type, data}), "gone" (the pipeline was released).
 * `elements`: Map of id to {id, type, name, uri, states, flowIn, flowOut, transcoding, rateIn, rateOut}.
 * `links`: Map of "source sink" to {source, sink, types}.
 */
export class LivePipeline extends EventTarget {
  #client;
  #rates = new Rates();
  #timer = 0;
  #surveying = null;
  #again = false;

  constructor(client) {
    super();
    this.#client = client;
    this.id = null;
    this.elements = new Map();
    this.links = new Map();
  }

  /** Hears of objects that come and go; once, after the client is online. */
  async listen() {
    await this.#client.subscribe(SERVER_MANAGER, "ObjectCreated", ({ object }) => this.#concerns(object) && this.survey());
    await this.#client.subscribe(SERVER_MANAGER, "ObjectDestroyed", ({ objectId }) => this.#destroyed(objectId));
  }

  async follow(pipeline) {
    this.unfollow();
    this.id = pipeline;
    await this.survey();
    if (this.id === pipeline) this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  unfollow() {
    clearInterval(this.#timer);
    this.id = null;
    this.elements.clear();
    this.links.clear();
    this.#rates.clear();
    this.#changed();
  }

  #concerns(object) {
    return this.id !== null && object.startsWith(this.id);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #destroyed(objectId) {
    if (!this.#concerns(objectId)) return;
    if (objectId === this.id) {
      this.unfollow();
      this.dispatchEvent(new Event("gone"));
      return;
    }
    this.elements.delete(objectId);
    for (const [key, link] of this.links) if (link.source === objectId || link.sink === objectId) this.links.delete(key);
    this.#changed();
  }

  /** Looks at the whole pipeline anew; calls made meanwhile are merged into one more look. */
  async survey() {
    this.#again = true;
    this.#surveying ??= (async () => {
      while (this.#again && this.id) {
        this.#again = false;
        await this.#look(this.id).catch((error) => console.warn("survey", error)); // released meanwhile
      }
      this.#surveying = null;
    })();
    await this.#surveying;
  }

  async #look(pipeline) {
    const children = await this.#client.invoke(pipeline, "getChildren");
    await Promise.all(children.map((id) => (this.elements.has(id) ? this.#learnName(this.elements.get(id)) : this.#meet(id))));
    const links = new Map();
    const linksOf = (id) => this.#client.invoke(id, "getSinkConnections").catch(() => []); // a hub has none
    for (const connections of await Promise.all(children.map(linksOf))) {
      for (const { source, sink, type } of connections) {
        const key = `${source} ${sink}`;
        if (!links.has(key)) links.set(key, { source, sink, types: [] });
        links.get(key).types.push(type);
      }
    }
    if (this.id !== pipeline) return;
    this.links = links;
    for (const id of this.elements.keys()) if (!children.includes(id)) this.elements.delete(id);
    this.#changed();
  }

  async #meet(id) {
    const type = typeOf(id);
    const item = { id, type, name: type, uri: null, states: { ice: null, dtls: null, media: null, uri: null }, flowIn: {}, flowOut: {}, transcoding: {}, rateIn: null, rateOut: null };
    this.elements.set(id, item);
    const ask = (operation) => this.#client.invoke(id, operation).catch(() => null);
    for (const event of EVENTS[type] ?? COMMON) {
      this.#client.subscribe(id, event, (data) => this.#event(item, event, data)).catch((error) => console.warn(event, error));
    }
    await this.#learnName(item);
    if (type === "WebRtcEndpoint") {
      item.states.media ??= await ask("getMediaState");
      item.states.connection ??= await ask("getConnectionState");
    } else if (EVENTS[type]) {
      item.uri = await ask("getUri");
      item.states.uri ??= await ask("getState");
    }
  }

  /** Its maker may name an element after we have met it. */
  async #learnName(item) {
    if (item.name !== item.type) return;
    const name = await this.#client.invoke(item.id, "getName").catch(() => null);
    if (name && name !== item.id) item.name = name;
  }

  /** The name of an element of this pipeline; any other text comes back as it is. */
  nameOf(id) {
    return this.elements.get(id)?.name ?? id;
  }

  #event(item, type, data) {
    const set = (table, key, value) => { item[table][key] = value; };
    ({
      IceComponentStateChanged: () => data.componentId === 1 && set("states", "ice", data.state),
      DtlsConnectionStateChange: () => set("states", "dtls", data.state),
      MediaStateChanged: () => set("states", "media", data.newState),
      ConnectionStateChanged: () => set("states", "connection", data.newState),
      UriEndpointStateChanged: () => set("states", "uri", data.state),
      MediaFlowInStateChanged: () => set("flowIn", data.mediaType, data.state),
      MediaFlowOutStateChanged: () => set("flowOut", data.mediaType, data.state),
      MediaTranscodingStateChanged: () => set("transcoding", data.mediaType, data.state),
      ElementConnected: () => this.survey(),
      ElementDisconnected: () => this.survey(),
    })[type]?.();
    this.dispatchEvent(new CustomEvent("event", { detail: { element: item, type, data } }));
    this.#changed();
  }

  async #poll() {
    const endpoints = [...this.elements.values()].filter(({ type }) => type === "WebRtcEndpoint");
    await Promise.all(endpoints.map(async (item) => {
      const bytes = serverBytes(await this.#client.invoke(item.id, "getStats").catch(() => null));
      if (!bytes) return;
      item.rateIn = this.#rates.update(`${item.id} in`, bytes.bytesIn);
      item.rateOut = this.#rates.update(`${item.id} out`, bytes.bytesOut);
    }));
    this.#changed();
  }
}
