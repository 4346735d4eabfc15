// The counter's day: what came in and went back, as the node sums it, and the bills that are not paid.
//
// The node decides on which day and at what time a payment counts, in one named zone; this only shows it, so
// that the counter, the program and every till say the same. A page of the list is fetched at first, and what
// is new or may have changed when the counter comes back to it.

import { get } from "../parts/api.js";
import { byId, make, notice, onAction } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { tipMinor, tipWords } from "./extras.js";
import { Newest } from "../parts/newest.js";
import { amountCell, csvText, separatorOf } from "../parts/tables.js";
import { say, showAmount, timesIn } from "../parts/words.js";

const PAGE = 50;
const TABLE_PAGE = 200;
const UNPAID = "open,processing,expired,cancelled";
const { lang } = document.documentElement;
let kept = null;
let turn = Promise.resolve();

const minor = ({ value }) => Number(value);
const countOf = ({ payments, refunds }) => payments + refunds;

// Shows the day that is chosen, today at first. `key` is the device's; `till` the name of the till that is asked for, null for
// all; `onBill(action, found)` is called for what is to be done with an open bill, "show" or "cancel", and with a payment, "refund".
export function showDay(key, { till, onBill }) {
  const chosen = byId("day").value;
  turn = turn.then(() => lookAt(chosen, { key, till }, onBill));
  return turn;
}

// One look at a time: each takes in what came since the one before. It never fails, it says what is wrong.
async function lookAt(chosen, { key, till }, onBill) {
  try {
    const { zone, time, days: [sums] } = await get(`/v1/merchant/takings${span(chosen, till)}`, key);
    if (byId("day").value === chosen) byId("day").value = sums.day;
    let day = kept?.sums.day === sums.day && kept.key === key && kept.till === till ? kept : begun(sums, key, till);
    if (day === kept && !(await takeNew(day, sums))) day = begun(sums, key, till);
    kept = Object.assign(day, { sums, zone, time, onBill });
    byId("today-sum").textContent = inWords(sums);
    byId("today-zone").textContent = say("Days and times in the time zone {zone}.", { zone });
    await draw(day);
    notice("");
  } catch (error) {
    kept = null;
    notice(explain(error));
  }
}

// Shows a page more of the same day.
export async function showMore() {
  if (kept === null) return;
  try {
    kept.count += PAGE;
    await draw(kept);
  } catch (error) {
    notice(explain(error));
  }
}

async function draw({ list, count, zone, onBill }) {
  const { rows, isAll } = await list.newest(count);
  const times = timesIn(zone);
  byId("today").replaceChildren(...rows.map(({ movement, bill }) => (
    movement ? movementLine(movement, times, onBill) : billLine(bill, times, onBill))));
  byId("more").hidden = isAll;
}

// --- what is asked of the node ---

function begun(sums, key, till) {
  const day = { sums, key, till, count: PAGE };
  day.list = new Newest([(before) => movements(day, { before }), (before) => unpaid(day, { before })]);
  return day;
}

// The bills that are not settled: whatever has come of the others stands among the payments.
async function unpaid({ sums, key, till }, query) {
  const filter = { state: UNPAID, ...(till === null ? {} : { metadata: `till=${till}` }) };
  const { invoices, next } = await page("/v1/invoices", filter, { sums, key }, query);
  return { rows: invoices.map((bill) => ({ id: bill.id, time: bill.created, bill })), next };
}

async function movements({ sums, key, till }, query) {
  const found = await page("/v1/merchant/movements", till === null ? {} : { till }, { sums, key }, query);
  const rows = found.movements.map((movement) => ({ id: idOf(movement), time: movement.time, movement }));
  return { rows, next: found.next };
}

const idOf = ({ type, invoice, coop_number: log, number }) => [type, invoice, log, number].join("/");

function page(path, filter, { sums: { day }, key }, { before = null, since = null }) {
  const query = new URLSearchParams({ ...filter, from: day, to: day, limit: PAGE });
  if (before !== null) query.set("before", before);
  if (since !== null) query.set("since", since);
  return get(`${path}?${query}`, key);
}

async function allSince(ask, day, since) {
  const found = [];
  let before = null;
  do {
    const { rows, next } = await ask(day, { before, since });
    found.push(...rows);
    before = next;
  } while (before !== null);
  return found;
}

// Takes in what came since the day was looked at; false where something came among what was before, as a
// payment does that was long on its way: then the list is begun again.
async function takeNew(day, sums) {
  const { list } = day;
  const moved = list.known.filter(({ movement }) => movement).map(({ time }) => time);
  const came = await allSince(movements, day, Math.max(day.sums.begins, ...moved));
  const isComplete = countOf(day.sums) + came.filter(({ id }) => !list.has(id)).length >= countOf(sums);
  list.put(came);
  return isComplete && takeBills(day);
}

