/** node transaction.js WS_URI: one explicit transaction that creates and connects, and one that fails. */
"use strict";

const kurento = require("kurento-client");
const { report, fail } = require("./report");

async function main() {
  const client = await kurento(process.argv[2]);

  const transaction = client.beginTransaction();
  const pipeline = client.create(transaction, "MediaPipeline");
  const source = pipeline.create(transaction, "PassThrough");
  const sink = pipeline.create(transaction, "PassThrough");
  const connecting = source.connect(transaction, sink);
  await transaction.commit();
  await connecting;
  const connections = await source.getSinkConnections();

  const doomed = client.beginTransaction();
  const left = pipeline.create(doomed, "PassThrough");
  left.setName(doomed, "left").catch(() => {});
  doomed.commit(); // a transaction left open would hold back everything that follows
  await left;

  report({
    pipeline: pipeline.id,
    source: source.id,
    sink: sink.id,
    connected: connections.map((connection) => connection.sink?.id ?? connection.sink),
    name: await left.getName(),
    children: (await pipeline.getChildren()).length,
  });
  await pipeline.release();
  client.close();
}

main().catch(fail);
