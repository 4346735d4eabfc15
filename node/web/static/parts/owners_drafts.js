// What several owners of an account sign one after the other: the node keeps it for them, or it is carried from phone to
// phone in a link, or as the program's file.

import { fromBase64url, isEqual, toBase64url } from "../protocol/bytes.js";
import { ACKNOWLEDGE, DELEGATE, OWNERS, PAY, decodeTransaction, encodeTransaction } from "../protocol/messages.js";
import { signersOf } from "../protocol/owning.js";

const FORMAT = "fiado draft of owners"; // the program's
const CARRIED = [PAY, DELEGATE, OWNERS, ACKNOWLEDGE];

export const accountOf = (transaction) => (transaction.kind === PAY ? transaction.payer : transaction.account);

export const encodeDraft = (transaction) => toBase64url(encodeTransaction(transaction));

const bare = (transaction) => encodeTransaction({ ...transaction, signature: new Uint8Array(64) });

// Whether two say the same, whoever has signed them.
export const isSame = (one, other) => isEqual(bare(one), bare(other));

export const draftLink = (transaction) => `${location.origin}/owners#draft=${encodeDraft(transaction)}`;

// The transaction of a link, of what stands in one, or of the program's file; null when it is none of these.
export function readDraft(text) {
  try {
    const transaction = decodeTransaction(fromBase64url(textOf(text.trim())));
    const isDraft = CARRIED.includes(transaction.kind) && Array.isArray(transaction.signature);
    return isDraft ? transaction : null;
  } catch {
    return null;
  }
}

function textOf(typed) {
  if (!typed.startsWith("{")) return /#draft=([A-Za-z0-9_-]+)$/.exec(typed)?.[1] ?? typed;
  const { format, transaction } = JSON.parse(typed);
  return format === FORMAT ? transaction : "";
}

// {signed, missing}: the places of the owners who have signed a draft, and how many are still needed. Throws DraftStale.
export async function stateOf(transaction, keys, where) {
  const signed = await signersOf(transaction, keys.owners, where);
  return { signed, missing: Math.max(0, keys.needed - signed.length) };
}
