// What the counter sells often: items with their prices, kept on this device. A press adds one to the bill.

import { plainAmount } from "../parts/amounts.js";
import { byId, make, notice, onAction } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { readAmount, say, showAmount, typedAmount } from "../parts/words.js";

const KEPT = "counter-items";
const MOST = 60;
const shelf = { store: null, items: [], currencyOf: null, onAdded: null, basket: new Map(), words: "" };

// `currencyOf()` is the currency that amounts are typed in now, "" for the unit; `onAdded` is called when the
// amount has changed.
export async function startItems(store, { currencyOf, onAdded }) {
  Object.assign(shelf, { store, currencyOf, onAdded, items: (await store.read(KEPT)) ?? [] });
  byId("items").open = shelf.items.length > 0;
  onAction(byId("item-form"), keepItem);
  showItems();
}

// Shows those that are priced in the currency that is chosen.
export function showItems() {
  byId("item-list").replaceChildren(...shelf.items.filter(isOfCurrency).map(itemLine));
}

const isOfCurrency = ({ currency }) => currency === shelf.currencyOf();

function itemLine(item) {
  const { name, minor } = item;
  const add = make("button", { class: "item" }, make("span", {}, name), " ", make("span", {}, showAmount(minor)));
  const forget = make("button", { class: "forget", "aria-label": say("Forget {name}", { name }) }, "✕");
  onAction(add, () => addItem(item));
  onAction(forget, () => keepAll(shelf.items.filter((each) => each !== item)));
  return make("li", { class: "actions" }, add, forget);
}

// --- on the bill ---

function addItem({ name, minor }) {
  const sum = byId("sum");
  if (sum.value.trim() === "") clearBasket();
  const before = sum.value.trim() === "" ? 0 : readAmount(sum.value, { isZeroAllowed: true });
  const after = typeof before === "string" ? before : readAmount(plainAmount(before + minor));
  byId("sum-error").textContent = typeof after === "string" ? after : "";
  if (typeof after === "string") return;
  sum.value = typedAmount(after);
  writeWhat(name);
  shelf.onAdded();
}

function clearBasket() {
  if (byId("what").value === shelf.words) byId("what").value = "";
  shelf.basket.clear();
  shelf.words = "";
}

// Says what the items are, unless somebody wrote something else, or it is too long.
function writeWhat(name) {
  const what = byId("what");
  shelf.basket.set(name, (shelf.basket.get(name) ?? 0) + 1);
  const words = [...shelf.basket].map(([each, count]) => (count > 1 ? `${count} × ${each}` : each)).join(", ");
  if (what.value !== shelf.words || words.length > what.maxLength) return;
  what.value = words;
  shelf.words = words;
}

// --- on the device ---

async function keepItem() {
  const item = typedItem();
  byId("item-error").textContent = typeof item === "string" ? item : "";
  if (typeof item === "string") return;
  const others = shelf.items.filter((each) => each.name !== item.name || each.currency !== item.currency);
  await keepAll([...others, item]);
  byId("item-form").reset();
  byId("item-name").focus();
}

// The item that is typed, or the sentence that says what is wrong.
function typedItem() {
  const name = byId("item-name").value.trim();
  if (name === "") return say("Type the item's name.");
  if (shelf.items.length >= MOST) return say("There are {count} items already: forget one first.", { count: MOST });
  const minor = readAmount(byId("item-price").value);
  return typeof minor === "string" ? minor : { name, minor, currency: shelf.currencyOf() };
}

async function keepAll(items) {
  try {
    await shelf.store.write((kept) => kept.put(items, KEPT));
    shelf.items = items;
    showItems();
  } catch (error) {
    notice(explain(error));
  }
}
