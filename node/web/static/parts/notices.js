// Where somebody is told, in a session of theirs: this browser, and addresses of mail.

import { get } from "./api.js";
import { byId, make, notice, onAction } from "./dom.js";
import { explainNotices } from "./explain_notices.js";
import { forgetPlace, keepPlace } from "./notice_places.js";
import { isAble, subscribeHere, subscriptionHere } from "./push_here.js";
import { say, showTime } from "./words.js";

const language = document.documentElement.dataset.lang;
const ADDRESS = /^[^\s@]+@[^\s@]+$/; // the node looks closer
const state = { session: null, offer: null, targets: [] };

export async function setUpNotices(session) {
  state.session = session;
  onAction(byId("notices-push-on"), acting(subscribe));
  onAction(byId("notices-push-off"), acting(unsubscribe));
  onAction(byId("notices-mail"), askAddress);
  await acting(async () => { state.offer = await get("/v1/notices"); })();
  if (state.offer === null) return;
  byId("notices-none").hidden = state.offer.push_key !== null || state.offer.mail;
  byId("notices-push").hidden = state.offer.push_key === null;
  byId("notices-mail").hidden = !state.offer.mail;
  byId("notices-mine").hidden = false;
  await acting(load)();
}

// Does it and says what went wrong.
function acting(work) {
  return async () => {
    try {
      await work();
    } catch (error) {
      notice(explainNotices(error));
    }
  };
}

// The list once more, after something was stopped or confirmed from elsewhere; nothing where it is not shown.
export const loadPlaces = () => (state.session === null || state.offer === null ? undefined : acting(load)());

async function load() {
  state.targets = (await state.session.get("/v1/me/notices")).targets;
  byId("notices-places-title").hidden = state.targets.length === 0;
  byId("notices-places").replaceChildren(...state.targets.map(place));
  await showPush();
}

function place({ id, channel, at, created, confirmed }) {
  const what = channel === "mail" ? at : say("A browser, by way of {host}", { host: at });
  const when = confirmed ? say("since {time}", { time: showTime(created) }) : say("waits until the mail to it is answered");
  const remove = make("button", { type: "button" }, say("Take away"));
  onAction(remove, acting(() => drop(id)));
  return make("li", { class: "card" }, make("p", {}, what, make("br"), make("span", { class: "small" }, when)), remove);
}

async function drop(id) {
  await state.session.delete(`/v1/me/notices/targets/${id}`);
  await forgetPlace(id);
  notice(say("Nothing more is sent there."), { isGood: true });
  await load();
}

const isHere = (subscription) => ({ endpoint }) => subscription !== null && endpoint === subscription.endpoint;

async function showPush() {
  const subscription = await subscriptionHere();
  const isOn = state.targets.some(isHere(subscription));
  byId("notices-push-on").hidden = isOn || !isAble() || Notification.permission === "denied";
  byId("notices-push-off").hidden = !isOn;
  byId("notices-push-words").textContent = pushWords(isOn);
}

function pushWords(isOn) {
  if (!isAble()) return say("This browser can't be told. On an iPhone, put the wallet on the home screen first.");
  if (Notification.permission === "denied") return say("This browser was told not to show notices of this page. Allow them in its settings, then come back.");
  return isOn ? say("You are told on this device.") : say("You are not told on this device.");
}

async function subscribe() {
  byId("notices-push-words").textContent = say("Your browser asks whether this page may tell you things. Answer it there.");
  try {
    if (await Notification.requestPermission() !== "granted") return;
    byId("notices-push-words").textContent = say("Waiting for the maker of your browser…");
    const here = await subscribeHere(state.offer.push_key, (before) => state.targets.some(isHere(before)));
    await keepPlace(await state.session.post("/v1/me/notices/push", { ...here, language }));
    notice(say("You are told on this device from now on."), { isGood: true });
  } finally {
    await load();
  }
}

async function unsubscribe() {
  const subscription = await subscriptionHere();
  for (const { id } of state.targets.filter(isHere(subscription))) {
    await state.session.delete(`/v1/me/notices/targets/${id}`);
    await forgetPlace(id);
  }
  notice(say("Nothing more is sent to this device."), { isGood: true });
  await load();
}

async function askAddress() {
  const address = byId("notices-address").value.trim();
  const isAddress = ADDRESS.test(address);
  byId("notices-address-error").textContent = isAddress ? "" : say("Write the address as name@example.org.");
  notice("");
  if (!isAddress) return;
  try {
    const { confirmed } = await state.session.post("/v1/me/notices/mail", { address, language });
    byId("notices-address").value = "";
    notice(confirmed ? say("That address is told already.") : say("A mail is on its way to {address}. Press the link in it, and notices come.", { address }), { isGood: true });
    await load();
  } catch (error) {
    byId("notices-address-error").textContent = explainNotices(error);
  }
}
