// The counter's day: what came in and went back, as the node sums it, and the bills that are not paid.
//
// The node decides on which day and at what time a payment counts, in one named zone; this only shows it, so
// that the counter, the program and every till say the same.

import { get } from "../parts/api.js";
import { byId, make, notice } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { amountCell, csvText, separatorOf } from "../parts/tables.js";
import { say, showAmount, timesIn } from "../parts/words.js";

const PAGE = 200;
const MOST_SHOWN = 200;
const { lang } = document.documentElement;

const minor = ({ value }) => Number(value);

// Shows the day that is chosen, today at first. `key` is the till's.
export async function showDay(key) {
  try {
    const day = byId("day").value;
    const { zone, days: [sums] } = await get(`/v1/merchant/takings${span(day)}`, key);
    byId("day").value = sums.day;
    const { movements } = await get(`/v1/merchant/movements${span(sums.day)}&limit=${MOST_SHOWN}`, key);
    const bills = await unpaid(sums, key);
    const times = timesIn(zone);
    byId("today-sum").textContent = inWords(sums);
    byId("today-zone").textContent = say("Days and times in the time zone {zone}.", { zone });
    const lines = [...movements.map((each) => movementLine(each, times)), ...bills.map((each) => billLine(each, times))];
    lines.sort((a, b) => b.time - a.time);
    byId("today").replaceChildren(...lines.map(({ line }) => line));
    notice("");
  } catch (error) {
    notice(explain(error));
  }
}

const span = (day) => (day === "" ? "" : `?from=${day}&to=${day}`);

function inWords(sums) {
  const received = say("Payments: {count}. Received: {amount}.", { count: sums.payments, amount: showAmount(minor(sums.received)) });
  if (sums.refunds === 0) return received;
  const amount = showAmount(minor(sums.refunded)), net = showAmount(minor(sums.net));
  return [received, say("Given back: {amount}. Left: {net}.", { amount, net })].join(" ");
}

// The bills of that day that are not settled: whatever has come of the others stands among the payments.
async function unpaid({ begins, ends }, key) {
  const found = [];
  let next = `${ends * 1000}.`;
  while (next !== null && found.length < MOST_SHOWN) {
    const page = await get(`/v1/invoices?limit=${PAGE}&before=${encodeURIComponent(next)}`, key);
    const ofDay = page.invoices.filter(({ created }) => created >= begins);
    found.push(...ofDay.filter(({ state }) => state !== "settled"));
    next = ofDay.length < page.invoices.length ? null : page.next;
  }
  return found;
}

const stateWord = ({ state }) => ({
  open: say("waiting"), processing: say("paid, on its way"), expired: say("expired"), cancelled: say("withdrawn"),
}[state] ?? state);

function entry({ time, who, money, details }, times) {
  return { time, line: make("li", {}, make(
    "div", { class: "entry" },
    make("span", { class: "who" }, who),
    make("span", { class: "money" }, money),
    make("span", { class: "small" }, [times.show(time), ...details].join(" · ")),
  )) };
}

const kindWord = ({ type }) => (type === "refund" ? say("refund") : say("payment"));

function movementLine(movement, times) {
  const isRefund = movement.type === "refund";
  const amount = showAmount(isRefund ? -minor(movement.amount) : minor(movement.amount));
  const details = [kindWord(movement)];
  if (movement.late) details.push(say("after the bill's end"));
  return entry({
    time: movement.time, who: movement.description || say("Bill"), money: isRefund ? amount : `+${amount}`, details,
  }, times);
}

const billLine = (bill, times) => entry({
  time: bill.created, who: bill.description || say("Bill"), money: showAmount(minor(bill.amount)), details: [stateWord(bill)],
}, times);

// Saves the chosen day's payments and refunds as a table; the same columns as `fiado merchant report --csv`.
export async function saveTable(key) {
  try {
    const day = byId("day").value;
    const found = [];
    let next = null;
    let zone;
    do {
      const before = next === null ? "" : `&before=${encodeURIComponent(next)}`;
      const page = await get(`/v1/merchant/movements${span(day)}&limit=${PAGE}${before}`, key);
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
    say("entry"), say("bill"), say("order"), say("for")],
  ...movements.map((each) => [
    each.day, times.plain(each.time), kindWord(each),
    amountCell(each.type === "refund" ? -minor(each.amount) : minor(each.amount)), each.late ? say("late") : "",
    `${each.coop}/${each.number}`, each.invoice, each.order_id ?? "", each.description,
  ]),
];
