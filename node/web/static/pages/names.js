// Beside the form for paying: names for payees on this device, and whom this wallet paid last.

import { findContact, putContact, readContacts, removeContact } from "../parts/contacts.js";
import { byId, make, onAction } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { readLink } from "../parts/links.js";
import { say } from "../parts/words.js";

const LAST = 50; // payments that are looked at for whom was paid last
const FAULTS = {
  name: () => say("A name has 1 to 32 letters, digits, blanks, dots, apostrophes and hyphens."),
  address: () => say("Write it as name@cooperative."),
  handle: () => say("A member of your cooperative is called like that. Choose another name."),
  taken: () => say("That name stands for another address. Forget it first, or choose another one."),
  many: () => say("There are too many names. Remove some."),
};

const names = { page: null };

export function setUpNames(page) {
  if (names.page !== null) return;
  names.page = page;
  onAction(byId("names-form"), add);
}

// What somebody typed as a link is read; a name is looked up where nothing else can be meant.
export async function readPayee(text) {
  const asked = readLink(text);
  if (asked !== null) return asked;
  const found = findContact(await readContacts(names.page.store), text);
  return found === undefined ? null : { ...readLink(found.address), name: found.name };
}

export async function showNames() {
  const contacts = await readContacts(names.page.store);
  byId("names-list").replaceChildren(...contacts.map(item));
  byId("names-none").hidden = contacts.length > 0;
  const known = new Map(contacts.map(({ name, address }) => [address, name]));
  for (const address of await lastPaid()) if (!known.has(address)) known.set(address, "");
  byId("payees").replaceChildren(...[...known].map(([address, name]) => make("option", { value: address }, name)));
}

async function lastPaid() {
  try {
    const { items } = await names.page.session.get(`/v1/me/history?limit=${LAST}`);
    const paid = items.filter(({ direction, other }) => direction === "out" && other.handle !== null);
    return paid.map(({ other }) => `${other.handle}@${other.coop}`);
  } catch {
    return []; // it is only for comfort
  }
}

function item({ name, address }) {
  const forget = make("button", { type: "button" }, say("Forget {name}", { name }));
  onAction(forget, async () => {
    await removeContact(names.page.store, name);
    await showNames();
  });
  return make("li", {}, make("span", { class: "fits" }, say("{name} is {address}", { name, address })), " ", forget);
}

async function add() {
  const contact = { name: byId("names-name").value, address: byId("names-address").value };
  let fault;
  try {
    const found = await putContact(names.page.store, contact, names.page.wallet.coopName);
    fault = found === "" ? "" : FAULTS[found]();
  } catch (error) {
    fault = explain(error);
  }
  byId("names-error").textContent = fault;
  if (fault !== "") return;
  byId("names-form").reset();
  await showNames();
}
