// Keeps the pages usable without a network: what was loaded once is there again. The network comes
// first, so nobody is stuck with an old page. Answers of the interface are never kept, but for the
// charter, which can't change without its name changing.

const CACHE = "fiado-1";
const SHELL = ["/wallet", "/verify", "/me", "/manifest.webmanifest", "/v1/charter", "/web/fiado.css", "/web/icon.svg",
  ...["es", "pt"].flatMap((lang) => ["wallet", "me", "verify"].map((page) => `/web/words-${lang}-${page}.json`)),
  ...["amounts", "api", "bytes", "charter", "codec", "dom", "explain", "guards", "history", "keys", "links", "me",
    "messages", "payform", "paying", "receipt", "scan", "setup", "shop", "store", "troubles", "verify", "wallet", "words"].map((name) => `/web/${name}.js`)];
const PATIENCE_MS = 5_000;

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await Promise.allSettled(SHELL.map((path) => cache.add(new Request(path, { cache: "no-cache" }))));
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
  SHELL.includes(pathname) || (pathname.startsWith("/web/") && pathname !== "/web/qr.svg");

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
  return Promise.race([fetched.catch(() => kept), late]);
}
