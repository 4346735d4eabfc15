// Keys that pay from the account of this browser's wallet within caps: of tills, of whoever is employed, of programs. What
// is signed is shown from its bytes; a key that is made here is forgotten once its words were written down.

import { fromHex, toBase64url, toHex } from "../protocol/bytes.js";
import { encodeTransaction } from "../protocol/messages.js";
import { delegation, freePlace, revocation, withSignature } from "../protocol/owning.js";
import { keyFromSeed } from "../protocol/signing.js";
import { capFacts, fetchKeys } from "../parts/account_keys.js";
import { AccountNames } from "../parts/account_names.js";
import { Session, post } from "../parts/api.js";
import { keptCharter } from "../parts/charters.js";
import { byId, facts, make, notice, onAction } from "../parts/dom.js";
import { explainOwning } from "../parts/explain_owning.js";
import { keepPages } from "../parts/keeping.js";
import { readAddress } from "../parts/links.js";
import { openStore } from "../parts/opened.js";
import { draftLink } from "../parts/owners_drafts.js";
import { keepDraft } from "../parts/owners_waiting.js";
import { findAccount } from "../parts/paying.js";
import { readAmount, say, showAmount } from "../parts/words.js";

const PANES = ["words", "review", "mine"];
const ENTROPY_BYTES = 16, MOST_PAYEES = 16, DAY_S = 86_400, LONGEST_S = 315_360_000; // ten years
const KEY = /^[0-9a-f]{64}$/;

const store = await openStore();
const wallet = await store.wallet();
// `keys`: as fetchKeys gives them; `names`: an AccountNames; `made`: what the words of a key are made of; `offered`: what is shown to be signed.
// `labels`: what the owners call them, by the key in hex.
const page = { session: null, keys: null, names: null, labels: new Map(), made: null, offered: null };
const aboutWords = () => import("../parts/reading_words.js");

// What somebody typed can't be used; its message is for people.
class FormError extends Error {}

keepPages();
if (wallet?.account === undefined) byId("no-wallet").hidden = false;
else await start();

async function start() {
  const { account, privateKey, federation, coop } = wallet;
  page.session = new Session({ role: "member", number: account, privateKey, federation, coop, kept: store.session(wallet) });
  onAction(byId("key-form"), typed);
  byId("word-language").addEventListener("change", showWords);
  onAction(byId("words-written"), wordsWritten);
  onAction(byId("words-back"), back);
  onAction(byId("seed-copy"), copySeedLink);
  onAction(byId("review-sign"), signed);
  onAction(byId("review-back"), back);
  addEventListener("pagehide", forgetMade);
  fillFromAddress();
  await load();
}

// A till's page shows its key as an address of this one.
function fillFromAddress() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key") ?? "";
  if (!KEY.test(key)) return;
  byId("key-given").value = key;
  history.replaceState(null, "", location.pathname);
}

function showPane(id) {
  for (const each of PANES) byId(each).hidden = each !== id;
  if (id !== "mine") byId(`${id}-title`).focus();
}

async function load(said = "") {
  try {
    page.names ??= new AccountNames(page.session, await keptCharter(store, wallet.federation));
    page.keys = await fetchKeys(wallet.account, page.session);
    const { labels } = await page.session.get("/v1/me/labels");
    page.labels = new Map(labels.map(({ key, label }) => [key, label]));
    await page.names.learn(page.keys.tills.flatMap(({ payees }) => payees ?? []));
    byId("keys").replaceChildren(...page.keys.tills.map(card));
    byId("no-keys").hidden = page.keys.tills.length > 0;
    byId("joint").hidden = page.keys.owners.length === 1;
    showPane("mine");
    notice(said, { isGood: said !== "" });
  } catch (error) {
    notice(explainOwning(error));
  }
}

function nameOf(coop, account) {
  return page.names.of(coop, account);
}

const ownName = () => `${wallet.handle}@${wallet.coopName}`;

function card(till) {
  const item = make("li", { class: "card" }, make("h3", {}, page.labels.get(toHex(till.key)) ?? say("Key {place}", { place: till.place })));
  const [atOnce, inDay, ...rest] = capFacts(till, nameOf);
  const spent = [say("Paid today"), showAmount(till.spentToday)];
  item.append(make("dl", { class: "facts" }, ...facts([atOnce, inDay, spent, ...rest])));
  const button = make("button", { type: "button" }, say("Revoke key {place}", { place: till.place }));
  onAction(button, () => review(revocation(at(till.place))));
  item.append(button);
  return item;
}

const at = (place) => ({ account: wallet.account, revision: page.keys.revision + 1, place });

// --- what is typed ---

async function typed() {
  byId("key-error").textContent = "";
  try {
    const caps = await readCaps();
    const given = byId("key-given").value.trim().toLowerCase();
    if (given !== "" && !KEY.test(given)) throw new FormError(say("That is no key. Copy the 64 letters and digits that the till shows."));
    if (given !== "") return review(offer(fromHex(given), caps));
    page.made = { entropy: crypto.getRandomValues(new Uint8Array(ENTROPY_BYTES)), caps, words: [] };
    byId("word-language").value = document.documentElement.dataset.lang === "en" ? "english" : "spanish";
    await showWords();
    showPane("words");
  } catch (error) {
    byId("key-error").textContent = error instanceof FormError ? error.message : explainOwning(error);
  }
  return undefined;
}

