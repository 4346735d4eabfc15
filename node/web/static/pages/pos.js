// The point of sale: a keypad, a bill with its code and live state. The day's list is in day.js.
//
// It holds an API key that can make and read bills and can't spend. A bill is made under an id of this
// page's own, kept until the node has answered: a lost answer and a second press make one bill, not two.

import { Session, Unreachable, call, get, post } from "../parts/api.js";
import { followBill, isOver, stateOf } from "../parts/bills.js";
import { countDown } from "../parts/countdown.js";
import { saveTable, showDay, showMore } from "./day.js";
import { byId, notice, onAction, showSection } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { extrasOf, startExtras, tillName, typedTip, unseenWords } from "./extras.js";
import { showItems, startItems } from "./items.js";
import { keepPages } from "../parts/keeping.js";
import { qrAddress } from "../parts/links.js";
import { showPaid } from "./paid.js";
import { prepareSignal } from "../parts/signal.js";
import { openStore } from "../parts/opened.js";
import { whyStopped } from "../parts/troubles.js";
import { readAmount, say, showAmount, showTime } from "../parts/words.js";

const SCALE = 2;
const MILLION = 1_000_000n;
const till = { store: null, key: null, index: null, wanted: null, bill: null, end: null };
const { currency: CURRENCY } = byId("till-form").dataset;

async function start() {
  till.store = await openStore();
  till.key = (await till.store.read("merchant-key")) ?? null;
  if (CURRENCY) learnValue();
  await startItems(till.store, { currencyOf: () => (isPriced() ? CURRENCY : ""), onAdded: showOther });
  await startExtras(till.store, () => showChosen());
  if (till.key !== null) return openTill();
  byId("make-key").hidden = (await till.store.wallet())?.account === undefined;
  return showSection("open");
}

// A hint: nobody waits for it, least of all without a network.
async function learnValue() {
  till.index = await get("/v1/index").catch(() => null);
  showOther();
}

async function useKey(key) {
  try {
    await get("/v1/invoices?limit=1", key);
  } catch (error) {
    byId("key-error").textContent = explain(error);
    return;
  }
  till.key = key;
  await till.store.write((kept) => kept.put(key, "merchant-key"));
  await openTill();
}

async function makeKey() {
  const wallet = await till.store.wallet();
  const session = new Session({ role: "member", number: wallet.account, ...wallet });
  try {
    const label = say("Shop counter");
    await useKey((await session.post("/v1/merchant/keys", { label, powers: ["invoices"] })).key);
  } catch (error) {
    byId("key-error").textContent = explain(error);
  }
}

async function openTill() {
  till.end?.();
  till.bill = null;
  showSection("till");
  showOther();
  byId("day").value = "";
  byId("offline").hidden = await isReached();
  const why = byId("offline").hidden ? await whyStopped(null) : "";
  byId("node-trouble").textContent = why;
  byId("node-trouble").hidden = why === "";
  await showChosen();
}

// Whether the node answers: without it no bill is made, and receipts are checked all the same.
const isReached = () => get("/v1/status").then(() => true, (error) => !(error instanceof Unreachable));

const ACTIONS = { show: (bill) => showBill(bill), cancel: (bill) => cancel(bill), refund: (movement) => giveBack(movement) };

// The list of the chosen day, of this till or of all.
function showChosen() {
  const name = tillName();
  byId("one-till").hidden = name === "";
  byId("this-till").textContent = name;
  const chosen = name !== "" && new FormData(byId("one-till")).get("tills") === "this" ? name : null;
  return showDay(till.key, { till: chosen, onBill: (action, found) => ACTIONS[action](found) });
}

async function giveBack(movement) {
  const { showRefund } = await import("./refund.js");
  till.end?.();
  try {
    await showRefund(movement, { ...till, done: openTill });
  } catch (error) {
    notice(explain(error));
  }
}

// --- the amount ---

const isPriced = () => CURRENCY !== "" && new FormData(byId("till-form")).get("in") === "price";

// What the amount is in the other currency today, as a hint; the node converts exactly.
function showOther() {
  const typed = readAmount(byId("sum").value);
  const value = till.index?.value;
  byId("other").textContent = typeof typed === "string" || !value ? "" : otherWords(BigInt(typed), BigInt(value));
}

function otherWords(typed, value) {
  const unit = document.body.dataset.unit;
  return isPriced()
    ? say("about {amount} {unit} today", { amount: showAmount(Number((typed * MILLION + value / 2n) / value)), unit })
    : say("about {amount} {unit} today", { amount: showAmount(Number((typed * value + MILLION / 2n) / MILLION)), unit: CURRENCY });
}

function press(key) {
  const sum = byId("sum");
  sum.value = key === "back" ? sum.value.slice(0, -1) : sum.value + key;
  showOther();
}

