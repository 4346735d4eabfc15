// The rules that keep one wish from becoming two payments. Pure: no network, no storage, no words.
//
// `tests/vectors/paying.json` holds the same rules as examples, for the program and other wallets.

import { fromHex, isEqual, toHex, urlOf } from "./bytes.js";
import { invoiceReference } from "./messages.js";
import { ProofError } from "./signing.js";

const PASSED_OVER = ["not_ready", "busy", "stopping", "too_many_requests"];
const FIRST_KNOWING = 7, LAST_KNOWING = 22; // refusals that are judged with an eye on what is recorded
const OF_BYLAWS = [130, 131]; // and these
export const TWIN_SECONDS = 43_200;
const LONGEST_ADDRESS = 1_024;

// Whether a problem, given in answer to a payment's bytes, ends that payment. `isFirst`: these bytes were
// never sent before.
//
// A refusal by the rules ends it: its sequence number is used by at most one payment, so what is signed
// next can't be paid besides it. But not a gap: those bytes may fit later. Once an earlier send may have
// arrived, a refusal counts only if the node looked at its log for it. Anything else ends a payment only when
// nothing was sent before and the node did not even look at it; later such an answer is about the
// asking, not about what became of the payment.
export function isEnded({ code, number, retryable, status }, { isFirst }) {
  if (code === "sequence_gap") return false;
  if (number !== undefined) {
    return isFirst || (number >= FIRST_KNOWING && number <= LAST_KNOWING) || OF_BYLAWS.includes(number);
  }
  return isFirst && (PASSED_OVER.includes(code) || (retryable !== true && status >= 400 && status < 500));
}

// What goes to the commons on top of an amount, in minor units: so many millionths, rounded down. What the
// payer's own commons gets owes nothing.
export function contributionOf({ amount, payeeCoop, payee }, { coop, rate }) {
  if (payeeCoop === coop && payee === 0) return 0;
  return Number((BigInt(amount) * BigInt(rate)) / 1_000_000n);
}

// Whether somebody with this balance is told that the limit is near; `soft` is what the node says of the bylaws.
export const isNearLimit = (balance, soft) => balance < 0 && -balance >= soft;

// The payments that may be the same wish as `intent`, newest first: the same amount to the same account within
// half a day before `now`, the same reference at any time, and whatever else was paid to that account
// since the payer looked (`intent.nextSequence`). Of payments and intent: `payeeCoop`, `payee`, `amount`,
// `reference` as bytes or null; of payments also `id`, `time`, and `sequence` where it is known.
export function twinsOf(intent, payments, now) {
  const isTwin = (paid) => {
    if (intent.reference && paid.reference && isEqual(intent.reference, paid.reference)) return true;
    if (paid.payeeCoop !== intent.payeeCoop || paid.payee !== intent.payee) return false;
    return (paid.amount === intent.amount && paid.time > now - TWIN_SECONDS)
      || paid.sequence >= intent.nextSequence;
  };
  const found = new Map(payments.filter(isTwin).map((paid) => [paid.id, paid]));
  return [...found.values()].sort((a, b) => b.time - a.time);
}

// Whether the payer has paid more of a bill than the shop's node has heard of yet: the rest is on its way, so
// the bill is not paid again. `bill` is null while that node is silent.
export function isOnItsWay(intent, twins, bill) {
  const isOfBill = ({ reference }) => reference && isEqual(reference, intent.reference);
  const paid = twins.filter(isOfBill).reduce((sum, { amount }) => sum + amount, 0);
  return paid > (bill?.heard ?? 0);
}

const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value) => typeof value === "string";
const isHash = (value) => isText(value) && /^[0-9a-f]{64}$/.test(value);

// What a bill asks for, from its public view as `/v1/invoices/{id}/public` gives it; ProofError when the view is
// not one of a bill `id` of this federation, or contradicts its reference, which binds all of it.
export async function readBill(view, id, charter) {
  const { payee, price } = view ?? {};
  const fits = view?.id === id && view.federation === toHex(charter.federation)
    && isWhole(payee?.account) && charter.coops.has(payee.coop_number)
    && (payee.handle === null || isText(payee.handle))
    && [view.amount, view.paid, view.coming, view.expires].every(isWhole)
    && (price === null || (isWhole(price?.minor) && isWhole(price.day) && isText(price.currency)))
    && [view.description, view.state, view.reason].every(isText)
    && [view.reference, view.private_hash].every(isHash);
  if (!fits) throw new ProofError("not a bill of this federation");
  const reference = fromHex(view.reference);
  const expected = await invoiceReference({
    federation: charter.federation, coop: payee.coop_number, id: fromHex(id), account: payee.account,
    amount: view.amount, price: price && [price.minor, price.day], expires: view.expires,
    description: view.description, privateHash: fromHex(view.private_hash),
  });
  if (!isEqual(reference, expected)) throw new ProofError("the bill's reference is not of what it asks for");
  return {
    id, reference, payeeCoop: payee.coop_number, payee: payee.account, handle: payee.handle,
    amount: Math.max(view.amount - view.paid - view.coming, 0), heard: view.paid + view.coming, price, expires: view.expires,
    description: view.description, state: view.state, reason: view.reason, redirect: webAddress(view.redirect_url),
  };
}

// An address that a page may lead to, as a shop gives it for its bills; null for anything else, and for none.
export function webAddress(text) {
  const isOfWeb = isText(text) && text.length <= LONGEST_ADDRESS && /^https?:\/\/[!-~]+$/.test(text)
    && !/^[^/]*\/\/[^/?#]*[@\\]/.test(text) && urlOf(text) !== null;
  return isOfWeb ? text : null;
}

// Whether two readings of one bill ask the payer for the same.
export const isSameBill = (a, b) => a.id === b.id && a.amount === b.amount && a.payee === b.payee
  && a.payeeCoop === b.payeeCoop && isEqual(a.reference, b.reference);
