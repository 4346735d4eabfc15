// Keeps the pages usable without a network: what was loaded once is there again. The network comes
// first, so nobody is stuck with an old page. Answers of the interface are never kept, except the charter.
//
// VERSION and KEPT stand before these lines when this is served: node/web/service_worker.py makes them.

const CACHE = `fiado-${VERSION}`;
const PATIENCE_MS = 5_000;

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    // All or nothing: until everything has come, the worker before this one goes on with what it kept.
    await cache.addAll(KEPT.map((path) => new Request(path, { cache: "no-cache" })));
    await skipWaiting();
  })());
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await clients.claim();
  })());
});

// Pages that say something of the moment (books, requests, bills) are never answered from here.
const isKept = ({ pathname }) =>
  KEPT.includes(pathname) || (pathname.startsWith("/web/") && pathname !== "/web/qr.svg");

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !isKept(url)) return;
  event.respondWith(networkFirst(event, url));
});

async function networkFirst(event, url) {
  const cache = await caches.open(CACHE);
  // What stands after the question mark makes no other page, only another content of it.
  const name = url.pathname;
  const fetched = fetch(event.request).then((answer) => {
    if (answer.ok && answer.type === "basic") event.waitUntil(cache.put(name, answer.clone()));
    return answer;
  });
  const kept = await cache.match(name);
  // Without a copy even a very slow network is worth waiting for.
  if (!kept) return fetched;
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE_MS); });
  // A page that was kept may ask for a file that is no longer served.
  return Promise.race([fetched.then((answer) => (answer.ok ? answer : kept), () => kept), late]);
}
