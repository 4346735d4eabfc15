// Numbers of payments that this wallet may use again, because its payments under them fell with a fork: by proof, as
// node/member/paying/fallen.py does it.

import { fromBase64url, isEqual } from "../protocol/bytes.js";
import { PAY, entryMessage } from "../protocol/messages.js";
import { checkReceipt, decodeReceipt, isBeside } from "../protocol/receipts.js";
import { NotStanding, ProofError, isSigned } from "../protocol/signing.js";

const MOST_PAGES = 10;

// Whether all payments of the account under the numbers from `first` to `last` are proven to have fallen.
export async function areFree({ session, charter, wallet }, first, last) {
  const proven = new Set();
  for await (const { head } of listed(session)) {
    const proof = await session.get(`/v1/federation/fallen/${head}`);
    const sequence = await fallenSequence(proof, charter, wallet);
    if (sequence !== null) proven.add(sequence);
  }
  if (last - first >= proven.size) return false;
  for (let sequence = first; sequence <= last; sequence += 1) {
    if (!proven.has(sequence)) return false;
  }
  return true;
}

async function* listed(session) {
  let after = 0;
  for (let page = 0; page < MOST_PAGES && after !== null; page += 1) {
    const { payments, next } = await session.get(`/v1/me/fallen?limit=200&after=${after}`);
    yield* payments;
    after = next;
  }
}

// The number of the own payment that is proven not to stand; null without a proof.
async function fallenSequence({ receipt: text, standing }, charter, wallet) {
  try {
    const receipt = decodeReceipt(fromBase64url(text));
    const { transaction, hasFallen } = await judged(receipt, charter);
    const isOwn = transaction.kind === PAY && receipt.coop === wallet.coop && transaction.payer === wallet.account
      && isEqual(receipt.federation, wallet.federation)
      && await isSigned(wallet.publicKey, entryMessage(wallet, transaction), transaction.signature);
    if (!isOwn) return null;
    if (hasFallen) return transaction.sequence;
    const isProven = standing !== null && await isBeside(receipt, decodeReceipt(fromBase64url(standing)), charter);
    return isProven ? transaction.sequence : null;
  } catch (error) {
    if (error instanceof ProofError) return null;
    throw error;
  }
}

async function judged(receipt, charter) {
  try {
    return { ...(await checkReceipt(receipt, charter)), hasFallen: false };
  } catch (error) {
    if (error instanceof NotStanding) return { ...error.entry, hasFallen: true };
    throw error;
  }
}
