// Paying without ever paying twice.
//
// The rule: before a payment is sent, its exact bytes are on the disk. As long as no answer came, those
// bytes and no others are sent, after a reload, a lost connection, a restart. Only a definite answer about
// those bytes ends it: recorded, with a receipt that proves it, or refused (`guards.isEnded`). Silence is no
// answer. At most one payment is under way, and one tab at a time may sign. Just before it signs it looks
// again at what was recorded meanwhile, here or on another device, and at the bill.

import { fromBase64url, fromHex, isEqual, toBase64url, toHex } from "../protocol/bytes.js";
import { Problem, call, get } from "./api.js";
import { isEnded, isOnItsWay, twinsOf } from "../protocol/guards.js";
import { ProofError, sign } from "../protocol/signing.js";
import { PAY, encodeTransaction, entryMessage } from "../protocol/messages.js";
import { checkReceipt, decodeReceipt } from "../protocol/receipts.js";
import { BillOnItsWay, askBillAgain } from "./shop.js";
import { PaymentPending } from "./store.js";

const MOST_RECENT = 50;

// Nobody knows yet what became of the payment; `cause` says why.
export class OutcomeUnknown extends Error {}

// The node has recorded less than this wallet knows of: it was restored from an old copy.
export class NodeBehind extends Error {}

// Another tab has put another wallet in this one's place.
export class WalletChanged extends Error {}

// Payments that look like the same wish were recorded; `twins`, newest first, as `guards.twinsOf` gives them.
export class TwinFound extends Error {
  constructor(twins) {
    super("a payment like this one was recorded");
    this.twins = twins;
  }
}

export const alone = (work) => navigator.locks.request("fiado-paying", work);

// `intent`: {to, payeeCoop, payee, amount, fee, reference, purpose}, all as the payer saw it; `nextSequence`, of when the payer looked;
// `note` and `payeeKey`, of a payment that is bound to a note and not to a `reference`;
// `agreed`, the ids of the twins that the payer knows of; `bill`, as `askBillAgain` takes it, or null; and `back`, an
// address for the payer to go to afterwards, if there is one. `onStep("shop")` and `onStep("node")` say whose answer is
// waited for. Resolves to the kept receipt.
export async function pay(context, intent, onStep = () => {}) {
  const { store, wallet, session, charter } = context;
  return alone(async () => {
    if (await store.pending()) throw new PaymentPending();
    await checkWallet(store, wallet);
    // The shop is asked meanwhile; what was recorded is read with the number that would be signed, never before.
    const bill = intent.bill ? askBillAgain(intent.bill, charter) : null;
    bill?.catch(() => {}); // heard below
    if (bill) onStep("shop");
    const me = await lookAtAccount(session);
    await checkNumber(context, me.next_sequence);
    const twins = await findTwins(context, intent, me);
    if (bill && isOnItsWay(intent, twins, await bill)) throw new BillOnItsWay();
    if (twins.some(({ id }) => !intent.agreed?.includes(id))) throw new TwinFound(twins);
    const { reference = intent.reference, memo } = await sealed(intent, wallet);
    const unsigned = {
      kind: PAY, payer: wallet.account, sequence: me.next_sequence, payeeCoop: intent.payeeCoop,
      payee: intent.payee, amount: intent.amount, fee: intent.fee, reference, price: null,
    };
    const message = entryMessage({ federation: wallet.federation, coop: wallet.coop }, unsigned);
    const signature = await sign(wallet.privateKey, message);
    const bytes = encodeTransaction({ ...unsigned, signature });
    const begun = Math.floor(Date.now() / 1000);
    const { to, payeeCoop, payee, amount, purpose, back = null } = intent;
    const kept = { to, payeeCoop, payee, amount, reference, purpose, back };
    const payment = { sequence: unsigned.sequence, bytes, memo, intent: kept, begun, account: wallet.account };
    await store.beginPayment(payment);
    onStep("node");
    return send(context, payment, { isFirst: true });
  });
}

// The note for both sides, and the reference that binds it; nothing where there is no note.
async function sealed({ note, payeeKey }, { publicKey }) {
  if (!note) return {};
  const { sealNote } = await import("./notes.js");
  return sealNote(note, { own: publicKey, payee: payeeKey });
}

