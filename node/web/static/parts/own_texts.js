// What this wallet has paid at shops of other cooperatives was for, from its own receipts: a node knows only the bills of
// its own members. Loaded where a payment has nothing else to say.

import { make } from "./dom.js";

// By `cooperative-number` of the entry that paid.
export const ownTexts = async (store) => new Map((await store.receipts()).map(({ id, intent }) => [id, intent.purpose ?? ""]));

// Puts them under the history's items that have neither note nor bill.
export async function showOwnTexts(store, elements, items) {
  const texts = await ownTexts(store);
  for (const [place, item] of items.entries()) {
    const text = item.memo || item.bill || typeof item.refund === "string" || item.direction !== "out" ? "" : texts.get(`${item.coop_number}-${item.number}`);
    if (text) elements[place].firstChild.append(make("span", { class: "said" }, text));
  }
}
