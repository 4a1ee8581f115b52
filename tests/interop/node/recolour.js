/**
 * node recolour.js WS_URI MODULE CLIP RECORDING: plays a clip through the scaffolded filter into a recording, with its
 * generated client.
 */
"use strict";

const { kurento, connect, report, fail } = require("./report");

const [, , uri, module_, clip, recording] = process.argv;

function once(object, event, wanted = () => true) {
  return new Promise((resolve) => object.on(event, (data) => wanted(data) && resolve(data)));
}

async function main() {
  kurento.register(require(module_));
  const { client } = await connect(uri);
  const pipeline = await client.create("MediaPipeline");
  const player = await pipeline.create("PlayerEndpoint", { uri: clip });
  const filter = await pipeline.create("tinter.Tinter", { strength: 0.25 });
  const recorder = await pipeline.create("RecorderEndpoint", { uri: recording });
  await player.connect(filter);
  await filter.connect(recorder);
  await filter.setStrength(1);
  const arrived = once(recorder, "MediaFlowInStateChanged", (event) => event.state === "FLOWING");
  const light = once(filter, "LightChanged");
  const ended = once(player, "EndOfStream");
  await recorder.record();
  await player.play();
  const { bright } = await light;
  await arrived;
  await ended;
  await recorder.stopAndWait();
  report({ bright, strength: await filter.getStrength() });
  await pipeline.release();
  client.close();
}

main().catch(fail);
