// A member's statement, to look at, to print, and as a table: every change of the balance in a time.

import { fromBase64url, fromHex } from "../protocol/bytes.js";
import { Session } from "../parts/api.js";
import { bookingsOf } from "../parts/bookings.js";
import { byId, make, notice, onAction } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { wordsOf } from "../parts/history.js";
import { keepPages } from "../parts/keeping.js";
import { openStore } from "../parts/opened.js";
import { ownTexts } from "../parts/own_texts.js";
import { amountCell, csvText, separatorOf } from "../parts/tables.js";
import { say, showAmount, showDay, timesIn } from "../parts/words.js";

const { lang } = document.documentElement;
const KINDS = {
  paid: () => say("paid"),
  received: () => say("received"),
  came_back: () => say("came back"),
  contribution: () => say("contribution"),
  levy: () => say("levy"),
  spent: () => say("paid by the common fund"),
  paid_for: () => say("paid as a guarantor for"),
  settled: () => say("debt settled when the account closed"),
  passed_on: () => say("left when the account closed"),
  inherited: () => say("left by"),
  opened: () => say("balance of the system before"),
  other: () => say("not explained by the histories that stand"),
};

const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone);
const store = await openStore();
const wallet = await store.wallet();
const page = { session: null, shown: null };
keepPages();

async function start() {
  const { account, privateKey, federation, coop } = wallet;
  page.session = new Session({ role: "member", number: account, privateKey, federation, coop });
  const now = new Date();
  byId("first").value = dayText(new Date(now.getFullYear(), now.getMonth(), 1));
  byId("last").value = dayText(now);
  byId("mine").hidden = false;
  onAction(byId("period"), show);
  onAction(byId("print"), () => print());
  onAction(byId("csv"), save);
  await show();
}

const two = (number) => String(number).padStart(2, "0");
const dayText = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

// When the days begin and end on this device, in Unix seconds; null when they are not in order.
function period() {
  const begin = (text, more) => {
    const [year, month, day] = text.split("-").map(Number);
    return Math.floor(new Date(year, month - 1, day + more).getTime() / 1000);
  };
  const first = byId("first").value, last = byId("last").value;
  const since = first === "" ? 0 : begin(first, 0), until = begin(last === "" ? dayText(new Date()) : last, 1);
  return since < until ? { since, until } : null;
}

async function show() {
  const asked = period();
  byId("period-error").textContent = asked === null ? say("The first day comes after the last one.") : "";
  if (asked === null) {
    byId("shown").hidden = true; // what was asked for before is no answer to this
    return;
  }
  try {
    page.shown = await read(asked);
    await showAll(page.shown, asked);
    notice("");
  } catch (error) {
    notice(explain(error));
  }
}

async function read({ since, until }) {
  const bookings = [], texts = await ownTexts(store);
  let found, after = null;
  do {
    const next = after === null ? "" : `&after=${after}`;
    found = await page.session.get(`/v1/me/statement?from=${since}&to=${until}&limit=200${next}`);
    for (const line of found.lines) {
      bookings.push(...bookingsOf(line, { coop: found.coop, memo: (await memoOf(line.payment)) || refundText(line.payment) || ownText(line.payment, texts) }));
    }
    after = found.next;
  } while (after !== null);
  return { ...found, bookings };
}

// A memo that this browser can read; what opens it is loaded where there is one.
async function memoOf(payment) {
  if (!payment?.memo || !payment.reference) return "";
  try {
    const { openMemo } = await import("../protocol/sealing.js");
    return await openMemo(fromBase64url(payment.memo), { wallet, reference: fromHex(payment.reference) }) ?? "";
  } catch {
    return ""; // the key of memos is not here, or what opens them: the amounts are right without
  }
}

const refundText = (payment) => (typeof payment?.refund === "string" ? wordsOf(payment) : "");

// What a shop of another cooperative was paid for; the own node knows the bills of its own members.
function ownText(payment, texts) {
  if (payment === null || payment.direction !== "out" || payment.bill) return "";
  return texts.get(`${wallet.coop}-${payment.number}`) ?? "";
}

