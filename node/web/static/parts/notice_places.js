// What the service worker asks the node with when it is told to look: kept where both the pages and the worker find it.

const NOTICES = "fiado-notices";
const address = (id) => `/notice-place/${id}`;

export async function keepPlace({ id, code, created }) {
  const place = new Response(JSON.stringify({ id, code, since: created }));
  await (await caches.open(NOTICES)).put(address(id), place);
}

export async function forgetPlace(id) {
  await (await caches.open(NOTICES)).delete(address(id));
}

// Whether this device is told anything.
export const hasPlaces = async () => "caches" in self && (await (await caches.open(NOTICES)).keys()).length > 0;

// With the wallet goes what its device was told with.
export async function forgetPlaces() {
  if (!("caches" in self)) return;
  await caches.delete(NOTICES);
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}
