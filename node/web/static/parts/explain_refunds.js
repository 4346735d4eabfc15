// What the node refuses of giving back, in words for people; only the counter loads this, when something is given back.

import { explain } from "./explain.js";
import { say } from "./words.js";

const PROBLEMS = {
  refund_too_large: () => say("So much is not left of this payment. Go back to the counter and look at what was given back already."),
  refund_nothing: () => say("This payment has not arrived yet. Give it back once it has."),
  refund_payment_needed: () => say("Several payments of this bill have arrived. Choose one of them in the day's list."),
  refund_exists: () => say("This was prepared already, with something else in it. Look again."),
  refund_signed: () => say("The owner's wallet has signed this already: it was given back."),
  refund_not_found: () => say("That is not there any more. Look again."),
};

export const explainRefund = (error) => explain(error, PROBLEMS);
