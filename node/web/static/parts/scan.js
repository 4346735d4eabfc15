// Reading a code with the camera, where the browser can. Typing is always there beside it.

export const canScan = "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices);

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
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (!isStopped) {
      const [code] = await detector.detect(video);
      if (code) return code.rawValue;
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
    return null;
  })().finally(end);
  return { text, stop: () => { isStopped = true; } };
}
