// Guarantees as a guarantor signs them, and what each would lead to: docs/PROTOCOL.md, section 13.7.
//
// `tests/vectors/guarantees.json` holds the rule as examples, for the program and other wallets.

import { toBase64url } from "./bytes.js";
import { GUARANTEE, encodeTransaction, entryMessage } from "./messages.js";
import { sign } from "./signing.js";

// What becomes of a guarantee if its guarantor wants another cap, in minor units. `cap` stands now, of which the
// member's debt needs `needed`; `room` is what the guarantor has left to spend or pledge.
export function lookAhead({ cap, needed, wanted, room }) {
  const worst = Math.max(wanted, Math.min(cap, needed));
  return { worst, roomAfter: room - (worst - cap), held: worst - wanted };
}

// The transaction as the node takes it; `until` in Unix seconds, null with a cap of 0.
export async function signedGuarantee({ account, privateKey, federation, coop }, { member, revision, cap, until }) {
  const bare = { kind: GUARANTEE, guarantor: account, member, revision, cap, until, signature: null };
  const signature = await sign(privateKey, entryMessage({ federation, coop }, bare));
  return toBase64url(encodeTransaction({ ...bare, signature }));
}
