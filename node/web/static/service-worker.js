// Keeps the pages usable without a network, and quick with a slow one: what was loaded once is there again.
//
// A page and all that it loads come from what is kept, as one edition, and the network is asked afterwards. Addresses
// with a hash never change their content. Answers of the interface are never kept, except the charter.
//
// EDITION, LANGUAGE, KEPT and NEWS stand before these lines when this is served: node/web/service_worker.py makes them.

const CACHE = `fiado-${EDITION}`;
const MADE = "/web/made/";
const LIBRARY = "/web/library/";
const NOTICES = "fiado-notices";
const PATIENCE_MS = 3_000;
let spoken = LANGUAGE;

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    // All or nothing: until everything has come, the worker before this one goes on with what it kept.
    await cache.addAll(KEPT.map((path) =>
      new Request(path, { cache: path.startsWith(MADE) ? "default" : "no-cache" })));
    await checkEdition(cache);
    await skipWaiting();
  })());
});

// Meanwhile another language may have been chosen, or the node have been renewed: then the pages are not of this edition.
async function checkEdition(cache) {
  for (const answer of await cache.matchAll()) {
    if ((answer.headers.get("Fiado-Edition") ?? EDITION) === EDITION) continue;
    await caches.delete(CACHE);
    throw new Error(`${answer.url} is not of edition ${EDITION}`);
  }
}

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    // The edition before this one stays for pages that are open: they may still load something of theirs.
    const others = (await caches.keys()).filter((name) => name !== CACHE && name !== NOTICES);
    for (const name of others.slice(0, -1)) await caches.delete(name);
    await clients.claim();
    for (const client of await clients.matchAll()) client.postMessage({ edition: EDITION });
  })());
});

addEventListener("fetch", (event) => {
  const { method } = event.request;
  const url = new URL(event.request.url);
  if (method !== "GET" || url.origin !== location.origin) return;
  spoken = url.searchParams.get("lang") ?? spoken;
  if (url.pathname.startsWith(MADE)) event.respondWith(fromAnyEdition(event.request));
  // Phones that need it need it without a network too; others never ask.
  else if (url.pathname.startsWith(LIBRARY)) event.respondWith(keptFirst(event, url));
  else if (KEPT.includes(url.pathname)) {
    // The charter, and pages in another language, are the node's, if it answers in time.
    const isKeptFirst = event.request.mode === "navigate" && spoken === LANGUAGE;
    event.respondWith(isKeptFirst ? keptFirst(event, url) : networkFirst(event, url));
  } else if (spoken !== LANGUAGE && event.request.mode === "navigate") {
    event.respondWith(asked(event));
  }
});

// A page that says which language is spoken from now on: the worker for it comes in this one's place, once this one has
// nothing to do any more. So this one does not wait until it is there.
function asked(event) {
  const answer = fetch(event.request);
  event.waitUntil(answer.then(() => { registration.update().catch(() => {}); }, () => {}));
  return answer;
}

const fromAnyEdition = async (request) => (await caches.match(request)) ?? fetch(request);

// What stands after the question mark makes no other page, only another content of it. The page is renewed by one of the
// same edition only: what another one loads is not kept here.
async function renewed(event, { pathname }) {
  const cache = await caches.open(CACHE);
  const answer = await fetch(event.request);
  const isOurs = event.request.mode !== "navigate" || answer.headers.get("Fiado-Edition") === EDITION;
  if (answer.ok && answer.type === "basic" && isOurs) event.waitUntil(cache.put(pathname, answer.clone()));
  return answer;
}

const keptPage = async ({ pathname }) => (await caches.open(CACHE)).match(pathname);

async function keptFirst(event, url) {
  const news = renewed(event, url);
  event.waitUntil(news.catch(() => {}));
  return (await keptPage(url)) ?? news;
}

async function networkFirst(event, url) {
  const fetched = renewed(event, url);
  const kept = await keptPage(url);
  // Without a copy even a very slow network is worth waiting for.
  if (!kept) return fetched;
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE_MS); });
  return Promise.race([fetched.then((answer) => (answer.ok ? answer : kept), () => kept), late]);
}

// --- notices ---

// A message says nothing but that there is something: what it is, the node says to who has the code of this browser.
addEventListener("push", (event) => event.waitUntil(tell()));

async function tell() {
  const cache = await caches.open(NOTICES);
  let shown = 0;
  for (const place of await cache.keys()) shown += await tellOf(cache, place).catch(() => 0);
  // Browsers want something to be shown for each message.
  if (shown === 0) await registration.showNotification("Fiado", { body: NEWS, tag: "fiado", lang: LANGUAGE, data: "/wallet" });
}

async function tellOf(cache, place) {
  const { id, code, since } = await (await cache.match(place)).json();
  const answer = await fetch(`/v1/notices/${id}/news`, {
    method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code, since }),
  });
  if (answer.status === 403) await cache.delete(place);
  if (!answer.ok) return 0;
  const { title, time, items } = await answer.json();
  for (const { kind, text, path, time: at } of items.reverse()) {
    await registration.showNotification(title, { body: text, tag: `${kind}-${at}-${text}`, lang: LANGUAGE, data: path, timestamp: at * 1000 });
  }
  await cache.put(place, new Response(JSON.stringify({ id, code, since: time })));
  return items.length;
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(goTo(new URL(event.notification.data ?? "/wallet", location.origin).href));
});

async function goTo(address) {
  const open = (await clients.matchAll({ type: "window" })).find(({ url }) => url === address);
  return open === undefined ? clients.openWindow(address) : open.focus();
}
