// What went wrong with a shop's bill, in words for people. Apart from explain.js, so that only pages that pay load what
// reads bills.

import { ProofError } from "../protocol/signing.js";
import { explain } from "./explain.js";
import { BillOnItsWay, BillOver, ShopSilent } from "./shop.js";
import { say } from "./words.js";

// The same of a shop's bill, which is asked for at the shop's node.
export function explainBill(error) {
  if (error instanceof ShopSilent) return say("The shop's node can't be reached, so its bill can't be read. Try again in a minute.");
  if (error instanceof BillOnItsWay) return say("You have paid this bill. Your payment is on its way, and the shop's node has not heard of it yet. Don't pay again.");
  if (error instanceof ProofError) return say("This bill contradicts itself, or is of another federation. Don't pay it; ask the shop for a new one.");
  if (!(error instanceof BillOver)) return explain(error);
  switch (error.bill.state) {
    case "cancelled": return say("The shop has withdrawn this bill. Don't pay it.");
    case "expired": return say("Too late: this bill can't be paid any more. Ask for a new one.");
    default: return say("This bill is paid already. There is nothing more to pay.");
  }
}
