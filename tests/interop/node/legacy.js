/**
 * node legacy.js WS_URI: a kurento-client of 6.x by the names of its time, those that 7.x no longer has.
 */
"use strict";

const { connect, report, fail } = require("./report");

const OLD_EVENTS = ["OnIceCandidate", "OnIceGatheringDone", "OnIceComponentStateChanged", "IceComponentStateChange"];

async function main() {
  const { client } = await connect(process.argv[2]);
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.setMaxOutputBitrate(900000);
  await endpoint.setMinOuputBitrate(300000);
  await endpoint.setOutputBitrate(500000);
  await endpoint.setExternalAddress("198.51.100.7");

  const events = {};
  for (const name of OLD_EVENTS) endpoint.on(name, (event) => (events[name] ??= event));
  const flowIn = new Promise((resolve) => endpoint.on("MediaFlowInStateChange", resolve));
  flowIn.catch(() => {}); // no media here: that it can be subscribed to is enough
  const gathered = new Promise((resolve) => endpoint.once("OnIceGatheringDone", resolve));
  await endpoint.generateOffer();
  await endpoint.gatherCandidates();
  await gathered;

  const children = await pipeline.getChilds();
  await pipeline.setLatencyStats(true);
  const stats = Object.values(await endpoint.getStats()).find((each) => each.type === "endpoint");
  report({
    endpoint: endpoint.id,
    children: children.map((child) => child.id ?? child),
    bitrates: [await endpoint.getMinOutputBitrate(), await endpoint.getMaxOuputBitrate()],
    externalAddress: await endpoint.getExternalAddress(),
    events,
    stats,
  });
  await pipeline.release();
  client.close();
}

main().catch(fail);
