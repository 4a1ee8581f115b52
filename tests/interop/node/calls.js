/**
 * node calls.js WS_URI {"enableTransactions": bool, "useImplicitTransactions": bool}
 *
 * What applications do before any media: connect, create, name, connect elements, look things up by id,
 * subscribe, be refused, release. Reports what came of it in one line.
 */
"use strict";

const kurento = require("kurento-client");
const { report, fail } = require("./report");

async function refused(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { name: error.constructor.name, code: error.code, type: error.data?.type };
  }
}

async function main() {
  const [uri, options] = [process.argv[2], JSON.parse(process.argv[3] ?? "{}")];
  const client = await kurento(uri, options);
  const manager = await client.getServerManager();
  const info = await manager.getInfo();

  const pipeline = await client.create("MediaPipeline");
  const source = await pipeline.create("PassThrough");
  const sink = await pipeline.create("WebRtcEndpoint");
  await source.setName("source");
  const connected = new Promise((resolve) => source.once("ElementConnected", resolve));
  await source.connect(sink);
  const event = await connected;

  const found = await client.getMediaobjectById(sink.id);
  const children = await pipeline.getChildren();
  const connections = await source.getSinkConnections();
  const refusals = {
    unknownObject: await refused(client.getMediaobjectById("no-such-object")),
    badParameter: await refused(sink.addIceCandidate(kurento.getComplexType("IceCandidate")({ candidate: "rubbish", sdpMid: "0", sdpMLineIndex: 0 }))),
    badOffer: await refused(sink.processOffer("this is no SDP")),
  };
  const name = await source.getName();
  await pipeline.release();
  const gone = await refused(client.getMediaobjectById(pipeline.id));

  report({
    version: info.version,
    capabilities: info.capabilities,
    name,
    foundType: found.constructor.name,
    sameObject: found === sink,
    children: children.map((child) => child.id ?? child),
    ids: { pipeline: pipeline.id, source: source.id, sink: sink.id },
    connectionTypes: connections.map(({ type }) => type).sort(),
    event: { source: event.source, mediaType: event.mediaType },
    refusals,
    gone,
  });
  client.close();
}

main().catch(fail);
