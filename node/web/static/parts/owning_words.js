// What owners of an account sign together, in words, from its bytes.

import { toHex } from "../protocol/bytes.js";
import { ACKNOWLEDGE, DELEGATE, PAY } from "../protocol/messages.js";
import { capFacts } from "./account_keys.js";
import { make } from "./dom.js";
import { say, showAmount } from "./words.js";
import { withUnit } from "./worth.js";

// {title, pairs}; `name` is whose account it is, `nameOf(coop, account)` what others are called.
export function ownedWords(transaction, name, nameOf) {
  if (transaction.kind === PAY) return paymentWords(transaction, name, nameOf);
  if (transaction.kind === DELEGATE) return delegateWords(transaction, name, nameOf);
  if (transaction.kind === ACKNOWLEDGE) return acknowledgeWords(transaction, name);
  const { needed, keys } = transaction;
  return {
    title: keys.length === 1
      ? say("Shall {name} have one key, by which nobody else signs?", { name })
      : say("Shall {name} belong to {count} owners, of whom {needed} sign?", { name, count: keys.length, needed }),
    pairs: keys.map((key, place) => [say("Owner {place}", { place }), make("code", { class: "long" }, toHex(key))]),
  };
}

function paymentWords({ payer, payeeCoop, payee, amount, fee, reference, sequence }, name, nameOf) {
  return {
    title: say("Pay {amount} to {name}?", { amount: withUnit(amount), name: nameOf(payeeCoop, payee) }),
    pairs: [
      [say("From"), name],
      ...(fee ? [[say("Contribution to your commons, on top"), withUnit(fee)], [say("Together"), withUnit(amount + fee)]] : []),
      ...(reference === null ? [] : [[say("Reference"), make("code", { class: "long" }, toHex(reference))]]),
      [say("Number"), say("payment {sequence} of account #{payer}", { sequence, payer })],
    ],
  };
}

function delegateWords(transaction, name, nameOf) {
  const { key, place } = transaction;
  return {
    title: key === null
      ? say("Take key {place} of {name} away?", { name, place })
      : say("Let another key pay for {name}, as its key {place}?", { name, place }),
    pairs: key === null ? [] : capFacts(transaction, nameOf),
  };
}

function acknowledgeWords({ balance, statement }, name) {
  return {
    title: say("Did {name} begin here with {amount}, as it had before?", { name, amount: showAmount(balance) }),
    pairs: [[say("Statement of the system before"), make("code", { class: "long" }, toHex(statement))]],
  };
}
