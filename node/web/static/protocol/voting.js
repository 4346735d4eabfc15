// Votes as members sign them: PROTOCOL sections 13.3 to 13.5. Pure.

import { VOTE, entryMessage } from "./messages.js";
import { sign } from "./signing.js";

export const NO = 0, YES = 1, ABSTAIN = 2;

// The vote that an account signs; `here` is {federation, coop}.
export async function signedVote(here, privateKey, { account, proposal, sequence, choice }) {
  const vote = { kind: VOTE, account, proposal, sequence, choice, signature: null };
  return { ...vote, signature: await sign(privateKey, entryMessage(here, vote)) };
}