// Of bills that were known only those are asked for again that may have changed.
async function takeBills(day) {
  const { list } = day;
  const bills = list.known.filter(({ bill }) => bill);
  const changing = bills.filter(({ bill: { state } }) => state === "open" || state === "processing");
  const since = Math.min(day.time, ...changing.map(({ time }) => time));
  for (const { id, time } of bills) if (time >= since) list.drop(id);
  list.put(await allSince(unpaid, day, since));
  return true;
}

function span(day, till) {
  const query = new URLSearchParams({ ...(day === "" ? {} : { from: day, to: day }), ...(till === null ? {} : { till }) });
  return `?${query}`;
}

function inWords(sums) {
  const received = say("Payments: {count}. Received: {amount}.", { count: sums.payments, amount: showAmount(minor(sums.received)) });
  if (sums.refunds === 0) return received;
  const amount = showAmount(minor(sums.refunded)), net = showAmount(minor(sums.net));
  return [received, say("Given back: {amount}. Left: {net}.", { amount, net })].join(" ");
}

// --- in words ---

const stateWord = ({ state }) => ({
  open: say("waiting"), processing: say("paid, on its way"), expired: say("expired"), cancelled: say("withdrawn"),
}[state] ?? state);

function entry({ time, who, money, details }, times, ...more) {
  return make("li", {}, make(
    "div", { class: "entry" },
    make("span", { class: "who" }, who),
    make("span", { class: "money" }, money),
    make("span", { class: "small" }, [times.show(time), ...details].join(" · ")),
  ), ...more);
}

const kindWord = ({ type }) => (type === "refund" ? say("refund") : say("payment"));

const tillOf = ({ till = "" }) => (kept.till === null ? till : "");

// What the counter wrote on a bill for itself. What is given back has no tip or note of its own.
function written(metadata) {
  const tip = tipWords(metadata);
  return [tillOf(metadata), tip === "" ? "" : say("tip {amount}", { amount: tip }), metadata.note ?? ""].filter(Boolean);
}

function movementLine(movement, times, onBill) {
  const isRefund = movement.type === "refund";
  const amount = showAmount(isRefund ? -minor(movement.amount) : minor(movement.amount));
  const details = [kindWord(movement)];
  if (movement.late) details.push(say("after the bill's end"));
  details.push(...(isRefund ? [tillOf(movement.metadata)].filter(Boolean) : written(movement.metadata)));
  const who = isRefund ? movement.reason : movement.description;
  const line = { time: movement.time, who: who || say("Bill"), money: isRefund ? amount : `+${amount}`, details };
  if (isRefund) return entry(line, times);
  return entry(line, times, make("div", { class: "actions" }, billButton(say("Give back"), () => onBill("refund", movement), movement)));
}

function billLine(bill, times, onBill) {
  const line = {
    time: bill.created, who: bill.description || say("Bill"), money: showAmount(minor(bill.amount)), details: [stateWord(bill), ...written(bill.metadata)],
  };
  if (bill.state !== "open") return entry(line, times);
  return entry(line, times, make(
    "div", { class: "actions" },
    billButton(say("Show the code again"), () => onBill("show", bill), bill),
    billButton(say("Withdraw this bill"), () => onBill("cancel", bill), bill),
  ));
}

// Several bills have the same button: who listens hears of which one it is.
function billButton(text, action, { description, amount }) {
  const button = make("button", { "aria-label": [text, showAmount(minor(amount)), description].filter(Boolean).join(", ") }, text);
  onAction(button, action);
  return button;
}

// Saves the chosen day's payments and refunds as a table; the same columns as `fiado merchant report --csv`.
export async function saveTable(key) {
  try {
    const day = byId("day").value;
    const found = [];
    let next = null;
    let zone;
    do {
      const before = next === null ? "" : `&before=${encodeURIComponent(next)}`;
      const page = await get(`/v1/merchant/movements${span(day, kept?.till ?? null)}&limit=${TABLE_PAGE}${before}`, key);
      found.push(...page.movements);
      ({ next, zone } = page);
    } while (next !== null);
    const text = csvText(rows(found, timesIn(zone)), separatorOf(lang));
    const link = make("a", { download: `fiado-${day}.csv` });
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    notice(explain(error));
  }
}

const rows = (movements, times) => [
  [say("day"), say("time, in {zone}", { zone: times.zone }), say("kind"), say("amount"), say("late"),
    say("entry"), say("bill"), say("order"), say("for"), say("till"), say("tip"), say("the tip's currency"), say("note")],
  ...movements.map((each) => [
    each.day, times.plain(each.time), kindWord(each),
    amountCell(each.type === "refund" ? -minor(each.amount) : minor(each.amount)), each.late ? say("late") : "",
    `${each.coop}/${each.number}`, each.invoice, each.order_id ?? "", each.type === "refund" ? each.reason : each.description,
    each.till, ...extraCells(each),
  ]),
];

function extraCells({ type, metadata: { tip = "", tip_currency: currency = "", note = "" } }) {
  if (type === "refund") return ["", "", ""];
  const minor = tipMinor(tip);
  return [minor === null ? tip : amountCell(minor), currency, note];
}
