/**
 * A source whose picture is of one colour, which the test changes, and whose sound is a tone; and what a viewer makes
 * of it.
 */
"use strict";

const COLOURS = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] };
let paint = null;

/** The sound: a tone of 880 Hz. */
async function tone() {
  const audio = new AudioContext();
  await audio.resume();
  const output = new MediaStreamAudioDestinationNode(audio, { channelCount: 2 });
  const oscillator = new OscillatorNode(audio, { frequency: 880 });
  oscillator.connect(output);
  oscillator.start();
  return output.stream;
}

/** The sound where an AudioContext does not run, as in a Firefox without a sound card: its fake microphone. */
const microphone = () => navigator.mediaDevices.getUserMedia({ audio: true });

async function easel(sound = tone) {
  const canvas = document.getElementById("stage");
  const context = canvas.getContext("2d");
  let colour = "white";
  paint = (name) => { colour = name; };
  let phase = 0;
  setInterval(() => {
    context.fillStyle = `rgb(${COLOURS[colour]})`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = "#444"; // a moving mark in a corner, so that frames differ
    context.fillRect((phase++ * 4) % 64, canvas.height - 8, 8, 8);
  }, 30);
  return new MediaStream([...canvas.captureStream(30).getTracks(), ...(await sound()).getTracks()]);
}

const easelWithMicrophone = () => easel(microphone);

/** The colour that is nearest to the middle of a video, null before its first picture. */
function colourOf(video) {
  if (!video.videoWidth) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d");
  context.drawImage(video, video.videoWidth / 2 - 4, video.videoHeight / 2 - 4, 8, 8, 0, 0, 1, 1);
  const pixel = context.getImageData(0, 0, 1, 1).data;
  const distance = (name) => COLOURS[name].reduce((sum, value, at) => sum + Math.abs(value - pixel[at]), 0);
  return Object.keys(COLOURS).sort((one, other) => distance(one) - distance(other))[0];
}

let ear = null;

/** The strongest frequency of a stream, hertz; 0 in silence. */
async function pitchOf(stream) {
  if (ear === null) {
    const audio = new AudioContext();
    await audio.resume();
    ear = new AnalyserNode(audio, { fftSize: 8192 });
    new MediaStreamAudioSourceNode(audio, { mediaStream: stream }).connect(ear);
  }
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  const loudest = levels.indexOf(Math.max(...levels));
  return levels[loudest] > -60 ? (loudest * ear.context.sampleRate) / ear.fftSize : 0;
}
