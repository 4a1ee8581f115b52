/**
 * Problems in words: each function returns {title, text, hint} for the notice bar.
 */

const CAMERA = {
  NotAllowedError: {
    title: "No permission for camera and microphone",
    text: "This page asked for your camera and microphone, and the browser or the system said no.",
    hint: "Allow both with the camera symbol in the address bar, then press Start again.",
  },
  NotFoundError: {
    title: "No camera or microphone found",
    text: "The browser sees no camera, or no microphone, on this machine.",
    hint: "Plug one in, or start Chromium with --use-fake-device-for-media-stream for a test picture.",
  },
  NotReadableError: {
    title: "The camera is busy",
    text: "The system would not open the camera or the microphone.",
    hint: "Another program may be using it. Close that one and try again.",
  },
  OverconstrainedError: {
    title: "The camera cannot do this format",
    text: "No camera here offers the picture size that was asked for.",
    hint: "Try another camera.",
  },
};

const SERVER = {
  40009: { title: "The server is full", hint: "It refuses new objects to protect the sessions that run. Try later." },
  40101: { title: "This object no longer exists", hint: "It was released, here or in another tab." },
  40108: { title: "The server lacks this element", hint: "Is the bundle that provides it installed there?" },
  40201: { title: "The server did not understand the offer", hint: "Please report it together with the log below." },
};

const MEDIA = {
  INVALID_URI: "The file or address cannot be opened.",
  INVALID_MEDIA: "The file was opened, but it holds no media that can be read.",
  RESOURCE_ERROR_OPEN: "The server may not, or cannot, write a file there.",
  RESOURCE_ERROR_WRITE: "Writing the file failed half-way.",
  RESOURCE_ERROR_NO_SPACE_LEFT: "The server's disk is full.",
};

export function cameraProblem(error) {
  if (!window.isSecureContext) {
    return {
      title: "The browser hides the camera from this page",
      text: `Cameras are available to https:// and localhost pages only; this one is ${location.origin}.`,
      hint: "Open the page as http://localhost, through an SSH tunnel if the server is elsewhere, or put TLS before it.",
    };
  }
  return CAMERA[error.name] ?? { title: "The camera did not start", text: `${error.name}: ${error.message}`, hint: "" };
}

export function serverAway(url) {
  return {
    title: "The media server is away",
    text: `Nothing answers at ${url}. Media that flows already may go on; nothing new can be started.`,
    hint: "Is the server running, and is that port reachable from here? This page keeps trying.",
  };
}

export function sessionLost() {
  return {
    title: "The server has forgotten this page",
    text: "It was restarted, or this page was away for too long, so everything that ran here is gone.",
    hint: "Start again.",
  };
}

export function requestProblem(error) {
  const known = SERVER[error.code] ?? {};
  const code = error.code ? ` (${[error.type, error.code].filter(Boolean).join(" ")})` : "";
  return {
    title: known.title ?? "The server refused",
    text: `${error.request ? `${error.request}: ` : ""}${error.message}${code}`,
    hint: known.hint ?? "",
  };
}

export function iceFailed(server, browser) {
  const list = (candidates) => (candidates.length ? candidates.join(", ") : "none");
  return {
    title: "No network path to the media server",
    text: `Neither side could reach the other. Server's addresses: ${list(server)}. Browser's: ${list(browser)}.`,
    hint: "Open the server's UDP ports in the firewall, set its external address, or set up a TURN server.",
  };
}

export function peerLost() {
  return {
    title: "The media connection broke off",
    text: "No packets have come from the media server for some time.",
    hint: "If the network comes back it recovers by itself; otherwise press Stop and Start.",
  };
}

export function dtlsFailed() {
  return {
    title: "The encrypted connection failed",
    text: "A network path was found, but the DTLS handshake over it did not complete.",
    hint: "Something between the two changes or drops packets, or a certificate fingerprint did not match.",
  };
}

export function elementError(name, { type, errorCode, description }) {
  return {
    title: `${name} reports ${type || "an error"}`,
    text: MEDIA[type] ?? description,
    hint: MEDIA[type] ? description : `Error code ${errorCode}`,
  };
}

export function transcoding(name, mediaType) {
  return {
    title: `The server transcodes ${mediaType.toLowerCase()}`,
    text: `What ${name} sends and what its receivers take differ in codec, so the server decodes and encodes it.`,
    hint: "This works, but costs a processor core where passing on costs next to nothing.",
  };
}

export function roomEnded() {
  return {
    title: "The presenter has left",
    text: "This room has ended: its pipeline was released on the server.",
    hint: "Pick another room, or present something yourself.",
  };
}

export function unexpected(error) {
  return { title: "Something went wrong in this page", text: `${error.name}: ${error.message}`, hint: "" };
}
