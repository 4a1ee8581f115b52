/**
 * Draws a LivePipeline as SVG: columns from left (cameras, files) to right (screens, files).
 */

import { formatRate } from "./stats.js";

const ELEMENT_WIDTH = 148;
const END_WIDTH = 92;
const HEIGHT = 62;
const GAP = { x: 66, y: 20 };
const PAD = 6;
const LOOP_HEIGHT = 38;
const SVG = "http://www.w3.org/2000/svg";

const GOOD = new Set(["READY", "CONNECTED", "START", "FLOWING"]);
const BUSY = new Set(["GATHERING", "CONNECTING", "NEW", "PAUSE"]);
const BAD = new Set(["FAILED", "DISCONNECTED"]);

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const shorten = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const shortenFile = (text, length) => (text.length > length ? `…${text.slice(1 - length)}` : text);
const widthOf = (node) => (node.outside ? END_WIDTH : ELEMENT_WIDTH);
const flows = (table) => Object.values(table).includes("FLOWING");

/** Nodes and edges of the drawing: the elements plus what is outside of the server (browsers, files). */
export function describeGraph(pipeline) {
  const nodes = new Map();
  const edges = [];
  const feeds = (id) => [...pipeline.links.values()].some(({ source }) => source === id);
  const isFed = (id) => [...pipeline.links.values()].some(({ sink }) => sink === id);
  for (const item of pipeline.elements.values()) {
    nodes.set(item.id, { id: item.id, name: item.name, kind: item.type, item });
    const outside = (side, name, kind) => {
      const id = `${item.id}#${side}`;
      nodes.set(id, { id, name, kind, outside: true });
      const into = side === "from";
      const rate = into ? item.rateIn : item.rateOut;
      edges.push({ source: into ? id : item.id, sink: into ? item.id : id, rate, flowing: rate > 0, transcoding: false });
    };
    const file = item.uri ? decodeURIComponent(item.uri.split("/").pop()) : "";
    if (item.type === "WebRtcEndpoint" && (feeds(item.id) || item.rateIn > 0)) outside("from", "browser", "camera");
    if (item.type === "WebRtcEndpoint" && (isFed(item.id) || item.rateOut > 0)) outside("to", "browser", "screen");
    if (item.type === "PlayerEndpoint") outside("from", file, "file");
    if (item.type === "RecorderEndpoint") outside("to", file, "file");
  }
  for (const { source, sink, types } of pipeline.links.values()) {
    const from = pipeline.elements.get(source);
    const to = pipeline.elements.get(sink);
    if (!from || !to) continue;
    edges.push({
      source,
      sink,
      types,
      rate: from.rateIn ?? to.rateOut,
      flowing: flows(from.flowOut) && (flows(to.flowIn) || source === sink),
      transcoding: Object.values(from.transcoding).includes("TRANSCODING"),
    });
  }
  return { nodes, edges };
}

/** Marks edges that lead back to where their media came from; returns the others, which have no circle. */
function markCircles(edges) {
  const forward = [];
  const leads = (from, to) => from === to || forward.some(({ source, sink }) => source === from && leads(sink, to));
  for (const edge of edges) {
    edge.back = leads(edge.sink, edge.source);
    if (!edge.back) forward.push(edge);
  }
  return forward;
}

/** Gives each node x and y: column = longest way from a source, what leads back left out. */
function arrange({ nodes, edges }) {
  const forward = markCircles(edges);
  const column = new Map([...nodes.keys()].map((id) => [id, 0]));
  for (let round = 0; round < nodes.size; round++) {
    for (const { source, sink } of forward) column.set(sink, Math.max(column.get(sink), column.get(source) + 1));
  }
  const columns = [];
  for (const node of nodes.values()) (columns[column.get(node.id)] ??= []).push(node);
  const tallest = Math.max(...columns.map((rows) => rows?.length ?? 0));
  const parentY = (node) => {
    const above = forward.filter(({ sink }) => sink === node.id).map(({ source }) => nodes.get(source).y ?? 0);
    return above.length ? above.reduce((sum, y) => sum + y, 0) / above.length : 0;
  };
  const leadsBack = (node) => Number(edges.some(({ back, source }) => back && source === node.id));
  const top = PAD + (edges.some(({ back }) => back) ? LOOP_HEIGHT : 0);
  let x = PAD;
  for (const rows of columns) {
    if (x > PAD) rows.sort((a, b) => parentY(a) - parentY(b) || leadsBack(b) - leadsBack(a)); // stable: the order of creation otherwise
    const width = Math.max(...rows.map(widthOf));
    const offset = ((tallest - rows.length) * (HEIGHT + GAP.y)) / 2;
    rows.forEach((node, row) => {
      node.x = x;
      node.y = top + offset + row * (HEIGHT + GAP.y);
    });
    x += width + GAP.x;
  }
  return { width: x - GAP.x + PAD, height: top + tallest * (HEIGHT + GAP.y) - GAP.y + PAD };
}

