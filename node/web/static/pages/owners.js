// What several owners of an account sign, each on a phone of their own: one begins a payment, the node keeps it for the
// others or a link carries it to them, and whoever signs last sends it. What is signed is shown from its bytes; a payment has its number in them, so
// that however often it is sent, it is recorded once.

import { fromBase64url, fromHex, isEqual, toBase64url, toHex } from "../protocol/bytes.js";
import { contributionOf, twinsOf } from "../protocol/guards.js";
import { PAY, encodeTransaction } from "../protocol/messages.js";
import { payment, withSignature } from "../protocol/owning.js";
import { checkReceipt, decodeReceipt } from "../protocol/receipts.js";
import { ProofError } from "../protocol/signing.js";
import { fetchKeys } from "../parts/account_keys.js";
import { AccountNames } from "../parts/account_names.js";
import { Unreachable, post } from "../parts/api.js";
import { keptCharter } from "../parts/charters.js";
import { byId, facts, make, notice, onAction } from "../parts/dom.js";
import { explainOwning } from "../parts/explain_owning.js";
import { keepPages } from "../parts/keeping.js";
import { qrAddress, readAddress } from "../parts/links.js";
import { withNews } from "../parts/news.js";
import { openStore } from "../parts/opened.js";
import { accountOf, draftLink, encodeDraft, readDraft, stateOf } from "../parts/owners_drafts.js";
import { pastOf } from "../parts/owners_past.js";
import { discardDraft, fetchWaiting, keepDraft, rivalsOf, sessionOf } from "../parts/owners_waiting.js";
import { ownedWords } from "../parts/owning_words.js";
import { findAccount, lookAtAccount } from "../parts/paying.js";
import { readAmount, say, showAmount, showTime } from "../parts/words.js";
import { withUnit } from "../parts/worth.js";

const PANES = ["review", "carry", "mine"];
const MOST_PICTURED = 400; // characters, as the node takes them for a code

const store = await openStore();
const wallet = await store.wallet();
// `keys` of the account that is looked at, its `names` and `session`; `draft`: what is shown or carried.
// `rivals`: the payments that wait under the same number as what is reviewed.
const page = { keys: null, names: null, session: null, draft: null, rivals: [] };

keepPages();
if (wallet === undefined) byId("no-wallet").hidden = false;
else await start();

async function start() {
  byId("own-key").textContent = toHex(wallet.publicKey);
  byId("begin-account").value = wallet.handle ?? "";
  onAction(byId("begin-form"), begun);
  onAction(byId("open-form"), opened);
  onAction(byId("review-sign"), signed);
  onAction(byId("review-back"), leave);
  onAction(byId("carry-done"), leave);
  onAction(byId("carry-copy"), copied);
  addEventListener("hashchange", fromAddress);
  // Who comes back to a link that was sent is told if another has signed last meanwhile.
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !byId("carry").hidden) opened(encodeDraft(page.draft)); });
  showPane("mine");
  await fromAddress();
  await showWaiting();
}

// --- what waits at the node ---

async function showWaiting() {
  const cards = await waitingCards().catch(() => []); // the forms below go on without
  byId("waiting").hidden = cards.length === 0;
  byId("waiting-list").replaceChildren(...cards);
}

async function waitingCards() {
  const found = await fetchWaiting(wallet);
  if (found.length === 0) return [];
  const names = new AccountNames(found[0].session, await withNews(store, await keptCharter(store, wallet.federation)));
  await names.learn(found.flatMap(({ draft }) => othersOf(draft)));
  return found.map((each) => waitingCard(each, names));
}

// The accounts that a draft names besides its own, as pairs.
function othersOf(draft) {
  return draft?.kind === PAY ? [[draft.payeeCoop, draft.payee]] : draft?.payees ?? [];
}

function waitingCard(each, names) {
  const { id, handle, draft, missing } = each;
  const name = `${handle}@${wallet.coopName}`;
  const named = (coop, account) => names.of(coop, account);
  const words = draft === null ? say("To be signed with the program: fiado account sign {id}", { id }) : ownedWords(draft, name, named).title;
  const item = make("li", { class: "card" }, make("h3", {}, words), make("p", {}, name, " · ", say("Still needed: {count}.", { count: missing })));
  const drop = make("button", { type: "button" }, say("Discard it"));
  onAction(drop, () => item.replaceChildren(...discardQuestion(each, named)));
  const buttons = make("div", { class: "actions far" });
  if (draft !== null) {
    const look = make("button", { type: "button", class: "primary" }, say("See what it says"));
    onAction(look, () => opened(encodeDraft(draft)));
    buttons.append(look);
  }
  buttons.append(drop);
  item.append(buttons);
  return item;
}