async function makeBill() {
  prepareSignal();
  const typed = readAmount(byId("sum").value);
  byId("sum-error").textContent = typeof typed === "string" ? typed : "";
  if (typeof typed === "string") return byId("sum").focus();
  const tip = typedTip();
  byId("tip-error").textContent = typeof tip === "string" ? tip : "";
  if (typeof tip === "string") return byId("tip").focus();
  const unseen = unseenWords();
  byId("what-error").textContent = unseen;
  if (unseen !== "") return byId("what").focus();
  const money = { value: String(typed + tip), scale: SCALE };
  const wanted = isPriced() ? { price: { ...money, currency: CURRENCY } } : { amount: money };
  Object.assign(wanted, extrasOf(byId("what").value.trim(), tip, isPriced() ? CURRENCY : document.body.dataset.unit));
  // The same press again, after a lost answer, asks for the same bill.
  if (till.wanted?.text !== JSON.stringify(wanted)) {
    till.wanted = { text: JSON.stringify(wanted), id: crypto.randomUUID() };
  }
  try {
    const made = await post("/v1/invoices", { ...wanted, client_id: till.wanted.id }, till.key);
    till.wanted = null;
    byId("till-form").reset();
    return showBill(made);
  } catch (error) {
    byId("sum-error").textContent = explain(error);
  }
}

// --- a bill ---

const minor = ({ value }) => Number(value);

function showBill(made) {
  till.end?.();
  till.bill = made;
  rememberPayee(made);
  byId("bill-amount").textContent = `${showAmount(minor(made.amount))} ${made.amount.currency}`;
  byId("bill-price").textContent = made.price ? `${showAmount(minor(made.price))} ${made.price.currency}` : "";
  byId("bill-qr").src = qrAddress(made.link);
  byId("bill-qr").hidden = false;
  byId("bill-link").textContent = made.link;
  byId("bill-link").href = made.link;
  byId("bill-state").replaceChildren();
  byId("bill-until").textContent = say("To be paid before {time}", { time: showTime(made.expires) });
  showSection("bill");
  let stopClock = () => {};
  const stopFollowing = followBill(made.id, (bill) => {
    if (bill.state === "settled") return showPaid(made, till.key);
    byId("bill-state").replaceChildren(stateOf(bill));
    stopClock();
    byId("bill-until").hidden = bill.state !== "open";
    if (bill.state === "open") stopClock = countDown(byId("bill-left"), bill);
    byId("bill-qr").hidden = isOver(bill) || bill.state === "processing";
    byId("cancel").hidden = bill.state !== "open";
    return undefined;
  });
  till.end = () => {
    stopFollowing();
    stopClock();
  };
}

// Whose counter this is: the page that checks receipts says whether one is for it, also without a network.
async function rememberPayee({ payee: { account, handle, coop } }) {
  const wallet = await till.store.wallet();
  const address = `${wallet?.account === account ? wallet.handle : handle ?? `#${account}`}@${coop}`;
  till.store.write((kept) => kept.put(account, `account:${address}`)).catch(() => {});
  if (!localStorage.getItem("mine")) localStorage.setItem("mine", address);
}

// A bill that was paid meanwhile, or is over, can't be withdrawn; the list then shows what has become of it.
async function cancel({ id }) {
  let why = "";
  try {
    await call("POST", `/v1/invoices/${id}/cancel`, { token: till.key });
  } catch (error) {
    why = explain(error);
  }
  await openTill();
  if (why) notice(why);
}

onAction(byId("make-key"), makeKey);
onAction(byId("key-form"), async () => useKey(byId("key").value.trim()));
onAction(byId("till-form"), makeBill);
// The list may take its time: the buttons are there for the next customer all the same.
onAction(byId("next"), () => { openTill(); });
onAction(byId("paid-next"), () => { openTill(); });
onAction(byId("cancel"), () => cancel(till.bill));
onAction(byId("csv"), async () => saveTable(till.key));
onAction(byId("more"), showMore);
onAction(byId("refund-back"), () => { openTill(); });
byId("one-till").addEventListener("change", showChosen);
addEventListener("online", () => { if (!byId("till").hidden) openTill(); });
addEventListener("offline", () => { byId("offline").hidden = false; });
byId("day").addEventListener("change", showChosen);
onAction(byId("leave"), async () => {
  await till.store.write((kept) => kept.delete("merchant-key"));
  location.reload();
});
byId("sum").addEventListener("input", showOther);
byId("till-form").addEventListener("change", showOther);
// Only then: what is pressed while an amount loses the focus must not be put anew under the finger.
byId("till-form").addEventListener("change", ({ target }) => { if (target.name === "in") showItems(); });
for (const button of document.querySelectorAll("[data-key]")) {
  button.addEventListener("click", () => press(button.dataset.key));
}
keepPages();
await start();
