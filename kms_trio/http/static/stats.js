/**
 * Figures: what RTCPeerConnection.getStats() and a server's getStats() say, boiled down.
 */

/** Bits a second between successive readings of byte counters, keyed by a name. */
export class Rates {
  #last = new Map();

  /** @returns the rate since the last call with this key; null at the first one. */
  update(key, bytes, nowMs = performance.now()) {
    const last = this.#last.get(key);
    this.#last.set(key, { bytes, nowMs });
    if (!last || nowMs <= last.nowMs || bytes < last.bytes) return null;
    return ((bytes - last.bytes) * 8000) / (nowMs - last.nowMs);
  }

  clear() {
    this.#last.clear();
  }
}

export function formatRate(bps) {
  if (bps === null || bps === undefined) return "";
  if (bps < 1000) return "0 kb/s";
  if (bps < 1e6) return `${Math.round(bps / 1000)} kb/s`;
  return `${(bps / 1e6).toFixed(bps < 1e7 ? 2 : 1)} Mb/s`;
}

export function formatClock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What a viewer wants to know of one RTCStatsReport; absent figures are undefined. */
export function summarize(report) {
  const byType = (type, kind) => [...report.values()].filter((stat) => stat.type === type && (!kind || stat.kind === kind));
  const video = byType("inbound-rtp", "video")[0];
  const audio = byType("inbound-rtp", "audio")[0];
  const sent = byType("outbound-rtp", "video")[0];
  const codec = report.get((video ?? sent)?.codecId);
  const pair = byType("candidate-pair").find((candidate) => candidate.nominated && candidate.state === "succeeded");
  return {
    bytesReceived: (video?.bytesReceived ?? 0) + (audio?.bytesReceived ?? 0),
    framesDecoded: video?.framesDecoded ?? 0,
    framesPerSecond: video?.framesPerSecond ?? sent?.framesPerSecond,
    width: video?.frameWidth ?? sent?.frameWidth,
    height: video?.frameHeight ?? sent?.frameHeight,
    freezes: video?.freezeCount ?? 0,
    packetsLost: (video?.packetsLost ?? 0) + (audio?.packetsLost ?? 0),
    audioEnergy: audio?.totalAudioEnergy ?? 0,
    audioLevel: audio?.audioLevel ?? 0,
    bytesSent: byType("outbound-rtp").reduce((sum, stat) => sum + stat.bytesSent, 0),
    codec: codec?.mimeType.split("/")[1],
    roundTripMs: pair?.currentRoundTripTime === undefined ? undefined : pair.currentRoundTripTime * 1000,
  };
}

/** The server's map of Stats as {bytesIn, bytesOut}; null when the element keeps none. */
export function serverBytes(stats) {
  if (!stats) return null;
  let bytesIn = 0;
  let bytesOut = 0;
  for (const stat of Object.values(stats)) {
    bytesIn += stat.bytesReceived ?? 0;
    bytesOut += stat.bytesSent ?? 0;
  }
  return { bytesIn, bytesOut };
}
