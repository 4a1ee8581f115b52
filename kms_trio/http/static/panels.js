/**
 * The page's small panels: notices at the top, the journal of events, video tiles.
 */

import { formatRate, Rates, summarize } from "./stats.js";

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** One notice a topic; a newer one replaces it, clear() takes it away. */
export class Notices {
  #root;

  constructor(root) {
    this.#root = root;
  }

  /** @param level "error" | "warning" | "info" */
  show(topic, { title, text, hint }, level = "error") {
    this.clear(topic);
    const close = element("button", { className: "quiet", type: "button", textContent: "Dismiss" });
    const notice = element("article", { className: "notice" }, element("h2", { textContent: title }), close, element("p", { textContent: text }));
    if (hint) notice.append(element("p", { className: "hint", textContent: hint }));
    Object.assign(notice.dataset, { topic, level });
    close.onclick = () => notice.remove();
    this.#root.append(notice);
  }

  clear(topic) {
    this.#root.querySelectorAll(`[data-topic="${CSS.escape(topic)}"]`).forEach((notice) => notice.remove());
  }

  clearAll(except = []) {
    for (const notice of [...this.#root.children]) if (!except.includes(notice.dataset.topic)) notice.remove();
  }
}

const JOURNAL_LINES = 500;
const HIDDEN = new Set(["source", "tags", "timestampMillis", "timestamp", "type", "__module__", "__type__"]);

/** `candidate:1 1 UDP 2130706431 192.0.2.7 40000 typ host …` as `UDP 192.0.2.7:40000 host`. */
function shortCandidate(text) {
  const parts = text.match(/^(?:a=)?candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\S+)/i);
  if (!parts) return text;
  const [, protocol, address, port, type] = parts;
  return `${protocol.toUpperCase()} ${address.includes(":") ? `[${address}]` : address}:${port} ${type}`;
}

function readable(value, nameOf) {
  if (value?.candidate !== undefined) return shortCandidate(value.candidate);
  if (value?.localCandidate) return `${shortCandidate(value.localCandidate)} ↔ ${shortCandidate(value.remoteCandidate)}`;
  return typeof value === "object" ? JSON.stringify(value) : nameOf(String(value));
}

/** The last 500 events, newest at the bottom. */
export class Journal {
  #list;
  #following = true; // until somebody scrolls up

  constructor(list) {
    this.#list = list;
    let lastTop = 0;
    list.addEventListener("scroll", () => {
      // Told late: lines may have been added since, so not being at the end alone means nothing.
      if (list.scrollTop + list.clientHeight > list.scrollHeight - 30) this.#following = true;
      else if (list.scrollTop < lastTop) this.#following = false;
      lastTop = list.scrollTop;
    });
  }

  /** An event of the server: `source` is a readable name of the object, `nameOf` turns ids into names. */
  event(source, type, data, nameOf) {
    const details = Object.entries(data)
      .filter(([key, value]) => !HIDDEN.has(key) && value !== "default")
      .map(([key, value]) => `${key} ${readable(value, nameOf)}`)
      .join(", ");
    this.#line(source, type, details);
  }

  /** Something that this page did. */
  note(text) {
    this.#line("this page", "", text);
  }

  clear() {
    this.#list.replaceChildren();
  }

  #line(source, type, details) {
    const time = new Date().toTimeString().slice(0, 8) + "." + String(Date.now() % 1000).padStart(3, "0");
    const what = element("span", { className: "what" }, type || details);
    if (type && details) what.append(" ", element("i", { textContent: details }));
    const line = element("li", {}, element("time", { textContent: time }), element("span", { className: "source", textContent: source, title: source }), what);
    line.dataset.type = type;
    this.#list.append(line);
    while (this.#list.children.length > JOURNAL_LINES) this.#list.firstChild.remove();
    if (this.#following) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

/** A video with a caption, live figures and a sound switch. */
export class Tile {
  #rates = new Rates();
  #figures = element("p", { className: "figures" });
  #meter = element("meter", { min: 0, max: 1, value: 0, hidden: true });

  /** @param id becomes the video's element id. */
  constructor(root, id, caption, { local = false } = {}) {
    this.video = element("video", { id, autoplay: true, playsInline: true, muted: true });
    const head = [element("strong", { textContent: caption })];
    if (!local) head.push(this.#soundSwitch());
    this.root = element("figure", { className: `tile${local ? " mirrored" : ""}` }, this.video, element("figcaption", {}, ...head, this.#figures, this.#meter));
    root.append(this.root);
  }

  show(stream) {
    this.video.srcObject = stream;
  }

  remove() {
    this.video.srcObject = null;
    this.root.remove();
  }

  #soundSwitch() {
    const button = element("button", { className: "quiet", type: "button", textContent: "Sound on" });
    button.onclick = () => {
      this.video.muted = !this.video.muted;
      button.textContent = this.video.muted ? "Sound on" : "Sound off";
    };
    return button;
  }

  /** @param report an RTCStatsReport; `direction` "received" or "sent" chooses the rate shown. */
  update(report, direction = "received") {
    const now = summarize(report);
    const rate = this.#rates.update(direction, direction === "sent" ? now.bytesSent : now.bytesReceived);
    const figures = {
      size: now.width && `${now.width} × ${now.height}`,
      fps: now.framesPerSecond !== undefined && `${Math.round(now.framesPerSecond)} fps`,
      codec: now.codec,
      rate: rate !== null && formatRate(rate),
      rtt: now.roundTripMs !== undefined && `${now.roundTripMs.toFixed(now.roundTripMs < 10 ? 1 : 0)} ms`,
      lost: now.packetsLost > 0 && `${now.packetsLost} lost`,
      freezes: now.freezes > 0 && `${now.freezes} ${now.freezes === 1 ? "freeze" : "freezes"}`,
    };
    this.#figures.replaceChildren(
      ...Object.entries(figures).filter(([, text]) => text).map(([name, text]) => {
        const span = element("span", { textContent: text });
        span.dataset.figure = name;
        if (name === "lost" || name === "freezes") span.dataset.alarm = "";
        return span;
      }),
    );
    Object.assign(this.root.dataset, { framesDecoded: now.framesDecoded, freezes: now.freezes, audioEnergy: now.audioEnergy, rate: Math.round(rate ?? 0) });
    this.#meter.hidden = direction === "sent";
    this.#meter.value = Math.min(1, Math.sqrt(now.audioLevel));
  }
}
