/**
 * node application.js WS_URI PAGES_FOLDER
 *
 * An application server as Kurento's tutorials write it, signalling over HTTP instead of a WebSocket:
 *   POST /join {id, role: "loopback" | "presenter" | "viewer", offer} -> {answer}
 *   POST /candidate {id, candidate}      GET /candidates?id= (server-sent events)
 * Everything else is a file of PAGES_FOLDER. Reports {"url": ...} when it listens.
 */
"use strict";

const fs = require("fs/promises");
const http = require("http");
const path = require("path");
const { kurento, connect, report, fail } = require("./report");

const [, , wsUri, pages] = process.argv;
const BUNDLE = path.join(__dirname, "node_modules", ".bundle", "kurento.js");
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

const sessions = new Map();
let connection = null;
let room = null; // {pipeline, presenter}

function session(id) {
  if (!sessions.has(id)) sessions.set(id, { early: [], outgoing: [], stream: null, endpoint: null });
  return sessions.get(id);
}

async function endpointFor(role) {
  connection ??= connect(wsUri);
  const { client } = await connection;
  if (role === "viewer") {
    const endpoint = await room.pipeline.create("WebRtcEndpoint");
    return { endpoint, join: () => room.presenter.connect(endpoint) };
  }
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  if (role === "presenter") room = { pipeline, presenter: endpoint };
  return { endpoint, join: () => (role === "loopback" ? endpoint.connect(endpoint) : null) };
}

async function joinCall({ id, role, offer }) {
  const call = session(id);
  const { endpoint, join } = await endpointFor(role);
  call.endpoint = endpoint;
  for (const candidate of call.early.splice(0)) endpoint.addIceCandidate(candidate);
  endpoint.on("IceCandidateFound", (event) => {
    const candidate = kurento.getComplexType("IceCandidate")(event.candidate);
    call.outgoing.push(candidate);
    flush(call);
  });
  const answer = await endpoint.processOffer(offer);
  await join();
  await endpoint.gatherCandidates();
  return { answer, endpoint: endpoint.id };
}

function addCandidate({ id, candidate }) {
  const complete = kurento.getComplexType("IceCandidate")(candidate);
  const call = session(id);
  if (call.endpoint) call.endpoint.addIceCandidate(complete);
  else call.early.push(complete);
  return {};
}

function flush(call) {
  if (!call.stream) return;
  for (const candidate of call.outgoing.splice(0)) call.stream.write(`data: ${JSON.stringify(candidate)}\n\n`);
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

async function answer(request, response) {
  const url = new URL(request.url, "http://localhost");
  if (request.method === "POST") {
    const result = await { "/join": joinCall, "/candidate": addCandidate }[url.pathname](await body(request));
    response.setHeader("Content-Type", "application/json");
    return response.end(JSON.stringify(result));
  }
  if (url.pathname === "/candidates") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const call = session(url.searchParams.get("id"));
    call.stream = response;
    return flush(call);
  }
  const name = path.basename(url.pathname);
  const file = name === "kurento.js" ? BUNDLE : path.join(pages, name);
  response.setHeader("Content-Type", TYPES[path.extname(file)] ?? "text/plain");
  return response.end(await fs.readFile(file));
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error.stack ?? error));
  });
});
server.listen(0, "127.0.0.1", () => report({ url: `http://localhost:${server.address().port}` }));
server.on("error", fail);
