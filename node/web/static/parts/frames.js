// Codes in the pictures of a video, by a library that is loaded when somebody scans in a browser that can't.

// It is no module, and leaves `jsQR` behind.
await import("../library/jsqr/dist/jsQR.js");

const WIDEST = 640; // dots: enough for our codes, and quick on a slow phone
const canvas = document.createElement("canvas");

// The text of the code that the video shows now, or undefined. Codes are dark on light.
export function readFrame(video) {
  const scale = Math.min(1, WIDEST / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  if (canvas.width === 0) return undefined;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return globalThis.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
}
