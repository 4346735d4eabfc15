// A member's limit and the reasons of its changes, for the member only. Each reason is checked against the
// hash that the log carries, so nobody can put another text in its place.

import { fromHex, toHex } from "../protocol/bytes.js";
import { Session } from "../parts/api.js";
import { byId, make, notice } from "../parts/dom.js";
import { keepPages } from "../parts/keeping.js";
import { explain } from "../parts/explain.js";
import { CHANGES, STEPS } from "../parts/kinds.js";
import { proposalHash, reasonHash } from "../protocol/messages.js";
import { setUpLeaving, showClaim } from "../parts/leaving.js";
import { showFall } from "../parts/limits.js";
import { mark } from "../parts/receipt.js";
import { reviewList } from "../parts/review.js";
import { openStore } from "../parts/opened.js";
import { say, showAmount, showDay, showTime } from "../parts/words.js";

const WIDTH = 400;
const STATUSES = {
  open: () => say("Thawed: you can pay again"),
  frozen: () => say("Frozen: you can be paid, but can't pay"),
  closed: () => say("Closed"),
};

const store = await openStore();
const wallet = await store.wallet();
keepPages();
if (wallet?.account === undefined) byId("no-wallet").hidden = false;
else await show();

async function show() {
  const { account, privateKey, federation, coop } = wallet;
  const session = new Session({ role: "member", number: account, privateKey, federation, coop });
  try {
    const me = await session.get("/v1/me");
    showLimit(me);
    showClaim(byId("claim"), me.claim);
    showErasure(me.erasure);
    const { changes, unknown } = await session.get("/v1/me/changes");
    byId("changes").replaceChildren(...(await Promise.all(changes.map(change))));
    byId("no-changes").hidden = changes.length > 0 || unknown > 0;
    byId("changes-unknown").hidden = unknown === 0;
    byId("changes-unknown").textContent = say("Changes of which your node has kept no note: {count}. The ledger has them; ask your stewards.", { count: unknown });
    byId("mine").hidden = false;
    byId("reviewed").addEventListener("toggle", () => showReview(session));
    byId("all-balances")?.addEventListener("toggle", () => showBalances(session));
    await setUpLeaving(session, wallet, me.coop);
  } catch (error) {
    notice(explain(error));
  }
}

// Where the bylaws show members each other's balances.
async function showBalances(session) {
  const found = [];
  try {
    for (let after = 0; after !== null;) {
      const page = await session.get(`/v1/balances?after=${after}&limit=200`);
      found.push(...page.balances);
      after = page.next;
    }
    byId("all-balances-list").replaceChildren(...found.map(({ handle, balance, limit }) =>
      make("li", {}, say("{name}: {balance}, limit {limit}", { name: handle, balance: showAmount(balance), limit: showAmount(limit) }))));
  } catch (error) {
    notice(explain(error));
  }
}

async function showReview(session) {
  if (!byId("reviewed").open) return;
  try {
    byId("reviewed-list").replaceChildren(...reviewList(await session.get("/v1/me/review")));
  } catch (error) {
    byId("reviewed-list").replaceChildren(make("li", { class: "error" }, explain(error)));
  }
}

// That stewards ask for the name to be erased, while it can still be talked about.
function showErasure(erasure) {
  byId("erasure").hidden = erasure === null;
  if (erasure === null) return;
  const { asked: count, needed, reasons } = erasure;
  byId("erasure").textContent = [
    say("{count} of {needed} stewards have asked that this name be erased. Talk to them if you don't want that.", { count, needed }),
    ...reasons.map((reason) => say("Their reason: {reason}", { reason })),
  ].join(" ");
}

function showLimit(me) {
  const owed = Math.max(-me.balance, 0);
  const left = Math.max(me.available, 0);
  byId("address").textContent = `${me.handle}@${me.coop}`;
  byId("limit-words").textContent = say("You may owe up to {amount}", { amount: showAmount(me.limit) });
  byId("limit-left").textContent = owed > 0
    ? say("You owe {owed} now. {left} are left to pay with.", { owed: showAmount(owed), left: showAmount(left) })
    : say("You owe nothing now. {left} are left to pay with.", { left: showAmount(left) });
  const share = me.limit === 0 ? 0 : Math.min(owed / me.limit, 1);
  byId("limit-used").setAttribute("width", Math.round(share * WIDTH));
  byId("limit-picture").setAttribute("aria-label", say("{percent} percent of the limit used", { percent: Math.round(share * 100) }));
  byId("near-limit").hidden = me.is_near_limit !== true || -me.balance > me.limit;
  byId("beyond-limit").hidden = -me.balance <= me.limit;
  showFall(me);
  byId("long-debt").hidden = me.debt?.is_long !== true;
  byId("limit-dates").textContent = dates(me.schedule, me.time);
}

function dates({ from, limit, until, after }, now) {
  if (from > now) return say("From {day} on it is {amount}.", { day: showDay(from), amount: showAmount(limit) });
  if (until !== null && until > now) return say("It holds until {day}; from then on it is {amount}.", { day: showDay(until), amount: showAmount(after) });
  return "";
}

async function change(changed) {
  const { time, reason, proposal } = changed;
  const item = make("li", {}, make("p", { class: "small" }, `${whatWords(changed)} · ${showTime(time)}`));
  item.append(make("p", { class: "small" }, whoWords(changed)));
  if (!reason?.text) {
    item.append(make("p", {}, say("The reason's text was not kept here. Ask your stewards.")));
    return item;
  }
  item.append(make("p", {}, reason.text));
  const hash = toHex(await (proposal === null ? reasonHash : proposalHash)({ salt: fromHex(reason.salt), text: reason.text }));
  if (hash !== reason.hash) item.append(mark(false, say("This is not the reason that the stewards signed.")));
  return item;
}

// What was changed, to what, and until when.
function whatWords({ kind, status, step, limit, time, from, until, after }) {
  if (limit === null && step in STEPS) return STEPS[step]();
  if (limit === null) return status in STATUSES ? STATUSES[status]() : CHANGES[kind]?.() ?? kind;
  const words = [say("Limit changed to {amount}", { amount: showAmount(limit) })];
  if (from !== null && from > time) words.push(say("from {day} on", { day: showDay(from) }));
  if (until !== null) words.push(say("until {day}, then {amount}", { day: showDay(until), amount: showAmount(after) }));
  return words.join(" · ");
}

function whoWords({ by, proposal }) {
  if (proposal !== null) return say("Decided by the members, in vote {number}", { number: proposal });
  return say("Decided by the stewards {names}", { names: by.join(", ") });
}
