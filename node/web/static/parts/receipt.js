// A receipt shown to people: its facts in words, its code, and its text.

import { fromBase45, fromBase64url, toBase45 } from "../protocol/bytes.js";
import { facts, make } from "./dom.js";
import { qrAddress } from "./links.js";
import { PAY, PAY_DELEGATED } from "../protocol/messages.js";
import { decodeReceipt, decodeShortReceipt, encodeShortReceipt } from "../protocol/receipts.js";
import { ProofError } from "../protocol/signing.js";
import { say, showTime } from "./words.js";
import { withUnit } from "./worth.js";

// Before the short form in a QR code. Everything in it fits the code's compact alphanumeric mode.
const SHORT = "FIADO:";
const MOST_PICTURED = 400; // characters, as the node takes them for a code

export const shortText = (receipt) => SHORT + toBase45(encodeShortReceipt(receipt));

// A receipt from either text: the short one in a code, or the whole one in base64url.
export function readReceipt(text, charter) {
  // Blanks may be part of the short form, at its end too.
  const typed = text.replace(/^\s+|[\r\n]+$/g, "");
  try {
    if (typed.toUpperCase().startsWith(SHORT)) {
      const short = fromBase45(typed.slice(SHORT.length).toUpperCase());
      return decodeShortReceipt(short, charter.federation);
    }
    return decodeReceipt(fromBase64url(typed.replaceAll(/\s/g, "")));
  } catch {
    throw new ProofError("not a receipt");
  }
}

// The address of the receipt's code, or null when it is too long for one: then it has a path.
export function receiptPicture(receipt) {
  const text = shortText(receipt);
  return text.length <= MOST_PICTURED ? qrAddress(text) : null;
}

// What whoever hands on a receipt must know is in it besides.
export const alsoInside = ({ following }) => (following.length === 0 ? "" : say(
  "It also holds the entries that follow in the log ({count}): who gets it can read them.",
  { count: following.length },
));

const coopTitle = (charter, number) => charter.coops.get(number)?.title ?? String(number);

// The pairs of facts of a payment that a receipt proves. `names` may know the accounts' names.
export function paymentFacts({ receipt, time, transaction, charter, names = {} }) {
  const pairs = [
    [say("Amount"), withUnit(transaction.amount)],
    [say("Recorded"), showTime(time)],
    [say("From"), names.payer ?? say("account {number}, {coop}", {
      number: transaction.payer, coop: coopTitle(charter, receipt.coop),
    })],
    [say("To"), names.payee ?? say("account {number}, {coop}", {
      number: transaction.payee, coop: coopTitle(charter, transaction.payeeCoop),
    })],
    [say("Entry"), say("{number} in the log of {coop}", {
      number: receipt.length, coop: coopTitle(charter, receipt.coop),
    })],
  ];
  if (transaction.fee) pairs.splice(1, 0, [say("Contribution"), withUnit(transaction.fee)]);
  if (names.purpose) pairs.push([say("For"), names.purpose]);
  return facts(pairs);
}

export const isPayment = (transaction) => transaction.kind === PAY || transaction.kind === PAY_DELEGATED;

export const mark = (isGood, text) => make("p", { class: `mark ${isGood ? "good" : "bad"}` }, text);
