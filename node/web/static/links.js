// Payment links: https://node/pay?to=alice@norte&amount=12.50&for=bread, and the program's
// fiado:alice@norte?amount=12.50&memo=bread. A link asks; it proves nothing.

import { COOP_NAME, HANDLE } from "./messages.js";

// {handle, coop} of `alice@norte`, or null.
export function readAddress(text) {
  const [handle, coop, ...rest] = text.trim().toLowerCase().split("@");
  const fits = rest.length === 0 && coop !== undefined && HANDLE.test(handle) && COOP_NAME.test(coop);
  return fits ? { handle, coop } : null;
}

function readMinor(text) {
  const match = /^([0-9]{1,14})(?:[.,]([0-9]{1,2}))?$/.exec(text ?? "");
  return match === null ? null : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

const plainAmount = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;

// {address, amount, purpose, reference} of a link or an address; {bill: URL} of a shop's bill; or null.
export function readLink(text) {
  const typed = text.trim();
  const address = readAddress(typed);
  if (address !== null) return { address, amount: null, purpose: "", reference: null };
  let url;
  try {
    url = new URL(typed);
  } catch {
    return null;
  }
  const query = url.searchParams;
  if (url.protocol === "fiado:") {
    const payee = readAddress(decodeURIComponent(url.pathname));
    return payee && {
      address: payee, amount: readMinor(query.get("amount")), purpose: query.get("memo") ?? "", reference: null,
    };
  }
  if (!["https:", "http:"].includes(url.protocol)) return null;
  if (/^\/p\/[A-Za-z0-9_-]+$/.test(url.pathname)) return { bill: url };
  return url.pathname === "/pay" ? readQuery(query) : null;
}

export function readQuery(query) {
  const address = readAddress(query.get("to") ?? "");
  const reference = query.get("ref");
  if (address === null || (reference !== null && !/^[0-9a-f]{64}$/.test(reference))) return null;
  return { address, amount: readMinor(query.get("amount")), purpose: query.get("for") ?? "", reference };
}

export function linkQuery({ to, amount, purpose, reference }) {
  const query = new URLSearchParams({ to });
  if (amount) query.set("amount", plainAmount(amount));
  if (purpose) query.set("for", purpose);
  if (reference) query.set("ref", reference);
  // An address is read by people too: the sign between name and cooperative may stay as it is.
  return query.toString().replace("%40", "@");
}

export const qrAddress = (text) => `/web/qr.svg?${new URLSearchParams({ text })}`;
