/**
 * node module.js WS_URI MODULE: a generated client of the module chroma, registered and used as applications do.
 */
"use strict";

const { kurento, connect, report, fail } = require("./report");

async function main() {
  const chroma = require(process.argv[3]);
  kurento.register(chroma);
  const { client } = await connect(process.argv[2]);
  const pipeline = await client.create("MediaPipeline");
  const window = chroma.complexTypes.WindowParam({ topRightCornerX: 1, topRightCornerY: 2, width: 3, height: 4 });
  const filter = await pipeline.create("chroma.ChromaFilter", { window });
  const player = await pipeline.create("PassThrough");
  await player.connect(filter);

  const refusals = {};
  await filter.setBackground("file:///x.png").catch((error) => (refusals.promise = error.code));
  await new Promise((resolve) =>
    filter.unsetBackground((error) => {
      refusals.callback = error.code;
      resolve();
    }),
  );
  let incomplete;
  try {
    await pipeline.create("ChromaFilter"); // the client itself misses the window
  } catch (error) {
    incomplete = error.message;
  }
  const found = await client.getMediaobjectById(filter.id);
  report({
    id: filter.id,
    // not instanceof: what the client resolves to is an object of its own that stands for the filter
    isFilter: chroma.ChromaFilter.super_ === kurento.register.abstracts["kurento.Filter"],
    ownClass: filter.constructor === chroma.ChromaFilter,
    foundClass: found.constructor.name,
    pipeline: (await filter.getMediaPipeline()).id,
    window: JSON.parse(JSON.stringify(window)),
    modules: kurento.register.modules,
    refusals,
    incomplete,
  });
  await pipeline.release();
  client.close();
}

main().catch(fail);
