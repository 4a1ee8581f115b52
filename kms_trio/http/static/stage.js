/** What a page has beside its scenes: connection, notices, journal and the picture of the pipeline. */

import { elementError, transcoding } from "./explain.js";
import { drawGraph } from "./graph.js";
import { KurentoClient, SERVER_MANAGER } from "./kurento.js";
import { Journal, Notices } from "./panels.js";
import { LivePipeline } from "./pipeline.js";

export const byId = (id) => document.getElementById(id);

/** What every scene works with. */
export class Stage {
  /** @param transcodes whether that is what the page is for, and so not worth a notice. */
  constructor(config, client, { transcodes = false } = {}) {
    this.transcodes = transcodes;
    this.config = config;
    this.client = client;
    this.notices = new Notices(byId("notices"));
    this.journal = new Journal(byId("journal"));
    this.pipeline = new LivePipeline(client);
    this.own = new Set();
    this.pipeline.addEventListener("event", ({ detail }) => this.#heard(detail));
    this.pipeline.addEventListener("change", () => this.#scheduleDrawing());
    byId("journal-clear").onclick = () => this.journal.clear();
  }

  /** Says who is there; once the client is online. */
  async greet() {
    await this.pipeline.listen();
    const info = await this.client.invoke(SERVER_MANAGER, "getInfo");
    byId("server-text").textContent = `${new URL(this.client.url).host} · version ${info.version}`;
    return info;
  }

  async follow(pipeline, name) {
    byId("graph-name").textContent = name.replace(":", " ");
    await this.pipeline.follow(pipeline);
  }

  unfollow() {
    byId("graph-name").textContent = "";
    this.own.clear();
    this.pipeline.unfollow();
    this.notices.clear("transcoding");
  }

  #heard({ element, type, data }) {
    this.journal.event(element.name, type, data, (id) => this.pipeline.nameOf(id));
    if (type === "Error") this.notices.show(`error ${element.id}`, elementError(element.name, data));
    if (!this.transcodes && type === "MediaTranscodingStateChanged" && data.state === "TRANSCODING") {
      this.notices.show("transcoding", transcoding(element.name, data.mediaType), "warning");
    }
  }

  #scheduleDrawing() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      drawGraph(byId("graph"), this.pipeline, this.own);
      byId("graph-empty").hidden = this.pipeline.elements.size > 0;
    });
  }
}

/** A stage with a client that is not connected yet. */
export async function openStage(options) {
  const config = await (await fetch("/api/config")).json();
  const { port, path } = config.control;
  return new Stage(config, new KurentoClient(`ws://${location.hostname}:${port}/${path}`), options);
}
