// What the node keeps for several owners of an account until enough of them have signed.

import { PAY } from "../protocol/messages.js";
import { fetchKeys } from "./account_keys.js";
import { Session, accountsOfKey } from "./api.js";
import { encodeDraft, isSame, readDraft } from "./owners_drafts.js";

const MOST_ACCOUNTS = 4; // are asked for what waits

// What waits at the node for the owners of the accounts that the wallet's key owns together with others:
// [{id, account, handle, session, draft, missing}], `draft` null where it is signed with the program only.
export async function fetchWaiting(wallet) {
  const owned = (await accountsOfKey(wallet)).slice(0, MOST_ACCOUNTS);
  const found = await Promise.all(owned.map(async ({ account, handle }) => {
    const keys = await fetchKeys(account);
    if (keys.owners.length === 1) return [];
    const session = sessionOf(wallet, account);
    return (await draftsOf(session)).map((each) => ({ ...each, account, handle, session }));
  }));
  return found.flat();
}

async function draftsOf(session) {
  const { drafts } = await session.get("/v1/me/drafts");
  return drafts.map(({ id, transaction, signed_by: signed, needed }) => ({
    id, draft: readDraft(transaction), missing: Math.max(0, needed - signed.length),
  }));
}

// The payments that wait under the number of this one: one of them all is recorded.
export async function rivalsOf(session, payment) {
  if (payment.kind !== PAY) return [];
  const found = (await draftsOf(session)).map(({ draft }) => draft);
  return found.filter((draft) => draft?.kind === PAY && draft.sequence === payment.sequence && !isSame(draft, payment));
}

export const sessionOf = (wallet, account) => new Session({ ...wallet, role: "member", number: account });

// Leaves a draft at the node for the other owners.
export const keepDraft = (session, draft) => session.post("/v1/me/drafts", { transaction: encodeDraft(draft) });

export const discardDraft = ({ id, session }) => session.delete(`/v1/me/drafts/${id}`);
