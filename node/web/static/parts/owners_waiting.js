// What the node keeps for several owners of an account until enough of them have signed.

import { fetchKeys } from "./account_keys.js";
import { Session, accountsOfKey } from "./api.js";
import { encodeDraft, readDraft } from "./owners_drafts.js";

const MOST_ACCOUNTS = 4; // are asked for what waits

// What waits at the node for the owners of the accounts that the wallet's key owns together with others:
// [{id, account, handle, draft, missing}], `draft` null where it is signed with the program only.
export async function fetchWaiting(wallet) {
  const owned = (await accountsOfKey(wallet)).slice(0, MOST_ACCOUNTS);
  const found = await Promise.all(owned.map(async ({ account, handle }) => {
    const keys = await fetchKeys(account);
    if (keys.owners.length === 1) return [];
    const { drafts } = await sessionOf(wallet, account).get("/v1/me/drafts");
    return drafts.map(({ id, transaction, signed_by: signed, needed }) => ({
      id, account, handle, draft: readDraft(transaction), missing: Math.max(0, needed - signed.length),
    }));
  }));
  return found.flat();
}

export const sessionOf = (wallet, account) => new Session({ ...wallet, role: "member", number: account });

// Leaves a draft at the node for the other owners.
export const keepDraft = (session, draft) => session.post("/v1/me/drafts", { transaction: encodeDraft(draft) });

export const discardDraft = (wallet, { id, account }) => sessionOf(wallet, account).delete(`/v1/me/drafts/${id}`);
