// Paying without ever paying twice.
//
// The rule: before a payment is sent, its exact bytes are on the disk. As long as no answer came, those
// bytes and no others are sent, after a reload, a lost connection, a restart. Only the node's own answer
// ends it: recorded (with a receipt that proves it) or refused for good. Silence is no answer. At most
// one payment is under way, and one tab at a time may sign.

import { fromBase64url, isEqual, toBase64url } from "./bytes.js";
import { Problem, call, get } from "./api.js";
import { sign } from "./keys.js";
import {
  PAY, ProofError, checkReceipt, decodeReceipt, encodeTransaction, entryMessage,
} from "./messages.js";
import { PaymentPending } from "./store.js";

// Nobody knows yet what became of the payment; `cause` says why.
export class OutcomeUnknown extends Error {}

// The node has recorded less than this wallet knows of: it was restored from an old copy.
export class NodeBehind extends Error {}

const alone = (work) => navigator.locks.request("fiado-paying", work);

// `intent`: {to, payeeCoop, payee, amount, reference, purpose}. Resolves to the kept receipt.
export async function pay({ store, wallet, session, charter }, intent) {
  return alone(async () => {
    if (await store.pending()) throw new PaymentPending();
    const me = await session.get("/v1/me");
    if (me.next_sequence <= (await store.lastSequence())) throw new NodeBehind();
    const unsigned = {
      kind: PAY, payer: wallet.account, sequence: me.next_sequence, payeeCoop: intent.payeeCoop,
      payee: intent.payee, amount: intent.amount, fee: 0, reference: intent.reference, price: null,
    };
    const message = entryMessage({ federation: wallet.federation, coop: wallet.coop }, unsigned);
    const signature = await sign(wallet.privateKey, message);
    const bytes = encodeTransaction({ ...unsigned, signature });
    const begun = Math.floor(Date.now() / 1000);
    const payment = { sequence: unsigned.sequence, bytes, intent, begun };
    await store.beginPayment(payment);
    return send({ store, wallet, charter }, payment);
  });
}

// Sends again what is under way; null when nothing is.
export async function resume({ store, wallet, charter }) {
  return alone(async () => {
    const payment = await store.pending();
    return payment ? send({ store, wallet, charter }, payment) : null;
  });
}

async function send({ store, wallet, charter }, payment) {
  let receipt;
  try {
    const body = JSON.stringify({ transaction: toBase64url(payment.bytes) });
    const { content } = await call("POST", "/v1/payments", { body });
    receipt = await proven(JSON.parse(new TextDecoder().decode(content)), wallet, charter, payment);
  } catch (error) {
    if (error instanceof Problem && error.isFinal) {
      await store.finishRefused();
      throw error;
    }
    throw new OutcomeUnknown(error.message, { cause: error });
  }
  await store.finishRecorded(payment, receipt);
  return receipt;
}

// The receipt, once it proves that exactly what we signed is in our cooperative's log.
async function proven(answer, wallet, charter, payment) {
  const bytes = fromBase64url(answer.receipt);
  const receipt = decodeReceipt(bytes);
  const { time, transaction } = await checkReceipt(receipt, charter);
  const isOurs = receipt.coop === wallet.coop && receipt.length === answer.index
    && isEqual(encodeTransaction(transaction), payment.bytes);
  if (!isOurs) throw new ProofError("the receipt is for something else");
  return { id: `${receipt.coop}-${receipt.length}`, bytes, time, intent: payment.intent };
}

export const findAccount = (coop, handle) => get(`/v1/accounts/${coop}/@${handle}`);
