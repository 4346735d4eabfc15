// The wallet's page: which section is shown, and what its buttons do. Signing and sending are in paying.js.

import { fromBase64url, toBase64url, toHex } from "../protocol/bytes.js";
import { Problem, Session, get } from "../parts/api.js";
import { byId, make, notice, onAction, showSection } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { keepLibrary, keepPages } from "../parts/keeping.js";
import { historyItem, notes } from "../parts/history.js";
import { NotStanding, whoSigns } from "../protocol/signing.js";
import { checkReceipt, decodeReceipt } from "../protocol/receipts.js";
import { review, scanCode, setUpPayForm, showPay, stopScan } from "./payform.js";
import { payNow } from "./review.js";
import { OutcomeUnknown, resume } from "../parts/paying.js";
import { alsoInside, isPayment, mark, paymentFacts, receiptPicture } from "../parts/receipt.js";
import { keptCharter } from "../parts/charters.js";
import { Store } from "../parts/store.js";
import { beforePaying, whyStopped } from "../parts/troubles.js";
import { say, showAmount, showTime } from "../parts/words.js";
import { withUnit } from "../parts/worth.js";

const RESEND_LEAST_MS = 2_000;
const RESEND_MOST_MS = 60_000;
const REFRESH_MS = 30_000;

// The page's state: what is stored, the session, and when the payment under way is sent again.
const page = { store: null, wallet: null, session: null, charter: null, resendMs: RESEND_LEAST_MS };

