// Notes on payments (the protocol's memos): opening those of the history, sealing the one that goes with a payment.
//
// Loaded where there is a note, together with the library; a node may be without that.

import { fromBase64url, fromHex, toBase64url } from "../protocol/bytes.js";
import { notes } from "./history.js";
import { memoReference } from "../protocol/messages.js";
import { NoMemoKey, SALT_BYTES, openMemo, sealMemo } from "../protocol/sealing.js";
import { say } from "./words.js";

// `{reference, memo: {payer, payee}}`: what the payment is bound to, and the note sealed to both, as the node takes it.
export async function sealNote(text, { own, payee }) {
  const salted = { salt: crypto.getRandomValues(new Uint8Array(SALT_BYTES)), text };
  const [reference, ...sealed] = await Promise.all([
    memoReference(salted), sealMemo(salted, own), sealMemo(salted, payee),
  ]);
  const [forPayer, forPayee] = sealed.map(toBase64url);
  return { reference, memo: { payer: forPayer, payee: forPayee } };
}

// Puts the notes of the history's items into their elements; resolves to what has to be said about those that stay shut.
export async function showNotes(elements, items, wallet) {
  let problem = "";
  for (const [place, { memo, reference }] of items.entries()) {
    if (!memo) continue;
    try {
      if (!notes.has(reference)) {
        notes.set(reference, await openMemo(fromBase64url(memo), { wallet, reference: fromHex(reference) }));
      }
      elements[place].querySelector(".said").textContent = notes.get(reference) ?? say("The note can't be opened.");
    } catch (error) {
      if (!(error instanceof NoMemoKey)) throw error;
      problem = say("This wallet is older than reading notes here. To read them, remove it from this device and bring it back with your words.");
    }
  }
  return problem;
}
