// Names for payees on this device, by the very rules of the program (node/member/contacts.py);
// `tests/vectors/contacts.json` holds examples. No node ever sees them.

import { get, Problem } from "./api.js";
import { readLink } from "./links.js";
import { SPACES, UNSEEN } from "./unseen.js";

const KEPT = "contacts";
const MOST = 1_000;
const LONGEST = 32;
const NAME = /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} .'’-]*$/u;
const HANDLE = /^[a-z0-9][a-z0-9._-]{0,31}$/;

const MARKS = String.raw`\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f`;
const HIDING = RegExp(`[${UNSEEN}${SPACES}]|^[${MARKS} ]| $|  |[${MARKS}]{3}`, "u");

// Whether a reader sees all of it: nothing unseen, single spaces within, at most two marks in a row.
export const isShown = (text) => !HIDING.test(text);

// A name as it is kept: composed, with single blanks; null for what can't be one. A name is neither an address nor a link.
export function parseName(text) {
  const name = text.normalize("NFC").replaceAll(/ +/g, " ").replaceAll(/^ | $/g, "");
  return [...name].length <= LONGEST && NAME.test(name) && isShown(name) ? name : null;
}

// The handle that a name would be at home; null when none can be so.
export function handleOf(name) {
  const lowered = /^[\0-\x7f]*$/.test(name) ? name.toLowerCase() : name;
  return HANDLE.test(lowered) ? lowered : null;
}

const folded = (name) => name.toUpperCase().toLowerCase();

// The contact of that name, however its capitals are; undefined when there is none.
export function findContact(contacts, text) {
  const wanted = parseName(text);
  return wanted === null ? undefined : contacts.find(({ name }) => folded(name) === folded(wanted));
}

// All contacts of this device, by name.
export const readContacts = async (store) => (await store.read(KEPT)) ?? [];

const write = (store, contacts) => store.write((kept) =>
  kept.put([...contacts].sort((one, other) => one.name.localeCompare(other.name)), KEPT));

// Lets a name stand for an address; "" when that was done, or which rule is against it.
export async function putContact(store, { name: written, address: to }, home) {
  const name = parseName(written), address = readLink(to)?.address, contacts = await readContacts(store);
  if (name === null) return "name";
  if (!address || to.includes(":")) return "address";
  await get(`/v1/accounts/${address.coop}/@${address.handle}`);
  const handle = handleOf(name);
  const isSelf = handle === address.handle && address.coop === home;
  if (handle !== null && !isSelf && await isMember(handle, home)) return "handle";
  const earlier = findContact(contacts, name), whole = `${address.handle}@${address.coop}`;
  if (earlier !== undefined && earlier.address !== whole) return "taken";
  const left = contacts.filter((each) => each !== earlier);
  if (left.length >= MOST) return "many";
  await write(store, [...left, { name, address: whole }]);
  return "";
}

async function isMember(handle, coop) {
  try {
    await get(`/v1/accounts/${coop}/@${handle}`);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === "account_not_found") return false;
    throw error;
  }
}

export async function removeContact(store, name) {
  await write(store, (await readContacts(store)).filter((each) => each.name !== name));
}
