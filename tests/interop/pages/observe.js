/**
 * Measures what a peer connection receives; used by every page here, and injected into the demo page.
 * Chromium counts audio energy only of what it plays: a muted element has none.
 */
"use strict";

async function receivedStats(connection) {
  const stats = [...(await connection.getStats()).values()];
  const video = stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "video") ?? {};
  const audio = stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio") ?? {};
  return {
    at: performance.now(),
    framesDecoded: video.framesDecoded ?? 0,
    keyFramesDecoded: video.keyFramesDecoded ?? 0,
    framesDropped: video.framesDropped ?? 0,
    freezes: video.freezeCount ?? 0,
    width: video.frameWidth ?? 0,
    packetsLost: (video.packetsLost ?? 0) + (audio.packetsLost ?? 0),
    audioEnergy: audio.totalAudioEnergy ?? 0,
  };
}

/** What came in `milliseconds`: differences of the counters. */
async function observe(connection, milliseconds) {
  const before = await receivedStats(connection);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const after = await receivedStats(connection);
  const change = { width: after.width, seconds: (after.at - before.at) / 1000 };
  for (const name of ["framesDecoded", "keyFramesDecoded", "framesDropped", "freezes", "packetsLost", "audioEnergy"]) {
    change[name] = after[name] - before[name];
  }
  return change;
}

/** The longest pause between frames shown in `milliseconds`, in milliseconds. */
async function longestGap(video, milliseconds) {
  let last = performance.now();
  let longest = 0;
  const end = last + milliseconds;
  const note = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const step = () => {
    note();
    if (last < end) video.requestVideoFrameCallback(step);
  };
  video.requestVideoFrameCallback(step);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  note();
  return longest;
}
