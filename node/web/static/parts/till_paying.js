// Paying by a key that the owner of an account lets pay within caps: a till's, or that of somebody employed.
//
// As paying.js, with a store of the key's own. The key opens no session: nothing is asked of the node but what it tells
// anybody who has the key, so what was paid before is known from this device's receipts only.

import { isEqual } from "../protocol/bytes.js";
import { PAY_DELEGATED, encodeTransaction, entryMessage } from "../protocol/messages.js";
import { whatForbids } from "../protocol/owning.js";
import { sign } from "../protocol/signing.js";
import { fetchKeys } from "./account_keys.js";
import { Problem } from "./api.js";
import { NodeBehind, TwinFound, alone, findTwins, send } from "./paying.js";
import { PaymentPending } from "./store.js";

// What the node tells of the account, as fetchKeys does, with the place of this key as `till`. Throws the problem
// `delegate_unknown` where the key has none.
export async function fetchTill({ publicKey }, named) {
  const keys = await fetchKeys(named, null, publicKey);
  const till = keys.tills.find(({ key }) => isEqual(key, publicKey));
  if (till === undefined) throw new Problem({ code: "delegate_unknown" });
  return { ...keys, till };
}

// The payments like this one that this device has made lately; `found` as `fetchTill` gives it.
export const twinsHere = (context, intent, { till, time }) =>
  findTwins(context, { ...intent, nextSequence: till.nextSequence }, { recent: [], time });

// `context`: {store, wallet, charter}, the wallet being the key with its account; `intent`: {to, payeeCoop, payee, amount,
// fee, agreed}. What is beyond a cap throws the problem that the node would answer, and nothing is sent. Resolves to
// the kept receipt.
export function payAsTill(context, intent) {
  const { store, wallet } = context;
  return alone(async () => {
    if (await store.pending()) throw new PaymentPending();
    const found = await fetchTill(wallet, wallet.account);
    const forbidden = whatForbids(intent, found);
    if (forbidden !== null) throw new Problem({ code: forbidden });
    const twins = await twinsHere(context, intent, found);
    if (twins.some(({ id }) => !intent.agreed.includes(id))) throw new TwinFound(twins);
    const { place, nextSequence } = found.till;
    const account = `${wallet.account}/${place}`; // each place has numbers of its own
    if (nextSequence <= (await store.lastSequence(account))) throw new NodeBehind();
    const { to, payeeCoop, payee, amount, fee } = intent;
    const unsigned = {
      kind: PAY_DELEGATED, payer: wallet.account, sequence: nextSequence, payeeCoop, payee, amount, fee, reference: null,
      price: null, delegate: place,
    };
    const signature = await sign(wallet.privateKey, entryMessage(wallet, unsigned));
    const payment = {
      sequence: nextSequence, bytes: encodeTransaction({ ...unsigned, signature }), account,
      intent: { to, payeeCoop, payee, amount, reference: null, purpose: "", back: null }, begun: Math.floor(Date.now() / 1000),
    };
    await store.beginPayment(payment);
    return send(context, payment, { isFirst: true });
  });
}
