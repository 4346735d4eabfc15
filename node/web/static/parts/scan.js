// Reading a code with the camera: by the browser, or by a library where it can't. Typing is always there beside it.

export const canScan = Boolean(navigator.mediaDevices?.getUserMedia);

const PAUSE_MS = 200;

// Shows the camera in `video` until a code is seen; resolves to its text. `stop` ends it with null.
export function scan(video) {
  let isStopped = false;
  let stream;
  const end = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    video.hidden = true;
  };
  const text = (async () => {
    const read = await reader();
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    while (!isStopped) {
      const found = await read(video);
      if (found) return found;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    }
    return null;
  })().finally(end);
  return { text, stop: () => { isStopped = true; } };
}

// What makes the text of a code, or nothing, of the picture that a video shows now.
async function reader() {
  if (await canDetect()) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  return (await import("./frames.js")).readFrame;
}

// Some browsers have a detector that knows no code.
async function canDetect() {
  if (!("BarcodeDetector" in globalThis)) return false;
  return BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code"), () => false);
}
