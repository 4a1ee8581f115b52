/**
 * A small client of the Kurento protocol: JSON-RPC 2.0 in text frames of one WebSocket.
 *
 * The session outlives a socket: after a lost connection the client comes back with the same
 * `sessionId`, and the server then knows its objects and subscriptions again.
 */

const REQUEST_TIMEOUT_MS = 20_000;
const HEARTBEAT_MS = 60_000;
const RECONNECT_MS = [500, 1000, 2000, 4000, 8000];

/** The one object that every server has. */
export const SERVER_MANAGER = "manager_ServerManager";

/** An error reply of the server, or a request that never got one (code 0). */
export class KurentoError extends Error {
  constructor({ code, message, data }, request = "") {
    super(message);
    this.name = "KurentoError";
    this.code = code;
    this.type = data?.type ?? "";
    this.request = request;
  }
}

/**
 * Events: "state" (detail: "connecting" | "online" | "away"), "event" (detail: {object, type, data}),
 * "session-lost" (the server no longer knows our objects).
 */
export class KurentoClient extends EventTarget {
  #socket = null;
  #pending = new Map();
  #handlers = new Map();
  #nextId = 1;
  #attempt = 0;
  #heartbeat = 0;
  #closed = false;

  constructor(url) {
    super();
    this.url = url;
    this.sessionId = null;
    this.state = "connecting";
  }

  get online() {
    return this.state === "online";
  }

  /** Opens the socket and keeps it open until close(); resolves when first online. */
  connect() {
    const first = new Promise((resolve) => {
      const onState = (event) => {
        if (event.detail !== "online") return;
        this.removeEventListener("state", onState);
        resolve();
      };
      this.addEventListener("state", onState);
    });
    this.#open();
    return first;
  }

  close() {
    this.#closed = true;
    this.#socket?.close();
  }

  /** Tries again at once instead of waiting for the back-off. */
  retryNow() {
    if (this.#closed || this.#socket?.readyState <= WebSocket.OPEN) return;
    this.#attempt = 0;
    this.#open();
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  #open() {
    clearTimeout(this.#heartbeat);
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => this.#greet(socket);
    socket.onmessage = (message) => this.#receive(message.data);
    socket.onclose = () => this.#lost(socket);
  }

  async #greet(socket) {
    try {
      await this.#resume();
    } catch (error) {
      if (this.#socket === socket) socket.close();
      return;
    }
    this.#attempt = 0;
    this.#setState("online");
    this.#beat();
  }

  /** Binds this socket to our session; an expired one is forgotten and a new one begun. */
  async #resume() {
    const known = this.sessionId;
    try {
      await this.request("connect", known ? { sessionId: known } : {});
    } catch (error) {
      if (error.code !== 40007 || !known) throw error;
      this.sessionId = null;
      this.#handlers.clear();
      await this.request("connect", {});
      this.dispatchEvent(new Event("session-lost"));
    }
  }

  #beat() {
    this.#heartbeat = setTimeout(() => {
      this.request("ping", { interval: HEARTBEAT_MS }).then(() => this.#beat(), () => this.#socket.close());
    }, HEARTBEAT_MS);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#heartbeat);
    for (const { reject, method } of this.#pending.values()) {
      reject(new KurentoError({ code: 0, message: "The connection to the media server was lost." }, method));
    }
    this.#pending.clear();
    if (this.#closed) return;
    this.#setState("away");
    const delay = RECONNECT_MS[Math.min(this.#attempt++, RECONNECT_MS.length - 1)];
    setTimeout(() => this.#socket === socket && this.#open(), delay);
  }

  #receive(text) {
    const message = JSON.parse(text);
    if (message.method === "onEvent") return this.#deliver(message.params.value);
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.error) pending.reject(new KurentoError(message.error, pending.method));
    else {
      if (message.result?.sessionId) this.sessionId = message.result.sessionId;
      pending.resolve(message.result);
    }
  }

  #deliver({ object, type, data }) {
    const detail = { object, type, data };
    for (const handler of this.#handlers.get(`${object} ${type}`) ?? []) handler(data, detail);
    this.dispatchEvent(new CustomEvent("event", { detail }));
  }

  /** Sends one request; resolves to the `result` member, rejects with a KurentoError. */
  request(method, params = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new KurentoError({ code: 0, message: "The media server is away." }, method));
    }
    const id = this.#nextId++;
    if (this.sessionId && !params.sessionId) params = { ...params, sessionId: this.sessionId };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new KurentoError({ code: 0, message: `No answer to ${method} within 20 seconds.` }, method));
      }, REQUEST_TIMEOUT_MS);
      this.#pending.set(id, { resolve, reject, method, timer });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** Creates a media object and returns its id. */
  async create(type, constructorParams = {}) {
    return (await this.request("create", { type, constructorParams })).value;
  }

  /** Calls a method, or `getX`/`setX` of a property, and returns its value. */
  async invoke(object, operation, operationParams = {}) {
    return (await this.request("invoke", { object, operation, operationParams })).value;
  }

  describe(object) {
    return this.request("describe", { object });
  }

  /** Calls `handler(data, {object, type})` at each event of that type on that object. */
  async subscribe(object, type, handler = () => {}) {
    const key = `${object} ${type}`;
    if (!this.#handlers.has(key)) this.#handlers.set(key, new Set());
    this.#handlers.get(key).add(handler); // before the reply: events may overtake it
    await this.request("subscribe", { object, type });
  }

  /** Destroys an object with all that is inside it. */
  async release(object) {
    for (const key of this.#handlers.keys()) if (key.startsWith(object)) this.#handlers.delete(key);
    await this.request("release", { object });
  }

  /** Gives up this session's hold on an object that others own. */
  unref(object) {
    return this.request("unref", { object });
  }
}
