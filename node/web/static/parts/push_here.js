// This browser's subscription to messages by its maker's service (Web Push), for whoever asks to be told here.

import { fromBase64url } from "../protocol/bytes.js";

const MAKER_MS = 20_000;

export const isAble = () => "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;

// The subscription that there is, or null.
export const subscriptionHere = async () =>
  (isAble() ? (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription() ?? null : null);

// What a browser and its maker's service do about a subscription has an end: some never answer. A TimeoutError then.
function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new DOMException("", "TimeoutError")), MAKER_MS); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

// Subscribes, for a node with that key: {endpoint, p256dh, auth}, as the node takes it. A subscription from before is used
// again where `isKnown(it)`: one of a node with another key is worth nothing.
export const subscribeHere = (pushKey, isKnown) => inTime(subscribed(pushKey, isKnown));

async function subscribed(pushKey, isKnown) {
  await navigator.serviceWorker.register("/service-worker.js");
  const { pushManager: manager } = await navigator.serviceWorker.ready;
  const before = await manager.getSubscription();
  if (before !== null && !isKnown(before)) await before.unsubscribe();
  const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(pushKey) });
  const { endpoint, keys: { p256dh, auth } } = made.toJSON();
  return { endpoint, p256dh, auth };
}