// Others have signed it: it goes after a second press, on another place than the first.
function discardQuestion(each, nameOfOther) {
  const { draft } = each;
  const words = draft?.kind === PAY
    ? say("Discard the payment of {amount} to {name}? Whoever has signed it would sign anew.", { amount: withUnit(draft.amount), name: nameOfOther(draft.payeeCoop, draft.payee) })
    : say("Discard it? Whoever has signed it would sign anew.");
  const keep = make("button", { type: "button", class: "primary" }, say("Keep it")), drop = make("button", { type: "button" }, say("Yes, discard it"));
  onAction(keep, showWaiting);
  onAction(drop, () => discarded(each));
  return [make("p", { role: "alert" }, words), make("div", { class: "actions far" }, drop, keep)];
}

async function discarded(each) {
  try {
    await discardDraft(each);
  } catch (error) {
    notice(explainOwning(error));
  }
  await showWaiting();
}

function showPane(id) {
  for (const each of PANES) byId(each).hidden = each !== id;
  if (id !== "mine") byId(`${id}-title`).focus();
}

async function leave() {
  page.draft = null;
  history.replaceState(null, "", location.pathname);
  byId("waiting").hidden = true; // until it is read anew: what it said may be recorded
  showPane("mine");
  await showWaiting();
}

async function fromAddress() {
  if (!location.hash.startsWith("#draft=")) return;
  byId("open-text").value = "";
  await opened(location.href);
}

// --- an account, as one of its owners ---

// `named`: its number, or `@` and its name.
async function turnTo(named) {
  const keys = await fetchKeys(named);
  const isOwner = keys.owners.some((key) => isEqual(key, wallet.publicKey));
  page.keys = keys;
  page.session = isOwner ? sessionOf(wallet, keys.account) : null;
  if (page.session === null) return;
  const charter = await withNews(store, await keptCharter(store, wallet.federation));
  page.names = new AccountNames(page.session, charter);
}

function nameOf(coop, account) {
  return page.names.of(coop, account);
}

// --- beginning ---

async function begun() {
  for (const field of ["account", "to", "amount"]) byId(`begin-${field}-error`).textContent = "";
  const handle = byId("begin-account").value.trim().toLowerCase().split("@")[0];
  const address = readAddress(byId("begin-to").value), amount = readAmount(byId("begin-amount").value);
  if (handle === "") return fail("account", say("Write the name of the account."));
  if (address === null) return fail("to", say("Write it as name@cooperative."));
  if (typeof amount === "string") return fail("amount", amount);
  try {
    await turnTo(`@${handle}`);
  } catch (error) {
    return fail("account", explainOwning(error));
  }
  if (page.session === null) return fail("account", say("This phone's key owns no part of that account."));
  if (page.keys.owners.length === 1) return fail("account", say("One key owns that account: pay in the wallet."));
  try {
    const [payee, me] = await Promise.all([findAccount(address.coop, address.handle, wallet.federation), lookAtAccount(page.session)]);
    const asked = { payeeCoop: payee.coop_number, payee: payee.account, amount };
    if (asked.payeeCoop === wallet.coop && asked.payee === page.keys.account) return fail("to", say("That is your own account."));
    const fee = contributionOf(asked, { coop: wallet.coop, rate: page.keys.contribution });
    return await review(payment({ payer: page.keys.account, sequence: me.next_sequence, ...asked, fee, reference: null }), me);
  } catch (error) {
    return fail("to", explainOwning(error));
  }
}

function fail(field, words) {
  byId(`begin-${field}-error`).textContent = words;
}

// --- what another owner sent ---

async function opened(text) {
  const draft = readDraft(typeof text === "string" ? text : byId("open-text").value);
  byId("open-error").textContent = draft === null ? say("That is no link of this page, and no draft. Ask for it once more.") : "";
  if (draft === null) return undefined;
  try {
    await turnTo(accountOf(draft));
    if (page.session === null) throw new ProofError(say("This phone's key owns no part of that account."));
    const me = draft.kind === PAY ? await lookAtAccount(page.session) : null;
    const past = await pastOf(draft, { keys: page.keys, me, charter: page.names.charter });
    if (past !== null) return await tellPast(past);
    const { signed, missing } = await stateOf(draft, page.keys, wallet);
    const isSigned = signed.includes(page.keys.owners.findIndex((key) => isEqual(key, wallet.publicKey)));
    if (isSigned && missing > 0) return carry(draft, missing);
    return await review(draft, me);
  } catch (error) {
    byId("open-error").textContent = error instanceof ProofError ? error.message : explainOwning(error);
    return undefined;
  }
}

// What can't be signed any more, since it or another is recorded: its link says so however often it is opened.
async function tellPast({ words, isRecorded }) {
  page.draft = null;
  showPane("mine");
  await showWaiting();
  notice(words, { isGood: isRecorded });
  scrollTo(0, 0);
}

// --- the last look, from the bytes that are signed ---

