// What the payer's wallet asks the node of a shop: whether a bill can still be paid, and how much of it.
//
// The shop's node may be another cooperative's, so this is the one question that leaves the own node. Its
// answer is checked against the bill's reference.

import { Unreachable, get } from "./api.js";
import { isSameBill, readBill } from "../protocol/guards.js";

// The bill was paid, withdrawn or too late; `bill` says which.
export class BillOver extends Error {
  constructor(bill) {
    super(`the bill is ${bill.state}`);
    this.bill = bill;
  }
}

// The bill asks for something else than when the payer looked.
export class BillChanged extends Error {}

// The payer has paid this bill, and the shop's node has not heard of it yet.
export class BillOnItsWay extends Error {}

// The shop's node can't be asked now, so nobody knows how the bill stands.
export class ShopSilent extends Error {}

// The bill behind an address of `readBillLink`, open to be paid; BillOver, ShopSilent, ProofError, or the
// node's Problem.
export async function askBill({ origin, id }, charter) {
  let view;
  try {
    view = await get(`${origin}/v1/invoices/${id}/public`);
  } catch (error) {
    throw error instanceof Unreachable || error.retryable ? new ShopSilent(error.message) : error;
  }
  const bill = await readBill(view, id, charter);
  if (bill.state !== "open" || bill.amount === 0) throw new BillOver(bill);
  return bill;
}

// Asks again what the payer was shown; null when the shop is silent and the payer pays all the same.
export async function askBillAgain({ address, bill, isSilenceAccepted }, charter) {
  try {
    const now = await askBill(address, charter);
    if (bill !== null && !isSameBill(bill, now)) throw new BillChanged();
    return now;
  } catch (error) {
    if (error instanceof ShopSilent && isSilenceAccepted) return null;
    throw error;
  }
}