async function readCaps() {
  const [perPayment, perDay] = ["payment", "day"].map((name) => readAmount(byId(`key-${name}`).value));
  for (const each of [perPayment, perDay]) if (typeof each === "string") throw new FormError(each);
  if (perPayment > perDay) throw new FormError(say("What it may pay at once can't be more than what it may pay in a day."));
  // Until that day is over, where the person is.
  const until = Math.floor(new Date(`${byId("key-until").value}T00:00`).getTime() / 1000) + DAY_S;
  const isGood = Number.isSafeInteger(until) && until > page.keys.time && until <= page.keys.time + LONGEST_S;
  if (!isGood) throw new FormError(say("Choose a day after today, within ten years."));
  return { perPayment, perDay, until, payees: await readPayees(byId("key-payees").value) };
}

async function readPayees(text) {
  const typedOnes = text.split(/[\s,;]+/).filter((each) => each !== "");
  const found = new Map();
  for (const each of typedOnes) {
    const address = readAddress(each);
    if (address === null) throw new FormError(say("“{text}” is no address. Write name@cooperative, and a comma between two.", { text: each }));
    const { coop_number: coop, account } = await findAccount(address.coop, address.handle, wallet.federation);
    found.set(`${coop}/${account}`, [coop, account]);
  }
  if (found.size > MOST_PAYEES) throw new FormError(say("Name sixteen at most."));
  if (found.size === 0) return null;
  await page.names.learn([...found.values()]);
  return [...found.values()].sort(([coop, account], [other, another]) => coop - other || account - another);
}

function offer(key, caps) {
  const place = freePlace(page.keys.tills.map((till) => till.place));
  if (place === undefined) throw new FormError(say("64 keys may pay already: revoke one first."));
  return delegation(at(place), { key, ...caps });
}

// --- the words of a key that is made here ---

async function showWords() {
  const { seedFromWords, wordList, wordsFromEntropy } = await aboutWords();
  page.made.words = await wordsFromEntropy(page.made.entropy, await wordList(byId("word-language").value));
  byId("word-list").replaceChildren(...page.made.words.map((word) => make("li", {}, word.normalize("NFC"))));
  const seed = await seedFromWords(page.made.words);
  byId("seed-link").textContent = `${location.origin}/till#${new URLSearchParams({ seed: toBase64url(seed), account: wallet.handle })}`;
  byId("seed-copy").textContent = say("Copy the link");
  seed.fill(0);
}

async function copySeedLink() {
  await navigator.clipboard.writeText(byId("seed-link").textContent);
  byId("seed-copy").textContent = say("Copied");
}

async function wordsWritten() {
  const { seedFromWords } = await aboutWords();
  const { words, caps } = page.made;
  const seed = await seedFromWords(words);
  const { publicKey } = await keyFromSeed(seed);
  seed.fill(0);
  forgetMade();
  review(offer(publicKey, caps));
}

function forgetMade() {
  page.made = null;
  byId("word-list").replaceChildren();
  byId("seed-link").textContent = "";
}

function back() {
  forgetMade();
  page.offered = null;
  showPane("mine");
}

// --- the last look, from the bytes that are signed ---

function review(transaction) {
  page.offered = transaction;
  const name = ownName(), { place } = transaction;
  const isGiven = transaction.key !== null;
  byId("review-title").textContent = isGiven
    ? say("Let another key pay for {name}, as its key {place}?", { name, place }) : takingWords(name, place);
  byId("review-what").textContent = isGiven
    ? say("Whoever has it can pay within these caps, and nothing else: no history, no votes, no other keys. Fees count; a day is one of universal time.")
    : say("Once this is recorded it will pay no more. What it has paid stays.");
  byId("review-facts").replaceChildren(...facts([
    [say("Account"), `#${transaction.account}`], ...(isGiven ? capFacts(transaction, nameOf) : []),
  ]));
  byId("review-error").textContent = "";
  showPane("review");
}

function takingWords(name, place) {
  const till = page.keys.tills.find((each) => each.place === place);
  const label = till && page.labels.get(toHex(till.key));
  return label ? say("Take key {place}, “{label}”, of {name} away?", { place, label, name }) : say("Take key {place} of {name} away?", { name, place });
}

// Only the owners of the account see what they call it.
async function callIt(key, label) {
  if (label === "") return;
  await page.session.post("/v1/me/labels", { key: toHex(key), label }).catch(() => null); // it pays without a label too
}

async function signed() {
  const { offered, keys } = page;
  try {
    const { transaction, missing } = await withSignature(offered, keys, wallet);
    if (missing > 0) {
      await keepDraft(page.session, transaction).catch(() => null); // else the link carries it
      return location.assign(draftLink(transaction)); // others sign it there
    }
    await post("/v1/transactions", { transaction: toBase64url(encodeTransaction(transaction)) });
    page.offered = null;
    if (offered.key !== null) await callIt(offered.key, byId("key-label").value.trim());
    byId("key-form").reset();
    await load(offered.key === null
      ? say("Recorded: key {place} pays no more.", { place: offered.place })
      : say("Recorded: key {place} may pay from now on.", { place: offered.place }));
  } catch (error) {
    byId("review-error").textContent = explainOwning(error);
  }
  return undefined;
}