// `me` as `lookAtAccount` gives it, of a payment.
async function review(draft, me) {
  page.draft = draft;
  const account = accountOf(draft);
  page.rivals = await rivalsOf(page.session, draft).catch(() => []);
  await page.names.learn([[wallet.coop, account], ...[draft, ...page.rivals].flatMap(othersOf)]);
  const { title, pairs } = ownedWords(draft, nameOf(wallet.coop, account), nameOf);
  const { signed, missing } = await stateOf(draft, page.keys, wallet);
  byId("review-title").textContent = title;
  byId("review-facts").replaceChildren(...facts([
    ...pairs, ...(me === null ? [] : [[say("The account can spend"), showAmount(me.available)]]),
    [say("Signed by"), say("{count} of {needed}", { count: signed.length, needed: page.keys.needed })],
  ]));
  const warnings = me === null ? [] : warningsOf(draft, me);
  byId("review-warning").hidden = warnings.length === 0;
  byId("review-warning").textContent = warnings.join(" ");
  byId("review-error").textContent = "";
  byId("review-sign").textContent = missing > 1 ? say("Sign") : say("Sign and send");
  notice("");
  showPane("review");
}

function warningsOf(draft, me) {
  const rivals = page.rivals.length === 0 ? [] : [say("Only one of these can be recorded, for they have the same number, {sequence}: this one, or {others}, which waits.", { sequence: draft.sequence, others: listed(page.rivals) })];
  return [...rivals, ...twinWarnings(draft, me)];
}

const listed = (payments) => payments
  .map(({ amount, payeeCoop, payee }) => say("{amount} to {payee}", { amount: withUnit(amount), payee: nameOf(payeeCoop, payee) })).join(", ");

function twinWarnings(draft, me) {
  const recorded = me.recent.filter(({ direction, status }) => direction === "out" && status !== "returned").map((item) => ({
    id: `${item.coop_number}-${item.number}`, time: item.time, sequence: item.sequence, payeeCoop: item.other.coop_number,
    payee: item.other.account, amount: item.amount, reference: item.reference === null ? null : fromHex(item.reference),
  }));
  const [twin] = twinsOf({ ...draft, nextSequence: me.next_sequence }, recorded, me.time);
  return twin === undefined ? [] : [say("You paid {amount} to {payee} on {time} already. Go on only if this is another payment.", {
    amount: showAmount(twin.amount), payee: nameOf(twin.payeeCoop, twin.payee), time: showTime(twin.time),
  })];
}

async function signed() {
  try {
    const { transaction, missing } = await withSignature(page.draft, page.keys, wallet);
    // From here on the address has it, after a reload too.
    history.replaceState(null, "", draftLink(transaction));
    if (missing > 0) return await keepAndCarry(transaction, missing);
    const entry = await send(transaction);
    const said = [say("Recorded: entry {number} of {coop}.", { number: entry, coop: wallet.coopName })];
    if (page.rivals.length > 0) said.push(say("Overtaken by it, and to be begun anew if still wanted: {others}.", { others: listed(page.rivals) }));
    await leave();
    byId("begin-form").reset();
    notice(said.join(" "), { isGood: true });
  } catch (error) {
    byId("review-error").textContent = error instanceof Unreachable
      ? say("Nobody knows yet whether it was recorded. Press once more: the same is sent, and it is recorded once.") : explainOwning(error);
  }
  return undefined;
}

// The number of the entry; of a payment, once its receipt proves that it is the one that was signed.
async function send(transaction) {
  const bytes = encodeTransaction(transaction);
  const where = transaction.kind === PAY ? "/v1/payments" : "/v1/transactions";
  const answer = await post(where, { transaction: toBase64url(bytes) });
  if (transaction.kind !== PAY) return answer.number;
  const receipt = decodeReceipt(fromBase64url(answer.receipt));
  const proven = await checkReceipt(receipt, page.names.charter);
  const isOurs = receipt.coop === wallet.coop && isEqual(encodeTransaction(proven.transaction), bytes);
  if (!isOurs) throw new ProofError("the receipt is for something else");
  return receipt.length;
}

// --- carrying it to the next owner ---

async function keepAndCarry(draft, missing) {
  const isKept = await keepDraft(page.session, draft).then(() => true, () => false);
  carry(draft, missing, isKept);
}

// `isKept`: the node has it for them.
function carry(draft, missing, isKept = true) {
  page.draft = draft;
  byId("carry-how").textContent = isKept
    ? say("Nothing is done yet. The other owners find it on this page; or send them this link, or let their phone read the code.")
    : say("Nothing is done yet. The node keeps no more for this account: send this link to another owner, or let their phone read the code.");
  const link = draftLink(draft);
  byId("carry-missing").textContent = say("Still needed: {count}.", { count: missing });
  byId("carry-link").textContent = link;
  byId("carry-copy").textContent = say("Copy the link");
  byId("carry-qr").hidden = link.length > MOST_PICTURED;
  if (!byId("carry-qr").hidden) byId("carry-qr").src = qrAddress(link);
  showPane("carry");
}

async function copied() {
  await navigator.clipboard.writeText(byId("carry-link").textContent);
  byId("carry-copy").textContent = say("Copied");
}
