// The founding charter that this browser trusts, with the changes that it keeps: no network is needed to verify.
//
// What reads changes (news.js) is loaded when there are any, and kept by the service worker for then.

import { WrongNode, call } from "./api.js";
import { isEqual } from "../protocol/bytes.js";
import { readCharter } from "../protocol/charter.js";

export const CHANGES = "charter-changes";

// What is not here yet is fetched.
export async function keptCharter(store, federation) {
  const founding = await foundingOf(store, federation);
  const changes = (await store.read(CHANGES)) ?? [];
  if (changes.length === 0) return founding;
  try {
    return await (await import("./news.js")).changed(founding, changes);
  } catch {
    return founding; // of another federation, or damaged: they come again
  }
}

async function foundingOf(store, federation) {
  const kept = await store.charter();
  if (kept !== undefined) {
    const read = await readCharter(kept);
    if (isEqual(read.federation, federation)) return read;
  }
  const source = (await call("GET", "/v1/charter")).content;
  const read = await readCharter(source);
  if (!isEqual(read.federation, federation)) throw new WrongNode();
  if (kept === undefined) await store.keepCharter(source);
  return read;
}
