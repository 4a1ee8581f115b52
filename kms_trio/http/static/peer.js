/**
 * One RTCPeerConnection of this browser joined to one WebRtcEndpoint on the server.
 */

import { dtlsFailed, iceFailed, peerLost } from "./explain.js";

/** Opens camera and microphone; rejects with the browser's DOMException. */
export function openCamera() {
  if (!navigator.mediaDevices) throw new DOMException("mediaDevices is missing", "SecurityError");
  return navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
  });
}

/**
 * Events: "problem" (detail: an explanation), "recovered", "state" (detail: connectionState).
 * `stream` is what comes from the server.
 */
export class Peer extends EventTarget {
  #client;
  #early = [];
  #local = [];
  #remote = [];

  /** @param direction "sendrecv" | "sendonly" | "recvonly", seen from the browser. */
  constructor(client, endpoint, { camera = null, direction = "sendrecv" } = {}) {
    super();
    this.#client = client;
    this.endpoint = endpoint;
    this.stream = new MediaStream();
    this.connection = new RTCPeerConnection();
    for (const kind of ["audio", "video"]) {
      const track = camera?.getTracks().find((candidate) => candidate.kind === kind);
      if (track || direction !== "sendonly") {
        this.connection.addTransceiver(track ?? kind, { direction: track ? direction : "recvonly" });
      }
    }
    this.connection.ontrack = ({ track }) => this.stream.addTrack(track);
    this.connection.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate);
    this.connection.onconnectionstatechange = () => this.#report();
  }

  /** Offer, answer, trickled candidates both ways; resolves when the answer is in place. */
  async negotiate() {
    const { connection, endpoint } = this;
    await this.#client.subscribe(endpoint, "IceCandidateFound", ({ candidate }) => this.#takeCandidate(candidate));
    await connection.setLocalDescription();
    const sdp = await this.#client.invoke(endpoint, "processOffer", { offer: connection.localDescription.sdp });
    await connection.setRemoteDescription({ type: "answer", sdp });
    for (const candidate of this.#early.splice(0)) await this.#add(candidate);
    await this.#client.invoke(endpoint, "gatherCandidates");
  }

  close() {
    this.connection.onconnectionstatechange = null;
    this.connection.close();
  }

  /** Sums over this connection: see `stats.js` for what becomes of them. */
  stats() {
    return this.connection.getStats();
  }

  #sendCandidate(candidate) {
    if (!candidate?.candidate) return;
    this.#local.push(`${candidate.protocol} ${candidate.address}:${candidate.port}`);
    const { sdpMid, sdpMLineIndex } = candidate;
    this.#client
      .invoke(this.endpoint, "addIceCandidate", {
        candidate: { __module__: "kurento", __type__: "IceCandidate", candidate: candidate.candidate, sdpMid, sdpMLineIndex },
      })
      .catch((error) => console.warn("addIceCandidate", error)); // late candidates of a released endpoint
  }

  async #takeCandidate(candidate) {
    if (this.connection.remoteDescription) await this.#add(candidate);
    else this.#early.push(candidate);
  }

  async #add(candidate) {
    const { address, port, protocol } = new RTCIceCandidate(candidate);
    const text = `${protocol} ${address}:${port}`;
    if (!this.#remote.includes(text)) this.#remote.push(text); // announced once a media section
    if (this.connection.signalingState === "closed") return;
    await this.connection.addIceCandidate(candidate).catch((error) => console.warn("candidate", candidate, error));
  }

  #report() {
    const { connectionState, iceConnectionState } = this.connection;
    this.dispatchEvent(new CustomEvent("state", { detail: connectionState }));
    const problem = {
      failed: () => (iceConnectionState === "failed" || iceConnectionState === "disconnected" ? iceFailed(this.#remote, this.#local) : dtlsFailed()),
      disconnected: peerLost,
    }[connectionState];
    if (problem) this.dispatchEvent(new CustomEvent("problem", { detail: problem() }));
    else if (connectionState === "connected") this.dispatchEvent(new Event("recovered"));
  }
}
