// Leads from a request or a bill to the payer's wallet: in this browser, or at a cooperative's node. Where somebody's
// wallet is, is remembered on this device, and never taken from an address.

import { byId, onAction } from "./dom.js";
import { linkQuery } from "./links.js";
import { Store } from "./store.js";
import { say } from "./words.js";

const HOME = "home";

// A browser may deny a page its storage; then nothing is remembered.
function remembered() {
  try {
    return localStorage.getItem(HOME);
  } catch {
    return null;
  }
}

function remember(origin) {
  try {
    localStorage.setItem(HOME, origin);
  } catch {
    // asked again next time
  }
}

async function walletHere() {
  try {
    return await (await Store.open()).wallet();
  } catch {
    return undefined;
  }
}

// Whether another site shows this page in a frame. A wallet never shows itself in one.
export const isFramed = () => window.top !== window;

// `{to, amount, purpose, reference, bill}`, amount in minor units as text.
export async function offerWallets({ to, amount, purpose, reference, bill }) {
  const { federation } = document.body.dataset;
  const query = linkQuery({ to, amount: Number(amount), purpose, reference, federation, bill });
  const pageAt = (origin) => `${origin}/wallet#pay?${query}`;
  const home = remembered();
  for (const each of document.querySelectorAll("[data-home]")) {
    const origin = new URL(each.dataset.home || location.origin).origin;
    each.href = pageAt(origin);
    each.addEventListener("click", () => remember(origin));
    if (origin === home) offer(byId("pay-home"), each.href, say("Pay with my wallet at {coop}", { coop: each.textContent }));
  }
  const wallet = await walletHere();
  if (wallet?.account !== undefined) {
    offer(byId("pay-here"), pageAt(""));
    byId("pay-home").hidden = true;
    byId("make-wallet").hidden = true;
  }
  onAction(byId("elsewhere"), async () => {
    const { origin, protocol } = new URL(byId("home").value);
    if (!["https:", "http:"].includes(protocol)) return;
    remember(origin);
    if (isFramed()) open(pageAt(origin), "_blank", "noopener");
    else location.assign(pageAt(origin));
  });
  byId("choices").hidden = false;
}

function offer(button, href, words = button.textContent) {
  Object.assign(button, { href, textContent: words, hidden: false });
  byId("others").open = false;
}
