/** A class of a module on trial: the camera goes through an object of it, or through a hub and back. */

import { Field, valuesOf } from "./fields.js";
import { element, Journal, Tile } from "./panels.js";
import { Scene } from "./scene.js";

const byId = (id) => document.getElementById(id);

export class Trial extends Scene {
  #class = null;
  #object = null;
  #parameters = [];
  #properties = [];
  #events = new Journal(byId("trial-events"));
  #count = 0;

  constructor(stage) {
    super(stage, "trial");
    byId("trial-start").onclick = () => this.attempt(() => this.start());
    byId("trial-stop").onclick = () => this.stop();
  }

  /** Shows what can be told of a class without making one. */
  async choose(remoteClass) {
    if (this.phase !== "idle") await this.stop();
    this.#class = remoteClass;
    byId("class-name").textContent = remoteClass.name;
    byId("class-doc").textContent = remoteClass.doc;
    this.#parameters = remoteClass.parameters.map((item) => new Field(item, remoteClass.values(item.type), "new"));
    byId("trial-constructor").replaceChildren(...this.#parameters.map(({ root }) => root));
    byId("trial-events").replaceChildren();
    this.#refreshCount(0);
  }

  async start() {
    this.setPhase("starting");
    this.stage.notices.clear("action");
    const camera = await this.openCamera();
    const local = new Tile(this.tiles, "trial-before", "Before", { local: true });
    local.root.classList.remove("mirrored"); // both sides are to be compared
    local.show(camera);
    await this.createPipeline(this.#class.name);
    const endpoint = await this.createElement("WebRtcEndpoint", "camera");
    const peer = this.createPeer(endpoint, { camera });
    await this.#put(endpoint);
    await this.#showContract();
    await peer.negotiate();
    const remote = new Tile(this.tiles, "trial-after", "After");
    remote.show(peer.stream);
    this.watch(peer, local, "sent");
    this.watch(peer, remote);
    this.setPhase("live");
  }

  /** Makes the object and connects the camera through it. */
  async #put(endpoint) {
    const { type, name } = this.#class;
    const parameters = valuesOf(this.#parameters);
    if (this.#class.is("Hub")) {
      this.#object = await this.client.create(type, { mediaPipeline: this.pipeline, ...parameters });
      const port = await this.client.create("HubPort", { hub: this.#object });
      await this.connect(endpoint, port);
      await this.connect(port, endpoint);
    } else {
      this.#object = await this.createElement(type, name, parameters);
      await this.connect(endpoint, this.#object);
      await this.connect(this.#object, endpoint);
    }
  }

  async #showContract() {
    const { properties, methods, events } = this.#class.additions;
    for (const event of events) await this.client.subscribe(this.#object, event, (data) => this.#heard(event, data));
    this.#properties = properties.map((item) => this.#property(item));
    byId("trial-properties").replaceChildren(...this.#properties.map(({ root }) => root));
    byId("trial-methods").replaceChildren(...methods.map((method) => this.#method(method)));
    await this.#read();
  }

  #property(item) {
    const field = new Field(item, this.#class.values(item.type), "property");
    field.readOnly = Boolean(item.readOnly || item.final);
    field.onChange(() => this.attempt(async () => {
      await this.client.invoke(this.#object, accessor("set", item.name), { [item.name]: field.value });
      await this.#read();
    }, { fatal: false }));
    return field;
  }

  #method(method) {
    const fields = (method.params ?? []).map((item) => new Field(item, this.#class.values(item.type), method.name));
    const result = element("output");
    const button = element("button", { type: "button", textContent: method.name, title: method.doc ?? "" });
    button.dataset.method = method.name;
    button.onclick = () => this.attempt(async () => {
      result.textContent = "";
      const value = await this.client.invoke(this.#object, method.name, valuesOf(fields));
      result.textContent = value === undefined || value === null ? "done" : JSON.stringify(value);
      await this.#read();
    }, { fatal: false });
    return element("div", { className: "method" }, button, ...fields.map(({ root }) => root), result);
  }

  /** Asks for all properties; those that the user is at keep what was typed. */
  async #read() {
    for (const field of this.#properties) {
      const value = await this.client.invoke(this.#object, accessor("get", field.name)).catch(() => undefined);
      if (value !== undefined && !field.busy) field.value = value;
    }
  }

  #heard(event, data) {
    this.#events.event(this.#class.name, event, data, (id) => this.stage.pipeline.nameOf(id));
    this.#refreshCount(this.#count + 1);
  }

  #refreshCount(count) {
    this.#count = count;
    byId("trial-count").textContent = count ? `${count}` : "";
  }

  async stop() {
    this.#properties = [];
    byId("trial-properties").replaceChildren();
    byId("trial-methods").replaceChildren();
    await super.stop();
  }
}

const accessor = (verb, property) => `${verb}${property[0].toUpperCase()}${property.slice(1)}`;