function health(state) {
  if (GOOD.has(state)) return "good";
  if (BUSY.has(state)) return "busy";
  return BAD.has(state) ? "bad" : "none";
}

function drawNode(node, own) {
  const group = svg("g", { class: `node${node.outside ? " end" : ""}${own.has(node.id) ? " own" : ""}`, "data-node": node.id, "data-type": node.kind });
  group.append(
    svg("rect", { class: "box", x: node.x, y: node.y, width: widthOf(node), height: HEIGHT, rx: 9 }),
    svg("text", { class: "name", x: node.x + 12, y: node.y + 21 }, node.kind === "file" ? shortenFile(node.name, 9) : shorten(node.name, 19)),
  );
  if (node.kind !== node.name) group.append(svg("text", { class: "kind", x: node.x + 12, y: node.y + 36 }, node.kind));
  const states = Object.entries(node.item?.states ?? {}).filter(([name, value]) => value && name !== "connection"); // ICE, DTLS and media tell it
  let x = node.x + 12;
  for (const [name, value] of states) {
    group.setAttribute(`data-${name}`, value);
    const label = name === "uri" ? value.toLowerCase() : { ice: "ICE", dtls: "DTLS", media: "media" }[name];
    const dot = svg("circle", { class: "dot", cx: x + 3.5, cy: node.y + 50, r: 3.5, "data-health": health(value) });
    group.append(dot, svg("text", { class: "chip", x: x + 11, y: node.y + 53.5 }, label));
    x += 24 + label.length * 5.5;
  }
  const lines = [node.name, node.kind, ...states.map(([name, value]) => `${name}: ${value}`)];
  group.append(svg("title", {}, lines.join("\n")));
  return group;
}

function drawEdge(edge, { nodes }) {
  const from = nodes.get(edge.source);
  const to = nodes.get(edge.sink);
  const width = edge.rate > 0 ? Math.min(5, 1.4 + Math.log10(1 + edge.rate / 50_000)) : 1.4;
  let path;
  let label;
  if (from === to) {
    const [left, right, top] = [from.x + ELEMENT_WIDTH * 0.25, from.x + ELEMENT_WIDTH * 0.75, from.y];
    path = `M${right},${top} C${right + 16},${top - 46} ${left - 16},${top - 46} ${left},${top}`;
    label = { x: from.x + ELEMENT_WIDTH / 2, y: top - 12 };
  } else if (edge.back) {
    const [start, end] = [from, to].map((node) => ({ x: node.x + widthOf(node) / 2, y: node.y }));
    const top = Math.min(start.y, end.y) - LOOP_HEIGHT;
    path = `M${start.x},${start.y} C${start.x},${top} ${end.x},${top} ${end.x},${end.y}`;
    label = { x: (start.x + end.x) / 2, y: top + 8 };
  } else {
    const start = { x: from.x + widthOf(from), y: from.y + HEIGHT / 2 };
    const end = { x: to.x, y: to.y + HEIGHT / 2 };
    const middle = (start.x + end.x) / 2;
    path = `M${start.x},${start.y} C${middle},${start.y} ${middle},${end.y} ${end.x},${end.y}`;
    label = { x: end.x - GAP.x / 2, y: (start.y + 3 * end.y) / 4 - 6 };
  }
  const types = edge.types ? `${edge.types.join(", ").toLowerCase()}${edge.transcoding ? " (transcoding)" : ""}` : "SRTP or file";
  return svg(
    "g",
    {
      class: "edge",
      "data-source": edge.source,
      "data-sink": edge.sink,
      "data-bps": Math.round(edge.rate ?? 0),
      "data-flow": edge.flowing ? "yes" : "no",
      "data-transcoding": edge.transcoding ? "yes" : "no",
    },
    svg("path", { d: path, "stroke-width": width }),
    svg("text", label, formatRate(edge.rate)),
    svg("title", {}, types),
  );
}

/** Redraws `root` from the pipeline; `own` holds the ids of elements that this tab created. */
export function drawGraph(root, pipeline, own) {
  const graph = describeGraph(pipeline);
  if (!graph.nodes.size) return root.replaceChildren();
  const { width, height } = arrange(graph);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "The media pipeline" });
  drawing.style.maxWidth = `${width * 1.2}px`;
  for (const edge of graph.edges) drawing.append(drawEdge(edge, graph));
  for (const node of graph.nodes.values()) drawing.append(drawNode(node, own));
  return root.replaceChildren(drawing);
}
