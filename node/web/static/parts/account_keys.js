// Whose keys sign for an account, and which pay from it within caps: as the node tells it, and in words.

import { fromHex, toHex } from "../protocol/bytes.js";
import { get } from "./api.js";
import { make } from "./dom.js";
import { say, showAmount, showTime } from "./words.js";

// Of an account of this cooperative, by its number or `@` and name: {account, status, revision, owners, needed, tills,
// contribution, time}, keys as bytes, `time` that of the books now.
// Tills may be told to a session only, and to whoever names the key of one (`till`) that one.
export async function fetchKeys(named, session = null, till = null) {
  const path = `/v1/keys/${encodeURIComponent(named)}`;
  let told = await get(path);
  if (told.delegated_hidden && session) told = await session.get(path);
  if (told.delegated_hidden && till) told = await get(`${path}?till=${toHex(till)}`);
  return {
    account: told.account, status: told.status, revision: told.revision, owners: told.owners.map(fromHex),
    needed: told.owners_needed, contribution: told.contribution, time: told.time,
    tills: told.delegated.map((each) => ({
      place: each.place, key: fromHex(each.key), perPayment: each.per_payment, perDay: each.per_day, until: each.until,
      payees: each.payees && each.payees.map(({ coop_number: coop, account }) => [coop, account]),
      nextSequence: each.next_sequence, spentToday: each.spent_today,
    })),
  };
}

// What a till may still pay in this day of the books.
export const leftToday = ({ perDay, spentToday }) => Math.max(0, perDay - spentToday);

// The pairs of facts of what a key may pay. `nameOf(coop, account)` says whom it means.
export function capFacts({ key, perPayment, perDay, until, payees }, nameOf) {
  return [
    [say("At once, up to"), showAmount(perPayment)],
    [say("In a day, up to"), showAmount(perDay)],
    [say("Until"), showTime(until)],
    [say("To whom"), payees === null ? say("anybody") : payees.map(([coop, account]) => nameOf(coop, account)).join(", ")],
    [say("Key"), make("code", { class: "long" }, toHex(key))],
  ];
}
