// Leads from a request or a bill to the payer's wallet: in this browser, or at another node.

import { byId, onAction } from "./dom.js";
import { linkQuery } from "./links.js";
import { Store } from "./store.js";

// `{to, amount, purpose, reference, bill}`, amount in minor units as text.
export async function offerWallets({ to, amount, purpose, reference, bill }) {
  const { federation } = document.body.dataset;
  const query = linkQuery({ to, amount: Number(amount), purpose, reference, federation, bill });
  const wallet = await (await Store.open()).wallet().catch(() => undefined);
  if (wallet?.account !== undefined) {
    byId("pay-here").href = `/wallet#pay?${query}`;
    byId("pay-here").hidden = false;
    byId("make-wallet").hidden = true;
  }
  byId("home").value = localStorage.getItem("home") ?? "";
  onAction(byId("elsewhere"), async () => {
    const { origin, protocol } = new URL(byId("home").value);
    if (!["https:", "http:"].includes(protocol)) return;
    localStorage.setItem("home", origin);
    location.assign(`${origin}/pay?${query}`);
  });
  byId("choices").hidden = false;
}
