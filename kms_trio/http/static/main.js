/** Puts the page together: connection, scenes, inspector. */

import { serverAway, sessionLost, unexpected } from "./explain.js";
import { Loopback } from "./loopback.js";
import { Notices } from "./panels.js";
import { Recording } from "./recording.js";
import { linkedRoom, Room } from "./room.js";
import { byId, openStage } from "./stage.js";

const ROOMS_MS = 4000;

function watchServer(stage, scenes) {
  const { client, notices } = stage;
  client.addEventListener("state", ({ detail: state }) => {
    byId("server").dataset.state = state;
    for (const scene of Object.values(scenes)) scene.refreshButtons();
    if (state === "online") {
      notices.clear("server");
      stage.greet().then(() => scenes.room.list()).catch((error) => console.warn("greet", error));
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
  const stage = await openStage();
  const scenes = { loopback: new Loopback(stage), room: new Room(stage), record: new Recording(stage) };
  watchServer(stage, scenes);
  window.addEventListener("hashchange", () => route(scenes));
  window.addEventListener("pagehide", () => Object.values(scenes).forEach((scene) => scene.farewell()));
  setInterval(() => !scenes.room.root.hidden && scenes.room.phase === "idle" && scenes.room.list(), ROOMS_MS);
  await route(scenes);
  await stage.client.connect();
}

main().catch((error) => {
  console.error(error);
  new Notices(byId("notices")).show("page", unexpected(error));
});
