// Which nodes a wallet knows: its own, and where the charter's cooperatives say that theirs answer (PROTOCOL 10.6).
// What they said is asked of the own node, checked, and kept for times without a network; and so are addresses that
// the payer has agreed to on this device.

import { fromHex, toHex, urlOf } from "../protocol/bytes.js";
import { addressMessage } from "../protocol/messages.js";
import { isSigned } from "../protocol/signing.js";
import { get } from "./api.js";
import { checkLink } from "./links.js";

const ADDRESSES = "addresses", AGREED = "agreed-nodes";
const MOST_AGREED = 50;

// {coop, serial, url, …} of each coop whose statement is kept.
export const keptAddresses = async (store) => (await store.read(ADDRESSES)) ?? [];

// Asks the own node for news and keeps what is signed as it should be; all that is known then.
export async function learnAddresses(store, charter) {
  const known = new Map((await keptAddresses(store)).map((each) => [each.coop_number, each]));
  const { addresses } = await get("/v1/addresses");
  for (const said of addresses.slice(0, charter.coops.size)) {
    const isNews = !(known.get(said.coop_number)?.serial >= said.serial);
    if (isNews && (await isOfCoop(said, charter))) known.set(said.coop_number, said);
  }
  const all = [...known.values()];
  await store.write((kept) => kept.put(all, ADDRESSES));
  return all;
}

async function isOfCoop({ coop_number: number, serial, time, url, signature }, charter) {
  const coop = charter.coops.get(number);
  if (coop === undefined || urlOf(url) === null) return false;
  try {
    const message = addressMessage({ federation: charter.federation, coop: number }, { serial, time, url });
    return await isSigned(coop.nodeKey, message, fromHex(signature));
  } catch {
    return false; // no statement at all
  }
}

const originsOf = (addresses) => addresses.map(({ url }) => new URL(url).origin);

// What stands against following a link, as `checkLink` says it; the own node is asked when what is kept is not enough.
export async function checkedLink(asked, { store, wallet, charter }) {
  const federation = toHex(wallet.federation);
  const agreed = (await store.read(AGREED)) ?? [];
  const held = (addresses) =>
    checkLink(asked, { federation, known: [location.origin, ...agreed, ...originsOf(addresses)] });
  const kept = await keptAddresses(store);
  const found = held(kept);
  if (found.strange === null) return found;
  return held(await learnAddresses(store, charter).catch(() => kept));
}

// The payer has said that this address may be asked.
export async function agreeToNode(store, origin) {
  const agreed = ((await store.read(AGREED)) ?? []).filter((each) => each !== origin);
  await store.write((kept) => kept.put([...agreed, origin].slice(-MOST_AGREED), AGREED));
}
