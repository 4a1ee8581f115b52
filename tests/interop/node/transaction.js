/** node transaction.js WS_URI: explicit transactions, the second one with objects of the first. */
"use strict";

const { connect, report, fail } = require("./report");

async function main() {
  const { client } = await connect(process.argv[2]);

  const transaction = client.beginTransaction();
  const pipeline = client.create(transaction, "MediaPipeline");
  const source = pipeline.create(transaction, "PassThrough");
  const sink = pipeline.create(transaction, "PassThrough");
  source.addTag(transaction, "colour", "blue", () => {}); // its connect() loses the transaction
  await transaction.commit();

  const second = client.beginTransaction();
  const left = pipeline.create(second, "PassThrough");
  left.setName(second, "left", () => {}); // in a transaction the client takes a setter only with a callback
  await second.commit();

  report({
    pipeline: pipeline.id,
    source: source.id,
    sink: sink.id,
    tag: await source.getTag("colour"),
    name: await left.getName(),
    children: (await pipeline.getChildren()).length,
  });
  await pipeline.release();
  client.close();
}

main().catch(fail);
