// What went wrong, in words for people. Problems of the node come with a stable code; the commonest are
// said here in the page's language, the rest as the node says them.

import { Problem, Unreachable, WrongNode } from "./api.js";
import { ProofError } from "./messages.js";
import { BillOnItsWay, BillOver, ShopSilent } from "./shop.js";
import { say } from "./words.js";

export function explain(error) {
  if (error instanceof Unreachable) return say("The node can't be reached. Check your connection and try again.");
  if (error instanceof WrongNode) return say("This node belongs to another federation than your wallet.");
  if (!(error instanceof Problem)) return say("Something went wrong in this page: {text}", { text: error.message });
  switch (error.code) {
    case "limit_exceeded": return say("That is more than you may go below zero. Pay less, or ask your stewards for a higher limit.");
    case "clearing_limit_exceeded": return say("Your cooperative as a whole owes the others as much as it may. It has to earn first; payments within it still work.");
    case "account_frozen": return say("Your account is frozen: it can be paid, but can't pay. Your stewards gave a reason: see My limit.");
    case "account_closed": return say("Your account is closed.");
    case "payee_closed": return say("The payee's account is closed.");
    case "payee_unknown": return say("Your node has not yet heard of that account. Try again in a minute.");
    case "payee_is_payer": return say("That is your own account.");
    case "sequence_used": return say("Another payment of yours came first, perhaps from another device. This one was not made. Look at your history.");
    case "handle_taken": return say("Somebody has that name already. Choose another.");
    case "account_not_found": return say("There is no such account.");
    case "invoice_not_found": return say("There is no such bill. Ask the shop for a new link.");
    case "coop_not_found": return say("There is no such cooperative in this federation.");
    case "too_many_requests": return say("Too many attempts from here. Wait a minute.");
    case "not_ready": return say("Your node does not record anything at the moment. Nothing was done. Try again in a minute.");
    case "number_taken": return say("That took too long and your place was given on. Try again.");
    case "challenge_invalid": return say("The node does not know this key for that name.");
    default: return `${error.detail} ${error.remedy}`;
  }
}

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
