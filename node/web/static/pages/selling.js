// What a shop's program needs, for the owner of this browser's wallet: API keys and webhooks. All is done by the
// interface that `fiado merchant` uses, in a session of the wallet's; what the node refuses is refused there.

import { Session } from "../parts/api.js";
import { byId, facts, make, notice, onAction } from "../parts/dom.js";
import { explainSelling } from "../parts/explain_selling.js";
import { healthWords, hookCard, testHook } from "../parts/hooks.js";
import { keepPages } from "../parts/keeping.js";
import { openStore } from "../parts/opened.js";
import { say, showTime } from "../parts/words.js";

const DAY_S = 86_400;
const PANES = ["secret", "asking", "mine"];
const POWERS = {
  invoices: () => say("make and read bills, prepare refunds"),
  read: () => say("read bills"),
  webhooks: () => say("manage where messages go, and hear all of them"),
};

const store = await openStore();
const wallet = await store.wallet();
const page = { session: null, act: null, changed: null };

keepPages();
if (wallet?.account === undefined) byId("no-wallet").hidden = false;
else await start();

async function start() {
  const { account, privateKey, federation, coop } = wallet;
  page.session = new Session({ role: "member", number: account, privateKey, federation, coop });
  onAction(byId("key-form"), makeKey);
  onAction(byId("hook-form"), saveHook);
  onAction(byId("hook-stop"), () => change(null));
  onAction(byId("origin-form"), saveOrigins);
  onAction(byId("secret-copy"), copySecret);
  onAction(byId("secret-done"), forgetSecret);
  onAction(byId("asking-no"), () => showPane("mine"));
  onAction(byId("asking-yes"), confirmed);
  addEventListener("pagehide", () => byId("secret-text").replaceChildren());
  await load();
  await loadOrigins();
}

function showPane(id) {
  for (const each of PANES) byId(each).hidden = each !== id;
  if (id !== "mine") byId(`${id}-title`).focus();
}

async function load(said = "") {
  try {
    const { keys } = await page.session.get("/v1/merchant/keys");
    const { webhooks } = await page.session.get("/v1/webhooks");
    showKeys(keys);
    byId("hooks").replaceChildren(...webhooks.map((each) => hookCard(each, { test, change, remove, renew, enable })));
    byId("no-hooks").hidden = webhooks.length > 0;
    if (byId("secret").hidden) showPane("mine");
    notice(said, { isGood: said !== "" });
  } catch (error) {
    notice(explainSelling(error));
  }
}

// Does something at the node and shows what there is then; what is refused is said, and changes nothing.
async function attempt(act, said) {
  try {
    await act();
    await load(said);
  } catch (error) {
    showPane("mine");
    notice(explainSelling(error));
  }
}

// --- keys ---

function showKeys(keys) {
  const working = keys.filter(({ works }) => works), ended = keys.filter(({ works }) => !works);
  byId("keys").replaceChildren(...working.map(keyCard));
  byId("ended").replaceChildren(...ended.map(keyCard));
  byId("no-keys").hidden = working.length > 0;
  byId("old-keys").hidden = ended.length === 0;
}

function keyCard(key) {
  const item = make("li", { class: "card" }, make("h3", {}, key.label));
  item.append(make("dl", { class: "facts" }, ...facts([
    [say("May"), key.powers.map((power) => POWERS[power]()).join("; ")],
    [say("Made"), showTime(key.created)],
    [say("Ends"), key.expires === null ? say("when you revoke it") : showTime(key.expires)],
    ...(key.revoked === null ? [] : [[say("Revoked"), showTime(key.revoked)]]),
  ])));
  if (!key.works) return item;
  const button = make("button", { type: "button" }, say("Revoke “{name}”", { name: key.label }));
  onAction(button, () => ask({
    title: say("Revoke “{name}”?", { name: key.label }),
    what: say("Programs that use this key are refused from now on. That can't be taken back."),
    yes: say("Revoke it"),
    act: () => page.session.delete(`/v1/merchant/keys/${key.id}`),
    said: say("Revoked: “{name}” works no more.", { name: key.label }),
  }));
  item.append(button);
  return item;
}

const chosen = (name) =>
  [...document.querySelectorAll(`input[name=${name}]:checked`)].map(({ value }) => value);

