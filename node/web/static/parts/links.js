// Payment links: https://node/pay?to=alice@norte&amount=12.50&for=bread&federation=3f2a…, a shop's bill
// https://node/p/<id>, and the program's fiado:alice@norte?amount=12.50&memo=bread. A link asks; it proves nothing.
//
// They are read strictly: one that says a thing twice, or something that can't be read, is no link. A field that is there
// and empty says nothing. What a link is for may have in it what nobody sees: `unseen.js` is for that.

import { parseAmount, plainAmount } from "./amounts.js";
import { urlOf } from "../protocol/bytes.js";
import { COOP_NAME, HANDLE } from "../protocol/messages.js";

const NUMBERED = /^#[1-9][0-9]{0,9}$/; // an account without a name
const REFERENCE = /^[0-9a-f]{64}$/;
const FEDERATION = /^[0-9a-f]{16,64}$/; // the first digits of its id, or all
const FEDERATION_DIGITS = 16; // so many are written, for the code's sake
const BILL = /^\/p\/([0-9a-f]{32})\/?$/i;
const PROGRAMS_FIELDS = ["amount", "memo", "federation"];

// {handle, coop} of `alice@norte`, or of `#7@norte`; else null.
export function readAddress(text) {
  const [handle, coop, ...rest] = text.trim().toLowerCase().split("@");
  const fits = rest.length === 0 && coop !== undefined && (HANDLE.test(handle) || NUMBERED.test(handle)) && COOP_NAME.test(coop);
  return fits ? { handle, coop } : null;
}

// {origin, id} of a bill's address, or null.
export function readBillLink(text) {
  const url = urlOf(text);
  const found = ["https:", "http:"].includes(url?.protocol) && BILL.exec(url.pathname);
  return found ? { origin: url.origin, id: found[1].toLowerCase() } : null;
}

const isOnceEach = (query) => new Set(query.keys()).size === [...query.keys()].length;

// What a link asks for; null when a field of it can't be read.
function readRequest(address, query, { purpose = "for" } = {}) {
  if (address === null || !isOnceEach(query)) return null;
  const typed = query.get("amount") ?? "";
  const { minor = null, fault } = typed === "" ? {} : parseAmount(typed, { isGrouped: false });
  const reference = query.get("ref") || null, federation = query.get("federation") || null;
  if (fault !== undefined || (reference !== null && !REFERENCE.test(reference))) return null;
  if (federation !== null && !FEDERATION.test(federation)) return null;
  return {
    address, amount: minor, purpose: query.get(purpose) ?? "", reference,
    federation, bill: readBillLink(query.get("bill") ?? ""), page: null,
  };
}

// {address, amount, purpose, reference, federation, bill, page} of a link or an address, what it does not say
// being null or empty, `page` the origin of a page's link; {bill} of a shop's bill; or null.
export function readLink(text) {
  const typed = text.trim();
  const address = readAddress(typed);
  if (address !== null) return readRequest(address, new URLSearchParams());
  const url = urlOf(typed);
  if (url === null) return null;
  const query = url.searchParams;
  if (url.protocol === "fiado:") {
    const isKnown = [...query.keys()].every((name) => PROGRAMS_FIELDS.includes(name));
    return isKnown ? readRequest(readAddress(unescaped(url.pathname)), query, { purpose: "memo" }) : null;
  }
  if (!["https:", "http:"].includes(url.protocol)) return null;
  const bill = readBillLink(typed);
  if (bill !== null) return { bill };
  const asked = url.pathname === "/pay" ? readQuery(query) : null;
  return asked && { ...asked, page: url.origin };
}

// What stands against following a link, by the rule of node/member/paying/link_hosts.py, for a wallet of a federation
// (its id in hex) that knows the nodes at these origins: {isForeign: it is of another federation, strange: the origin
// that the payer has to be asked about, or null}.
export function checkLink(asked, { federation, known }) {
  const isForeign = !federation.startsWith(asked.federation ?? "");
  const origin = asked.bill?.origin ?? (asked.federation ? null : asked.page) ?? null;
  return { isForeign, strange: isForeign || known.includes(origin) ? null : origin };
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

export const readQuery = (query) => readRequest(readAddress(query.get("to") ?? ""), query);

// `bill` is the address of the bill that asks, if one does.
export function linkQuery({ to, amount, purpose, reference, federation, bill }) {
  const query = new URLSearchParams({ to });
  if (amount) query.set("amount", plainAmount(amount));
  if (purpose) query.set("for", purpose);
  if (reference) query.set("ref", reference);
  query.set("federation", federation.slice(0, FEDERATION_DIGITS));
  if (bill) query.set("bill", bill);
  // An address is read by people too: the sign between name and cooperative may stay as it is.
  return query.toString().replace("%40", "@");
}

export const qrAddress = (text) => `/web/qr.svg?${new URLSearchParams({ text })}`;
