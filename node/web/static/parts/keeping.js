// The service worker, which keeps the pages for times without a network: it is asked for once the page is in use, so that
// nobody waits for it.

let isTouched = false;
for (const kind of ["input", "pointerdown", "keydown"]) {
  addEventListener(kind, () => { isTouched = true; }, { once: true, capture: true });
}

// The page is asked for anew when a newer edition has come; but what was begun on it is worth more than that.
function loadAnew({ data }) {
  const { edition } = document.documentElement.dataset;
  if (data.edition !== undefined && data.edition !== edition && !isTouched) location.reload();
}

// What was loaded before there was a worker is asked for once more when there is one, which then keeps it.
export function keepLibrary(place) {
  const worker = navigator.serviceWorker;
  if (!worker || worker.controller) return;
  worker.addEventListener("controllerchange", () => fetch(place), { once: true });
}

export async function keepPages() {
  const worker = navigator.serviceWorker;
  if (worker === undefined) return;
  worker.addEventListener("message", loadAnew);
  try {
    await worker.register("/service-worker.js");
  } catch {
    // without one the pages need the network
  }
}
