/**
 * node reconnect.js WS_URI: creates a pipeline, reports, waits until its connection was broken and made again
 * (the test does that), then uses the same object again and hears an event of it.
 */
"use strict";

const { connect, report, fail } = require("./report");

async function main() {
  const { client } = await connect(process.argv[2]);
  const reconnected = new Promise((resolve) => client.once("reconnected", resolve));
  const pipeline = await client.create("MediaPipeline");
  const source = await pipeline.create("PassThrough");
  const sink = await pipeline.create("PassThrough");
  const heard = new Promise((resolve) => source.once("ElementConnected", resolve));
  await pipeline.setName("before");
  report({ pipeline: pipeline.id });

  const sameSession = await reconnected;
  const name = await pipeline.getName();
  await source.connect(sink);
  const event = await heard;
  report({ sameSession, name, eventSource: event.source });
  await pipeline.release();
  client.close();
}

main().catch(fail);
