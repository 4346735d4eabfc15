// What became of a draft whose number is used: the node is asked, and its receipt has to prove it.

import { fromBase64url } from "../protocol/bytes.js";
import { PAY } from "../protocol/messages.js";
import { checkReceipt, decodeReceipt } from "../protocol/receipts.js";
import { get } from "./api.js";
import { isSame } from "./owners_drafts.js";
import { say } from "./words.js";

// {words, isRecorded}, or null while it can still be recorded. `keys` as `fetchKeys` gives them, `me` as `lookAtAccount`,
// of a payment.
export async function pastOf(draft, { keys, me, charter }) {
  if (draft.kind !== PAY) {
    return draft.revision <= keys.revision ? { words: say("The account's keys were changed since this was begun: by this, or by another change. Look at its keys before you begin anew."), isRecorded: false } : null;
  }
  if (draft.sequence >= me.next_sequence) return null;
  for (const paid of me.recent.filter(({ direction, sequence }) => direction === "out" && sequence === draft.sequence)) {
    const receipt = decodeReceipt(fromBase64url((await get(`/v1/receipts/${paid.coop_number}/${paid.number}`)).receipt));
    const { transaction } = await checkReceipt(receipt, charter);
    const entry = `${paid.coop}/${receipt.length}`;
    if (isSame(transaction, draft)) return { words: say("This payment is recorded, as entry {entry}.", { entry }), isRecorded: true };
    // The payments of each delegated key have numbers of their own.
    if (transaction.kind === PAY) return { words: say("Overtaken: another payment with this number is recorded, as entry {entry}. This one was not made; begin it anew if it is still wanted.", { entry }), isRecorded: false };
  }
  return { words: say("A payment with this number is recorded already: this one, or another. Look at the account's history before you begin anew."), isRecorded: false };
}