// A number that was used is used again only when the payment under it is proven not to stand.
async function checkNumber(context, next) {
  const last = await context.store.lastSequence(context.wallet.account);
  if (next > last) return;
  const first = Math.max(next, await context.store.firstSequence(context.wallet.account));
  const { areFree } = await import("./fallen_numbers.js");
  if (first <= last && !(await areFree(context, first, last))) throw new NodeBehind();
}

async function checkWallet(store, { publicKey, account, coop, federation }) {
  const kept = await store.wallet();
  const isSame = kept !== undefined && isEqual(kept.publicKey, publicKey) && kept.account === account
    && kept.coop === coop && isEqual(kept.federation, federation);
  if (!isSame) throw new WalletChanged();
}

// The account and what was recorded of it lately, of one moment: whatever was paid before the number that would be
// signed is in it. A node that doesn't know the question is asked for its history afterwards, never before.
export async function lookAtAccount(session) {
  const me = await session.get(`/v1/me?recent=${MOST_RECENT}`);
  me.recent ??= (await session.get(`/v1/me/history?limit=${MOST_RECENT}`)).items;
  return me;
}

// What was recorded lately that may be the same wish: from the receipts of this browser, and from the node,
// which knows of other devices too; `me` as `lookAtAccount` gives it. Times are the node's, so a wrong clock here
// changes nothing.
export async function findTwins({ store }, intent, me) {
  const kept = (await store.receipts()).map(({ id, time, intent: paid }) => ({ ...paid, id, time }));
  const recorded = me.recent.filter(({ direction }) => direction === "out").map((item) => ({
    id: `${item.coop_number}-${item.number}`, time: item.time, sequence: item.sequence, status: item.status,
    payeeCoop: item.other.coop_number, payee: item.other.account, amount: item.amount,
    reference: item.reference === null ? null : fromHex(item.reference),
  }));
  // What came back was not paid after all.
  const gone = new Set(recorded.filter(({ status }) => status === "returned").map(({ id }) => id));
  return twinsOf(intent, [...kept, ...recorded].filter(({ id }) => !gone.has(id)), me.time);
}

// Sends again what is under way; null when nothing is.
export async function resume(context) {
  return alone(async () => {
    const payment = await context.store.pending();
    return payment ? send(context, payment, { isFirst: false }) : null;
  });
}

export async function send({ store, wallet, charter }, payment, { isFirst }) {
  let receipt;
  try {
    const body = JSON.stringify({ transaction: toBase64url(payment.bytes), memo: payment.memo });
    const { content } = await call("POST", "/v1/payments", { body });
    receipt = await proven(JSON.parse(new TextDecoder().decode(content)), wallet, charter, payment);
  } catch (error) {
    const isRefused = error instanceof Problem && isEnded(error, { isFirst });
    // Another node may answer at this address by now. What it refuses says nothing about ours.
    if (isRefused && (isFirst || (await isOurNode(wallet)))) {
      await store.finishRefused();
      throw error;
    }
    throw new OutcomeUnknown(error.message, { cause: error });
  }
  await store.finishRecorded(payment, receipt);
  return receipt;
}

async function isOurNode({ federation, coop }) {
  try {
    const status = await get("/v1/status");
    return status.federation === toHex(federation) && status.coop_number === coop;
  } catch {
    return false;
  }
}

// The receipt, once it proves that exactly what we signed is in our cooperative's log.
async function proven(answer, wallet, charter, payment) {
  const bytes = fromBase64url(answer.receipt);
  const receipt = decodeReceipt(bytes);
  const { time, transaction } = await checkReceipt(receipt, charter);
  const isOurs = receipt.coop === wallet.coop && receipt.length === answer.number
    && isEqual(encodeTransaction(transaction), payment.bytes);
  if (!isOurs) throw new ProofError("the receipt is for something else");
  return { id: `${receipt.coop}-${receipt.length}`, bytes, time, intent: payment.intent };
}

// The account of that name, or of `#` and its number. Throws when the name is not the one that its log commits to, as
// the node itself says what that is: which log has it, the receipt of its admission shows.
export async function findAccount(coop, handle, federation) {
  const found = await get(`/v1/accounts/${coop}/${encodeURIComponent(`@${handle}`)}`);
  if (found.handle !== handle && `#${found.account}` !== handle) throw new ProofError("another account");
  if (found.commitment !== null && found.salt !== null) {
    const { checkOpening } = await import("../protocol/names.js");
    const opening = { federation, coop: found.coop_number, salt: fromHex(found.salt), handle: found.handle };
    await checkOpening({ ...opening, committed: fromHex(found.commitment) });
  }
  return found;
}
