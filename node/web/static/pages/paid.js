// The counter's screen for a bill that was paid: the amount, and by whom, large enough for both sides of the counter.

import { get } from "../parts/api.js";
import { byId, showSection } from "../parts/dom.js";
import { signalPaid } from "../parts/signal.js";
import { showAmount } from "../parts/words.js";

export async function showPaid({ id, amount }, key) {
  byId("paid-amount").textContent = `${showAmount(Number(amount.value))} ${amount.currency}`;
  byId("paid-payer").textContent = "";
  showSection("paid");
  signalPaid();
  try {
    const { payments } = await get(`/v1/invoices/${id}`, key);
    const payers = new Map(payments.map((each) => [`${each.coop}/${each.payer}`, each]));
    byId("paid-payer").textContent = (await Promise.all([...payers.values()].map(nameOf))).join(", ");
  } catch {
    // The amount is what counts; who paid stands in the day's list.
  }
}

async function nameOf({ coop, payer }) {
  const { handle } = await get(`/v1/accounts/${coop}/${payer}`);
  return `${handle ?? payer}@${coop}`;
}
