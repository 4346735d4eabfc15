// Opening a vote at the desk: the proposal that a steward signs, with its text, for the other stewards.

import { toBase64url, toHex } from "../protocol/bytes.js";
import { PROPOSE, encodeTransaction, entryMessage, proposalHash } from "../protocol/messages.js";
import { sign } from "../protocol/signing.js";
import { say } from "./words.js";

const SALT_BYTES = 16;
const DAY_S = 86_400;
const TIME_TO_SIGN_S = 3 * DAY_S; // so that other stewards have time to sign it

export class VoteFormError extends Error {}

// Lays a proposal before the other stewards; `form` has {kind, text, names, until, threshold} as typed.
export async function openVote({ session, key, number }, here, coop, form) {
  if (form.text === "") throw new VoteFormError(say("Say in words what is voted about; members read it before they vote."));
  const { terms } = await session.get("/v1/proposals?limit=1");
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  // Short terms are for trying things out: whoever has them will not wait for days.
  const spare = terms.notice < DAY_S ? Math.min(60, terms.notice) : TIME_TO_SIGN_S;
  const first = terms.time + terms.notice + spare;
  const proposal = {
    kind: PROPOSE, number: terms.next, action: await actionOf(session, coop, form),
    text: await proposalHash({ salt, text: form.text }), ballot: null, about: [],
    first, second: first + terms.second_call, stewards: [], members: [],
  };
  proposal.stewards = [[number, await sign(key.privateKey, entryMessage(here, proposal))]];
  return session.post("/v1/drafts", {
    transaction: toBase64url(encodeTransaction(proposal)), reason: { salt: toHex(salt), text: form.text },
  });
}

async function actionOf(session, coop, { kind, names, until, threshold }) {
  if (kind !== "elect") return [0, kind === "special" ? 1 : 0];
  const wanted = names.toLowerCase().split(/[\s,;]+/).filter((name) => name !== "");
  if (wanted.length === 0) throw new VoteFormError(say("Name those who are to be stewards."));
  const end = Math.floor(new Date(`${until}T00:00`).getTime() / 1000);
  if (!Number.isSafeInteger(end)) throw new VoteFormError(say("Say until which day they are elected."));
  const accounts = await Promise.all(wanted.map(async (name) => {
    const handle = encodeURIComponent(name.split("@")[0]);
    return (await session.get(`/v1/accounts/${coop}/@${handle}`)).account;
  }));
  const seats = [...new Set(accounts)].sort((one, other) => one - other).map((account) => [account, end]);
  return [2, seats, Number(threshold)];
}