// Those with the text that is looked for; the balances are those of all.
function chosen({ bookings }) {
  const text = byId("find").value.trim().toLocaleLowerCase(lang);
  const words = (each) => [KINDS[each.kind](), each.other, each.memo, each.entry, each.paid].join(" ");
  return bookings.filter((each) => text === "" || words(each).toLocaleLowerCase(lang).includes(text));
}

async function showAll(found, { since, until }) {
  byId("address").textContent = `${found.handle}@${found.coop}`;
  byId("days").textContent = since === 0
    ? say("Up to {last}", { last: showDay(until - 1) })
    : say("{first} to {last}", { first: showDay(since), last: showDay(until - 1) });
  byId("zone").textContent = say("Days and times in the time zone {zone}.", { zone: times.zone });
  const shown = chosen(found);
  byId("bookings").replaceChildren(
    balanceRow(say("Opening balance"), found.opening),
    ...shown.map(row),
    ...leftOut(found.bookings.length, found.bookings.length - shown.length),
    balanceRow(say("Closing balance"), found.closing),
  );
  byId("shown").hidden = false;
  if (document.body.dataset.indexed) await showClosing(found.closing);
}

// What the closing balance comes to today.
async function showClosing(balance) {
  const parts = await import("../parts/hours.js");
  await parts.showWorth(byId("closing-worth"), balance);
}

// Why the lines don't add up to the balances, or that there are none.
function leftOut(all, hidden) {
  if (all > 0 && hidden === 0) return [];
  const words = all === 0 ? say("Nothing changed in this time.") : say("Changes without this text that are left out: {count}.", { count: hidden });
  return [make("tr", {}, make("td", { colspan: "3" }, words))];
}

const moneyOf = ({ currency, minor }) => `${currency}\u00a0${showAmount(minor)}`;

const number = (minor) => make("td", { class: "right" }, showAmount(minor));

const balanceRow = (words, minor) => make(
  "tr", {}, make("th", { scope: "row" }, words), make("td"), number(minor),
);

function row({ time, kind, other, memo, amount, balance, entry, paid, worth }) {
  const places = paid === "" || paid === entry ? entry : `${entry} · ${paid}`;
  const words = [KINDS[kind](), other].filter((each) => each !== "").join(" · ");
  const then = worth === null ? "" : say("worth {money} then", { money: moneyOf(worth) });
  const details = [memo, then, times.plain(time).slice(0, 16), places].filter((each) => each !== "").join(" · ");
  return make(
    "tr", {}, make("td", { class: "fits" }, words, make("br"), make("span", { class: "small" }, details)),
    number(amount), number(balance),
  );
}

// The same columns as `fiado statement --format csv`.
function save() {
  if (page.shown === null) return;
  const rows = [
    [say("when, in {zone}", { zone: times.zone }), say("what"), say("with"), say("amount"), say("balance"), say("entry"), say("paid at"), say("what for"), say("currency"), say("worth then")],
    ["", say("Opening balance"), "", "", amountCell(page.shown.opening), "", "", "", "", ""],
    ...chosen(page.shown).map((each) => [
      times.plain(each.time), KINDS[each.kind](), each.other, amountCell(each.amount), amountCell(each.balance),
      each.entry, each.paid === each.entry ? "" : each.paid, each.memo,
      ...(each.worth === null ? ["", ""] : [each.worth.currency, amountCell(each.worth.minor)]),
    ]),
    ["", say("Closing balance"), "", "", amountCell(page.shown.closing), "", "", "", "", ""],
  ];
  const link = make("a", { download: `fiado-${byId("first").value}-${byId("last").value}.csv` });
  link.href = URL.createObjectURL(new Blob([csvText(rows, separatorOf(lang))], { type: "text/csv" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

if (wallet?.account === undefined) byId("no-wallet").hidden = false;
else await start();
