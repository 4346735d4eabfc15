// The changes of the charter: what this node tells of them, checked, and what of it is kept.

import { WrongNode, call, get } from "./api.js";
import { CHANGES } from "./charters.js";
import { fromBase64url, isEqual } from "../protocol/bytes.js";
import { withChange } from "../protocol/changes.js";
import { readCharter } from "../protocol/charter.js";
import { decodeTransaction } from "../protocol/messages.js";
import { keptAddresses, learnAddresses } from "./nodes.js";

// The founding charter, checked against the federation that the caller trusts, and the newest one.
export async function fetchCharters(federation) {
  const founding = await readCharter((await call("GET", "/v1/charter")).content);
  if (!isEqual(founding.federation, federation)) throw new WrongNode();
  return { founding, charter: await changed(founding, await fetchChanges(1)) };
}

// The charter after changes; ProofError for one that does not hold.
export async function changed(charter, changes) {
  let after = charter;
  for (const bytes of changes) after = await withChange(after, decodeTransaction(bytes));
  return after;
}

// With the changes that the node tells besides, which are kept; the same charter when it can't be asked.
export async function withNews(store, charter) {
  try {
    const news = await fetchChanges((charter.version ?? 0) + 1);
    const after = await changed(charter, news);
    if (news.length > 0) {
      const kept = charter.version === undefined ? [] : await store.read(CHANGES);
      await store.write((all) => all.put([...kept, ...news], CHANGES));
    }
    return after;
  } catch {
    return charter;
  }
}

// Where the other cooperatives' nodes are, before the first link to one of them is followed.
export async function learnNodes(store, charter) {
  try {
    if ((await keptAddresses(store)).length === 0) await learnAddresses(store, charter);
  } catch {
    // asked again when a link leads to one
  }
}

// The changes from that version on, each a transaction's bytes.
async function fetchChanges(first) {
  const found = [];
  for (let next = first; next !== null;) {
    const page = await get(`/v1/federation/changes?first=${next}`);
    found.push(...page.changes.map(({ transaction }) => fromBase64url(transaction)));
    next = page.changes.length === 0 ? null : page.next;
  }
  return found;
}