async function makeKey() {
  const label = byId("key-label").value.trim(), powers = chosen("power"), days = byId("key-days").value;
  byId("key-error").textContent = "";
  if (label === "") return fail("key", say("Give it a name, so that you know it in the list."));
  if (powers.length === 0) return fail("key", say("Choose what it may do."));
  const expires = days === "" ? {} : { expires_in: Number(days) * DAY_S };
  try {
    const made = await page.session.post("/v1/merchant/keys", { label, powers, ...expires });
    byId("key-form").reset();
    showSecret(say("The key “{name}”", { name: label }), made.key);
    await load();
  } catch (error) {
    fail("key", explainSelling(error));
  }
}

function fail(form, words) {
  byId(`${form}-error`).textContent = words;
}

// --- what is shown once ---

function showSecret(title, text) {
  byId("secret-title").textContent = title;
  byId("secret-text").textContent = text;
  byId("secret-copy").textContent = say("Copy");
  showPane("secret");
}

async function copySecret() {
  await navigator.clipboard.writeText(byId("secret-text").textContent);
  byId("secret-copy").textContent = say("Copied");
}

function forgetSecret() {
  byId("secret-text").replaceChildren();
  showPane("mine");
}

// --- webhooks ---

async function saveHook() {
  const wanted = { url: byId("hook-url").value.trim(), types: chosen("type") };
  byId("hook-error").textContent = "";
  if (wanted.url === "") return fail("hook", say("Type an address that begins with https://."));
  try {
    if (page.changed === null) {
      const made = await page.session.post("/v1/webhooks", wanted);
      showSecret(say("The secret that verifies its messages"), made.secret);
    } else {
      await page.session.post(`/v1/webhooks/${page.changed.id}`, wanted);
    }
    change(null);
    await load(say("Saved."));
  } catch (error) {
    fail("hook", explainSelling(error));
  }
}

// Fills the form with an endpoint that is to be changed; null: it is for a new one.
function change(hook) {
  page.changed = hook;
  byId("hook-form").reset();
  byId("hook-error").textContent = "";
  byId("hook-stop").hidden = hook === null;
  byId("hook-title").textContent = hook === null ? say("Add an address") : say("Change the address");
  if (hook === null) return;
  byId("hook-url").value = hook.url;
  for (const box of document.querySelectorAll("input[name=type]")) box.checked = hook.types.includes(box.value);
  document.querySelector("#hook-form details").open = hook.types.length > 0;
  byId("hook-title").focus();
}

async function test(hook, place, state) {
  place.textContent = say("The message is on its way…");
  try {
    place.textContent = await testHook(page.session, hook);
    state.textContent = healthWords(await page.session.get(`/v1/webhooks/${hook.id}`));
  } catch (error) {
    place.textContent = explainSelling(error);
  }
}

const enable = (hook) =>
  attempt(() => page.session.post(`/v1/webhooks/${hook.id}/enable`), say("Messages go there again."));

const remove = (hook) => ask({
  title: say("Remove this address?"),
  what: say("{url} is told nothing more, and what waits for it is thrown away.", { url: hook.url }),
  yes: say("Remove it"),
  act: () => page.session.delete(`/v1/webhooks/${hook.id}`),
  said: say("Removed."),
});

const renew = (hook) => ask({
  title: say("Another secret?"),
  what: say("Messages to {url} are signed with the new one from now on: your program has to know it.", { url: hook.url }),
  yes: say("Make another secret"),
  act: async () => {
    const { secret } = await page.session.post(`/v1/webhooks/${hook.id}/secret`);
    showSecret(say("The secret that verifies its messages"), secret);
  },
  said: "",
});

// --- sites that may show bills ---

function showOrigins({ origins }) {
  byId("origins").value = origins.join("\n");
}

async function loadOrigins() {
  try {
    showOrigins(await page.session.get("/v1/merchant/origins"));
  } catch (error) {
    fail("origin", explainSelling(error));
  }
}

async function saveOrigins() {
  const origins = byId("origins").value.split(/\s+/).filter((each) => each !== "");
  for (const place of ["origin-error", "origin-told"]) byId(place).textContent = "";
  try {
    const kept = await page.session.post("/v1/merchant/origins", { origins });
    showOrigins(kept);
    byId("origin-told").textContent = kept.origins.length === 0 ? say("Saved: no site may.") : say("Saved.");
  } catch (error) {
    fail("origin", explainSelling(error));
  }
}

// --- questions before what can't be taken back ---

function ask(question) {
  page.act = question;
  byId("asking-title").textContent = question.title;
  byId("asking-what").textContent = question.what;
  byId("asking-yes").textContent = question.yes;
  notice("");
  showPane("asking");
}

async function confirmed() {
  const { act, said } = page.act;
  await attempt(act, said);
}
