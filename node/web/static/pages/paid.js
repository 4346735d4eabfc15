// The counter's screen for a bill that was paid: the amount, and by whom, large enough for both sides of the counter;
// and a receipt to print.

import { get } from "../parts/api.js";
import { byId, facts, onAction, showSection } from "../parts/dom.js";
import { signalPaid } from "../parts/signal.js";
import { say, showAmount, showTime } from "../parts/words.js";

onAction(byId("paid-print"), () => print());

const money = ({ value, currency }) => `${showAmount(Number(value))} ${currency}`;

export async function showPaid({ id, amount }, key) {
  byId("paid-amount").textContent = money(amount);
  byId("paid-payer").textContent = "";
  byId("paid-print").hidden = true;
  showSection("paid");
  signalPaid();
  try {
    const bill = await get(`/v1/invoices/${id}`, key);
    const payers = new Map(bill.payments.map((each) => [`${each.coop}/${each.payer}`, each]));
    const names = [...payers.values()].map(nameOf).join(", ");
    byId("paid-payer").textContent = names;
    byId("paid-slip").replaceChildren(...facts(slip(bill, names)));
    byId("paid-print").hidden = false;
  } catch {
    // The amount is what counts; who paid stands in the day's list.
  }
}

const nameOf = ({ coop, payer, handle }) => `${handle ?? `#${payer}`}@${coop}`;

// What stands on the printed receipt; each payment with its place in the log of the payer's cooperative.
function slip({ id, description, price, payee, payments, settled }, names) {
  const pairs = [[say("To"), `${payee.handle ?? payee.account}@${payee.coop}`]];
  if (description) pairs.push([say("For"), description]);
  if (price) pairs.push([say("Price"), money(price)]);
  if (names) pairs.push([say("From"), names]);
  for (const { coop, number, amount, time } of payments) {
    const place = say("{number} in the log of {coop}", { number, coop });
    pairs.push([say("Recorded"), showTime(time)], [say("Entry"), `${place}: ${money(amount)}`]);
  }
  if (payments.length === 0) pairs.push([say("When"), showTime(settled)]);
  return [...pairs, [say("Bill"), id]];
}