async function start() {
  if (!globalThis.isSecureContext) return beUnable("insecure");
  const signer = await whoSigns();
  if (signer === null) return beUnable("old");
  byId("by-library").hidden = signer !== "library";
  if (signer === "library") keepLibrary("/web/library/noble/ed25519/index.js");
  try {
    page.store = await Store.open();
    page.wallet = await page.store.wallet();
  } catch {
    return beUnable("denied");
  }
  page.store.onGone = () => notice(say("The browser has thrown away what this page kept. Your words bring the wallet back."));
  if (page.wallet?.account === undefined) (await aboutJoining()).setUp(page.store, useWallet);
  for (const [id, action] of Object.entries(ACTIONS)) onAction(byId(id), action);
  setUpPayForm(page, resendPending);
  addEventListener("hashchange", route);
  addEventListener("online", () => { resendPending(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  setInterval(refresh, REFRESH_MS);
  return useWallet(page.wallet);
}

// What only a wallet without an account needs is loaded by it.
const aboutJoining = () => import("./setup.js");

// What helps is said from the beginning, for scripts that never start (see `late` in fiado.css): all but the reason goes.
function beUnable(why) {
  for (const text of byId("unable").querySelectorAll(`[class]:not(.why-${why})`)) text.hidden = true;
  byId("unable").className = "";
  showSection("unable");
}

async function useWallet(wallet) {
  page.wallet = wallet;
  notice("");
  if (wallet === undefined) return showSection("welcome");
  try {
    page.charter = await keptCharter(page.store, wallet.federation);
    readNews();
  } catch (error) {
    notice(explain(error));
  }
  if (wallet.account !== undefined) {
    const { account, privateKey, federation, coop } = wallet;
    const kept = page.store.session(wallet);
    page.session = new Session({ role: "member", number: account, privateKey, federation, coop, kept });
    page.session.ready().catch(() => {}); // whoever needs it says what is wrong
    resendPending();
    return route();
  }
  if (wallet.join === undefined) return showSection("join");
  return look();
}

// What the charter has become meanwhile, while the page is in use already.
async function readNews() {
  const { learnNodes, withNews } = await import("../parts/news.js");
  page.charter = await withNews(page.store, page.charter);
  await learnNodes(page.store, page.charter);
}

async function look() {
  showSection("waiting");
  byId("waiting-text").textContent = say("{name}, your cooperative's stewards will see your request at their desk. You can close this page and come back.", { name: page.wallet.join.handle });
  try {
    const { lookAtJoin } = await aboutJoining();
    const { state, wallet } = await lookAtJoin(page.store, page.wallet);
    if (state === "waiting") return;
    await useWallet(wallet);
    if (state === "overtaken") notice(say("The request was not accepted, or the name was taken meanwhile. You can ask again."));
  } catch (error) {
    notice(explain(error));
  }
}

// --- which section ---

async function route() {
  if (page.wallet?.account === undefined) return;
  const [section, query = ""] = location.hash.slice(1).split("?", 2);
  stopScan();
  notice("");
  if (section === "pay") return showPay(new URLSearchParams(query));
  if (section === "request") return showSection("request");
  if (section === "receipt") return showReceipt(new URLSearchParams(query));
  showSection("home");
  await refresh();
}

// --- home ---

async function refresh() {
  if (page.session === null || byId("home").hidden || document.hidden) return;
  byId("address").textContent = `${page.wallet.handle}@${page.wallet.coopName}`;
  const asked = whyStopped(page.charter);
  await showPending();
  if (byId("balance-words").textContent === "") {
    await showKept((time) => say("As of {time}; asking your node…", { time }));
  }
  try {
    const me = await page.session.get("/v1/me");
    await page.store.write((kept) => kept.put({ ...me, seen: Math.floor(Date.now() / 1000) }, "me"));
    showAccount(me, "");
    if (document.body.dataset.indexed) await (await import("../parts/hours.js")).showWorth(byId("balance-worth"), me.balance);
    await showRecovery(me.recovery);
    await showDebts(me);
    showHistory(await page.session.get("/v1/me/history?limit=20"));
    await showFallen((await page.session.get("/v1/me/fallen?limit=50")).payments);
    await showGuaranteed(me.pledged);
    notice("");
  } catch (error) {
    await showKept((time) => say("As of {time}; the node can't be reached now.", { time }));
    notice(explain(error));
  }
  const why = await asked;
  byId("node-trouble").textContent = why;
  byId("node-trouble").hidden = why === "";
}

// What the node said last time; `asOf(time)` says how old that is.
async function showKept(asOf) {
  const kept = await page.store.read("me");
  if (kept) showAccount(kept, asOf(showTime(kept.seen)));
}

function showAccount(me, asOf) {
  byId("balance-words").textContent = balanceWords(me.balance);
  byId("available").textContent = me.status === "open"
    ? say("You can pay up to {amount}.", { amount: showAmount(Math.max(me.available, 0)) })
    : explain(new Problem({ code: `account_${me.status}` }));
  byId("near-limit").hidden = me.is_near_limit !== true || -me.balance > me.limit;
  byId("beyond-limit").hidden = -me.balance <= me.limit;
  if (me.fall) import("../parts/limits.js").then((part) => part.showFall(me));
  byId("long-debt").hidden = me.debt?.is_long !== true;
  byId("as-of").textContent = asOf;
}

async function showGuaranteed(pledged) {
  const { given } = pledged ? await page.session.get("/v1/me/guarantees") : { given: [] };
  byId("guaranteed").hidden = !given.some(({ claim, news }) => claim !== null || news.length > 0);
}

// What is seldom needed is loaded when it is.
async function showFallen(payments) {
  if (payments.length === 0 && byId("fallen").hidden) return;
  const parts = await import("../parts/fallen.js");
  parts.showFallen(byId("fallen"), payments, page.wallet);
}

async function showRecovery(recovery) {
  if (recovery === null && byId("recovery").hidden) return;
  const parts = await import("../parts/recovery.js");
  parts.showRecovery(byId("recovery"), recovery, page.wallet);
}

async function showDebts({ claim, paid_for: paid }) {
  if (claim === null && paid.length === 0 && byId("claim").hidden && byId("paid-for").hidden) return;
  const parts = await import("../parts/leaving.js");
  parts.showClaim(byId("claim"), claim);
  parts.showPaidFor(byId("paid-for"), paid);
}

export function balanceWords(balance) {
  if (balance < 0) return say("You owe the community {amount}", { amount: showAmount(-balance) });
  if (balance > 0) return say("The community owes you {amount}", { amount: showAmount(balance) });
  return say("You are at zero");
}

function showHistory({ items, next }, isMore = false) {
  const list = byId("history");
  const shown = items.map(historyItem);
  if (!isMore) list.replaceChildren();
  list.append(...shown);
  if (items.some(({ memo }) => memo)) openNotes(shown, items);
  import("../parts/own_texts.js").then((part) => part.showOwnTexts(page.store, shown, items)).catch(() => {});
  byId("history-empty").hidden = list.children.length > 0;
  byId("history-more").hidden = next === null;
  byId("history-more").dataset.next = next ?? "";
}

async function openNotes(shown, items) {
  let said;
  try {
    const { showNotes } = await import("../parts/notes.js");
    said = await showNotes(shown, items, page.wallet);
  } catch {
    said = say("Notes can't be read here now. The program reads them: fiado history.");
  }
  byId("history-notes").textContent = said;
}

// --- the payment under way ---

async function showPending() {
  const pending = await page.store.pending();
  const box = byId("pending");
  box.hidden = !pending;
  if (!pending) return;
  const { to, amount } = pending.intent;
  box.replaceChildren(
    make("h2", {}, say("Not confirmed yet")),
    make("p", {}, say("You signed a payment of {amount} to {payee}. We don't know yet whether your node recorded it. This page keeps asking with the same signed payment, which can only count once. Don't pay it again in another way.", { amount: showAmount(amount), payee: to })),
  );
}

async function resendPending() {
  if (page.charter === null || !(await page.store.pending())) return;
  try {
    const receipt = await resume(page);
    page.resendMs = RESEND_LEAST_MS;
    if (receipt !== null) location.hash = `receipt?id=${receipt.id}&new=1`;
  } catch (error) {
    await showPending();
    if (error instanceof OutcomeUnknown) {
      clearTimeout(page.timer);
      page.timer = setTimeout(resendPending, page.resendMs);
      page.resendMs = Math.min(2 * page.resendMs, RESEND_MOST_MS);
    } else {
      await refresh();
      notice(say("Your payment was refused and nothing was paid.") + " " + explain(error));
    }
  }
}

// --- ask for payment ---

const asking = () => import("./request.js");
const makeRequest = async () => (await asking()).makeRequest(page.wallet);
const copyRequest = async () => (await asking()).copyRequest();

// --- a receipt ---

async function showReceipt(query) {
  showSection("receipt");
  byId("receipt-warning").hidden = true;
  showWayBack(null);
  byId("receipt-kicker").textContent = query.has("new") ? say("Paid") : say("Payment");
  // Large and green only for what this wallet has just paid, and once that is proven.
  byId("receipt-head").classList.remove("fresh");
  byId("receipt-payer").hidden = true;
  try {
    const kept = query.has("id") ? await page.store.receipt(query.get("id")) : undefined;
    const coop = query.get("coop"), number = Number(query.get("number"));
    const path = query.has("fallen") ? `/v1/federation/fallen/${query.get("fallen")}` : `/v1/receipts/${coop}/${number}`;
    const bytes = kept?.bytes ?? fromBase64url((await (page.session ?? { get }).get(path)).receipt);
    const { transaction, isStanding } = await renderReceipt(decodeReceipt(bytes), bytes, kept);
    if (query.has("new") && kept && isStanding) showFresh(kept);
    if (query.has("new")) await warnOfArrival(transaction);
  } catch (error) {
    byId("receipt-code").hidden = true;
    byId("receipt-title").textContent = say("No receipt here yet");
    byId("receipt-facts").replaceChildren();
    byId("receipt-proof").replaceChildren(error instanceof Problem && error.code === "receipt_not_found"
      ? say("Only the payer's own node can give it: ask the payer to show you the receipt.") : explain(error));
  }
}

function showFresh(kept) {
  byId("receipt-head").classList.add("fresh");
  byId("receipt-payer").textContent = `${page.wallet.handle}@${page.wallet.coopName}`;
  byId("receipt-payer").hidden = false;
  showWayBack(kept.intent.back);
  navigator.vibrate?.(200);
}

// The way back to the shop whose bill was just paid; the host is shown, since the shop has named it.
function showWayBack(address) {
  byId("receipt-onward").hidden = !address;
  if (!address) return;
  byId("receipt-back").href = address;
  byId("receipt-back").textContent = say("Back to the shop");
  byId("receipt-where").textContent = new URL(address).host;
}

// What a receipt proves, and whether it holds: one that was signed in another history is shown all the same.
async function signedEntry(receipt, charter) {
  try {
    return { ...(await checkReceipt(receipt, charter)), isStanding: true };
  } catch (error) {
    if (error instanceof NotStanding) return { ...error.entry, isStanding: false };
    throw error;
  }
}

async function renderReceipt(receipt, bytes, kept) {
  const { charter } = page;
  const { time, transaction, isStanding } = await signedEntry(receipt, charter);
  if (!isPayment(transaction)) throw new Error("not a payment");
  const isMine = receipt.coop === page.wallet.coop && transaction.payer === page.wallet.account;
  const names = {
    payer: isMine ? `${page.wallet.handle}@${page.wallet.coopName}` : undefined,
    payee: kept?.intent.to,
    purpose: kept?.intent.purpose || (transaction.reference && notes.get(toHex(transaction.reference))),
  };
  byId("receipt-title").textContent = withUnit(transaction.amount);
  byId("receipt-facts").replaceChildren(...paymentFacts({ receipt, time, transaction, charter, names }));
  const coop = charter.coops.get(receipt.coop).title;
  byId("receipt-proof").replaceChildren(isStanding
    ? mark(true, say("Checked in this browser: it stands in the log, signed by {coop}.", { coop }))
    : mark(false, say("It does not hold: the node of {coop} has signed it, but in a history of its log that does not stand.", { coop })));
  const picture = receiptPicture(receipt);
  byId("receipt-scan").hidden = picture === null;
  if (picture !== null) byId("receipt-qr").src = picture;
  byId("receipt-path").textContent = alsoInside(receipt);
  byId("receipt-text").textContent = toBase64url(bytes);
  byId("receipt-code").hidden = false;
  return { transaction, isStanding };
}

// That it is recorded does not mean that it arrives.
async function warnOfArrival({ payeeCoop }) {
  const met = await beforePaying(page.charter.coops.get(payeeCoop), page.wallet, page.charter);
  byId("receipt-warning").textContent = met.join(" ");
  byId("receipt-warning").hidden = met.length === 0;
}

const ACTIONS = {
  "waiting-look": look,
  "pay-form": review,
  scan: scanCode,
  "review-pay": payNow,
  "review-back": async () => showSection("pay"),
  "request-form": makeRequest,
  "request-copy": copyRequest,
  "history-more": async () => {
    const before = encodeURIComponent(byId("history-more").dataset.next);
    try {
      showHistory(await page.session.get(`/v1/me/history?limit=20&before=${before}`), true);
    } catch (error) {
      notice(explain(error));
    }
  },
  "forget-form": async () => {
    if (await page.store.pending()) {
      notice(say("A payment is not confirmed yet. Wait until it is before you remove the wallet."));
      return;
    }
    await page.store.forgetWallet();
    await (await import("../parts/notice_places.js")).forgetPlaces();
    location.reload();
  },
};

await start().finally(keepPages);
