// The keys of an account as its owners use them: docs/PROTOCOL.md, section 14. `tests/vectors/transactions.json` has what
// they sign as examples.

import { isEqual } from "./bytes.js";
import { DELEGATE, PAY, decodeTransaction, encodeTransaction, entryMessage } from "./messages.js";
import { isSigned, sign } from "./signing.js";

const MOST_PLACES = 64;

// The key owns no part of the account.
export class NotAnOwner extends Error {}

// Somebody has signed who owns the account no more, or it is of another cooperative.
export class DraftStale extends Error {}

// The lowest place without a key, or undefined; `taken` are places.
export const freePlace = (taken) => Array.from({ length: MOST_PLACES }, (_, place) => place).find((place) => !taken.includes(place));

// Lets a key pay within caps: {key, perPayment, perDay, until, payees}.
export const delegation = ({ account, revision, place }, caps) => asRead({ kind: DELEGATE, account, revision, place, ...caps });

// Takes the key of a place away.
export const revocation = (at) => delegation(at, { key: null, perPayment: 0, perDay: 0, until: 0, payees: null });

// A payment, before it is signed.
export const payment = (terms) => asRead({ kind: PAY, price: null, ...terms });

// As others will read it from its bytes: what is shown before it is signed is this, and this is signed. Throws where its
// bytes would be refused for their shape.
export function asRead(transaction) {
  return { ...decodeTransaction(encodeTransaction({ ...transaction, signature: new Uint8Array(64) })), signature: null };
}

// {transaction, missing}: with one signature more, of the account's one key or of the owner that the key is (14.1), and how
// many are still needed. `owners` are public keys by their places.
export async function withSignature(transaction, { owners, needed }, { privateKey, publicKey, federation, coop }) {
  const place = owners.findIndex((key) => isEqual(key, publicKey));
  if (place < 0) throw new NotAnOwner();
  await signersOf(transaction, owners, { federation, coop });
  const before = signaturesOf(transaction);
  const own = await sign(privateKey, entryMessage({ federation, coop }, transaction));
  if (owners.length === 1) return { transaction: { ...transaction, signature: own }, missing: 0 };
  const signature = [...before.filter(([other]) => other !== place), [place, own]].sort(([one], [other]) => one - other);
  return { transaction: { ...transaction, signature }, missing: Math.max(0, needed - signature.length) };
}

const signaturesOf = ({ signature }) => (Array.isArray(signature) ? signature : []);

// The places of the owners who have signed it so far; DraftStale where one of the signatures is none of theirs.
export async function signersOf(transaction, owners, where) {
  const message = entryMessage(where, transaction);
  for (const [place, each] of signaturesOf(transaction)) {
    if (place >= owners.length || !(await isSigned(owners[place], message, each))) throw new DraftStale();
  }
  return signaturesOf(transaction).map(([place]) => place);
}

// Why a delegated key can't make a payment now, in the order of 14.3, as the code of the refusal; or null. `found`: the
// account's `status`, the key's caps as `till`, and the `time` of the books.
export function whatForbids({ payeeCoop, payee, amount, fee }, { status, till, time }) {
  const cost = amount + fee;
  if (status !== "open") return `account_${status}`;
  if (time >= till.until) return "delegate_expired";
  if (cost > till.perPayment) return "delegate_payment_cap";
  if (cost > till.perDay - till.spentToday) return "delegate_day_cap";
  const isAllowed = till.payees === null || till.payees.some(([coop, account]) => coop === payeeCoop && account === payee);
  return isAllowed ? null : "delegate_payee";
}
