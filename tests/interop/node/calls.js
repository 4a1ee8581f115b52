/**
 * node calls.js WS_URI {"enableTransactions": bool, "useImplicitTransactions": bool}
 *
 * What applications do before any media: connect, create, name, connect elements, look things up by id,
 * subscribe, be refused, release. Reports what came of it in one line.
 */
"use strict";

const { connect, report, fail } = require("./report");

/** The error of a call; by callback, as a promise of this client swallows it. */
function refused(call) {
  return new Promise((resolve) => {
    call((error) => resolve(error ? { name: error.constructor.name, code: error.code, type: error.data?.type } : null));
  });
}

async function main() {
  const [uri, options] = [process.argv[2], JSON.parse(process.argv[3] ?? "{}")];
  const { client } = await connect(uri, options);
  const manager = await client.getServerManager();
  const info = await manager.getInfo();

  const pipeline = await client.create("MediaPipeline");
  const source = await pipeline.create("PassThrough");
  const sink = await pipeline.create("WebRtcEndpoint");
  const other = await client.create("MediaPipeline");
  const stranger = await other.create("PassThrough");
  await source.setName("source");
  const connected = new Promise((resolve) => source.once("ElementConnected", resolve));
  await source.connect(sink);
  const event = await connected;

  const found = await client.getMediaobjectById(sink.id);
  const children = await pipeline.getChildren();
  const connections = await source.getSinkConnections();
  const refusals = {
    unknownObject: await refused((callback) => client.getMediaobjectById("no-such-object", callback)),
    otherPipeline: await refused((callback) => stranger.connect(sink, callback)),
    badOffer: await refused((callback) => sink.processOffer("this is no SDP", callback)),
  };
  const [name, sourceId, sinkId] = [await source.getName(), source.id, sink.id];
  const pipelineId = pipeline.id;
  await pipeline.release();
  await other.release();
  const gone = await refused((callback) => client.getMediaobjectById(pipelineId, callback));

  report({
    version: info.version,
    capabilities: info.capabilities,
    name,
    foundType: found.constructor.name,
    sameObject: found.id === sinkId,
    children: children.map((child) => child.id ?? child),
    ids: { pipeline: pipelineId, source: sourceId, sink: sinkId },
    connectionTypes: connections.map(({ type }) => type).sort(),
    event: { source: event.source, mediaType: event.mediaType },
    refusals,
    gone,
  });
  client.close();
}

main().catch(fail);
