/** How the scripts here talk to the tests, one JSON object a line, and with which client to the server. */
"use strict";

/** Kurento's own clients log to standard output too; the tests read only our lines there. */
console.log = console.info = console.debug = console.error;

/** The test says which generation of the client: the one beside this script unless the variable names another. */
const kurento = require(process.env.KURENTO_CLIENT ?? "kurento-client");

function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function fail(error) {
  const text = error?.stack ?? String(error?.message ?? error);
  process.stdout.write(`${JSON.stringify({ error: text, code: error?.code })}\n`, () => process.exit(1));
}

/**
 * Connects as applications do: the callback hears of modules that the client knows and the server lacks.
 * Resolves to {client}: the client itself is a thenable.
 */
function connect(uri, options) {
  return new Promise((resolve, reject) => {
    kurento(uri, options ?? {}, (error, client) => (error ? reject(error) : resolve({ client })));
  });
}

process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);

module.exports = { kurento, connect, report, fail };
