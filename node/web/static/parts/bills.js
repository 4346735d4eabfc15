// The states of a bill in words, and following them while they change.

import { get } from "./api.js";
import { make } from "./dom.js";
import { mark } from "./receipt.js";
import { say, showAmount } from "./words.js";

const AGAIN_MS = 3_000;
const OVER = ["settled", "expired", "cancelled"];

export const isOver = ({ state }) => OVER.includes(state);

// The state as an element; `bill` is the public view.
export function stateOf({ state, reason, amount, paid, coming }) {
  const left = Math.max(amount - paid - coming, 0);
  switch (state) {
    case "settled": return mark(true, reason === "over" ? say("Paid, and more than asked for") : say("Paid"));
    case "processing": return mark(true, say("Paid, on its way to the shop's cooperative"));
    case "expired": return mark(false, reason === "late" || reason === "partial" ? say("Too late: something was paid, but not in time or not all. Talk to each other.") : say("Too late: this bill can't be paid any more. Ask for a new one."));
    case "cancelled": return mark(false, say("Withdrawn: don't pay this bill."));
    default: return make("p", {}, paid + coming > 0
      ? say("Paid in part; {left} are missing.", { left: showAmount(left) }) : say("Waiting for the payment."));
  }
}

// Calls `onChange(bill)` now and with every change until the bill is over; returns a function that ends
// it. A stream where the network allows one, else asking again; a lost connection is taken up again.
export function followBill(id, onChange) {
  let isEnded = false;
  let version = -1;
  let source = null;
  const end = () => {
    isEnded = true;
    source?.close();
  };
  const take = (bill) => {
    if (isEnded || bill.version <= version) return;
    version = bill.version;
    onChange(bill);
    if (isOver(bill)) end();
  };
  const ask = async () => {
    if (isEnded) return;
    try {
      take(await get(`/v1/invoices/${id}/public`));
    } catch {
      // The stream or the next time will tell.
    }
    setTimeout(ask, AGAIN_MS);
  };
  source = new EventSource(`/v1/invoices/${id}/events`);
  source.addEventListener("invoice", (event) => take(JSON.parse(event.data)));
  ask();
  return end;
}
