// Asking for a payment: a link and its code, which lead to the payer's wallet. The wallet's page loads it when it is needed.

import { toHex } from "../protocol/bytes.js";
import { byId } from "../parts/dom.js";
import { linkQuery, qrAddress } from "../parts/links.js";
import { readAmount, say } from "../parts/words.js";

const MOST_CODE = 154; // bytes of a QR code of version 7, which cheap phones still read from a screen

export async function makeRequest(wallet) {
  const typed = byId("request-amount").value.trim();
  const amount = typed === "" ? null : readAmount(typed);
  byId("request-error").textContent = typeof amount === "string" ? amount : "";
  byId("request-made").hidden = true;
  if (typeof amount === "string") return;
  const to = `${wallet.handle}@${wallet.coopName}`;
  const purpose = byId("request-for").value.trim(), federation = toHex(wallet.federation);
  const link = `${location.origin}/pay?${linkQuery({ to, amount, purpose, federation })}`;
  if (link.length > MOST_CODE) {
    byId("request-error").textContent = say("That is too long for a code. Say more briefly what it is for.");
    return;
  }
  byId("request-made").hidden = false;
  byId("request-link").textContent = link;
  byId("request-qr").src = qrAddress(link);
}

export async function copyRequest() {
  await navigator.clipboard.writeText(byId("request-link").textContent);
  byId("request-copy").textContent = say("Copied");
}
