/** Puts the page of modules together: one class is chosen and tried on the camera. */

import { serverAway, sessionLost, unexpected } from "./explain.js";
import { Specs } from "./kmd.js";
import { element, Notices } from "./panels.js";
import { byId, openStage } from "./stage.js";
import { Trial } from "./trial.js";

/** Fills the list of classes, module by module; `#module` or `#module.Class` chooses the first one. */
function offer(specs, trial) {
  const choice = byId("class-choice");
  const modules = Map.groupBy(specs.classes, ({ module }) => module);
  const groups = [...modules].map(([module, classes]) => {
    const options = classes.map(({ name, type }) => element("option", { value: type, textContent: name }));
    return element("optgroup", { label: module }, ...options);
  });
  choice.replaceChildren(...groups);
  const choose = () => trial.choose(specs.classes.find(({ type }) => type === choice.value));
  choice.onchange = () => {
    history.replaceState(null, "", `#${choice.value}`);
    choose();
  };
  const wanted = location.hash.slice(1);
  const found = specs.classes.find(({ type }) => type === wanted) ?? specs.classes.find(({ module }) => module === wanted) ?? specs.classes[0];
  if (!found) throw new Error("This server has no class that media can go through.");
  choice.value = found.type;
  return choose();
}

async function online(stage, trial) {
  const info = await stage.greet();
  if (trial.phase === "idle") await offer(await Specs.load(stage.client, info), trial);
  trial.refreshButtons();
}

function watchServer(stage, trial) {
  const { client, notices } = stage;
  const explain = (error) => notices.show("page", unexpected(error));
  client.addEventListener("state", ({ detail: state }) => {
    byId("server").dataset.state = state;
    trial.refreshButtons();
    if (state === "online") {
      notices.clear("server");
      online(stage, trial).catch(explain);
    } else {
      byId("server-text").textContent = "server away";
      notices.show("server", serverAway(client.url));
    }
  });
  // What comes online after that is greeted like any other: its modules may have another contract.
  client.addEventListener("session-lost", async () => {
    const wasLive = trial.phase !== "idle";
    await trial.stop();
    if (wasLive) notices.show("session", sessionLost(), "warning");
  });
  window.addEventListener("online", () => client.retryNow());
  window.addEventListener("pagehide", () => trial.farewell());
}

async function main() {
  const stage = await openStage({ transcodes: true });
  const trial = new Trial(stage);
  watchServer(stage, trial);
  await stage.client.connect();
}

main().catch((error) => {
  console.error(error);
  new Notices(byId("notices")).show("page", unexpected(error));
});
