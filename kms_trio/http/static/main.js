/** Puts the page together: connection, scenes, inspector. */

import { elementError, serverAway, sessionLost, transcoding, unexpected } from "./explain.js";
import { drawGraph } from "./graph.js";
import { KurentoClient, SERVER_MANAGER } from "./kurento.js";
import { Loopback } from "./loopback.js";
import { Journal, Notices } from "./panels.js";
import { LivePipeline } from "./pipeline.js";
import { Recording } from "./recording.js";
import { linkedRoom, Room } from "./room.js";

const ROOMS_MS = 4000;
const byId = (id) => document.getElementById(id);

/** What every scene works with. */
class Stage {
  constructor(config, client) {
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
    if (type === "MediaTranscodingStateChanged" && data.state === "TRANSCODING") {
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

async function greet(stage) {
  await stage.pipeline.listen();
  const info = await stage.client.invoke(SERVER_MANAGER, "getInfo");
  byId("server-text").textContent = `${new URL(stage.client.url).host} · version ${info.version}`;
}

function watchServer(stage, scenes) {
  const { client, notices } = stage;
  client.addEventListener("state", ({ detail: state }) => {
    byId("server").dataset.state = state;
    for (const scene of Object.values(scenes)) scene.refreshButtons();
    if (state === "online") {
      notices.clear("server");
      greet(stage).then(() => scenes.room.list()).catch((error) => console.warn("greet", error));
    } else {
      byId("server-text").textContent = "server away";
      notices.show("server", serverAway(client.url));
    }
  });
  client.addEventListener("session-lost", async () => {
    const wasLive = Object.values(scenes).filter(({ phase }) => phase !== "idle");
    for (const scene of wasLive) await scene.stop();
    if (wasLive.length) notices.show("session", sessionLost(), "warning");
  });
  stage.pipeline.addEventListener("gone", () => scenes.room.phase === "live" && scenes.room.ended());
  window.addEventListener("online", () => client.retryNow());
}

/** Shows the scene that the hash names; one left behind is stopped. */
async function route(scenes) {
  const wanted = linkedRoom() ? "room" : location.hash.slice(1);
  const current = Object.hasOwn(scenes, wanted) ? wanted : "loopback";
  for (const link of document.querySelectorAll("#scenes a")) {
    link.toggleAttribute("aria-current", link.dataset.scene === current);
  }
  for (const [name, scene] of Object.entries(scenes)) {
    scene.root.hidden = name !== current;
    if (name !== current && scene.phase !== "idle") await scene.stop();
  }
  if (current === "room") await scenes.room.list();
}

async function main() {
  const config = await (await fetch("/api/config")).json();
  const { port, path } = config.control;
  const client = new KurentoClient(`ws://${location.hostname}:${port}/${path}`);
  const stage = new Stage(config, client);
  const scenes = { loopback: new Loopback(stage), room: new Room(stage), record: new Recording(stage) };
  watchServer(stage, scenes);
  window.addEventListener("hashchange", () => route(scenes));
  window.addEventListener("pagehide", () => Object.values(scenes).forEach((scene) => scene.farewell()));
  setInterval(() => !scenes.room.root.hidden && scenes.room.phase === "idle" && scenes.room.list(), ROOMS_MS);
  await route(scenes);
  await client.connect();
}

main().catch((error) => {
  console.error(error);
  new Notices(byId("notices")).show("page", unexpected(error));
});
