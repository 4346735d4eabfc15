// What went wrong, in words for people. Problems of the node come with a stable code; those that people
// meet on these pages are said here in the page's language, the rest as the node says them.

import { Problem, Unreachable, WrongNode } from "./api.js";
import { StorageDenied } from "./store.js";
import { say } from "./words.js";

const tooMuch = () => say("That is more than an amount can be.");
const waitsTooMuch = () => say("Too much waits at this node already. Try again later.");

// By the code of the problem. tests/node/web/test_problem_words.py has those that need no words here.
const PROBLEMS = {
  recovery_runs: () => say("Somebody has begun to give this account another key. If it wasn't you, object: fiado recovery object."),
  recovery_objected: () => say("You have objected already. Ask members or stewards for a vote about it."),
  // of payments
  limit_exceeded: () => say("That is more than you may go below zero. Pay less, or ask your stewards for a higher limit."),
  clearing_limit_exceeded: () => say("Your cooperative as a whole owes the others as much as it may. It has to earn first; payments within it still work."),
  account_frozen: () => say("Your account is frozen: it can be paid, but can't pay. Your stewards gave a reason: see My limit."),
  account_closed: () => say("Your account is closed."),
  payee_closed: () => say("The payee's account is closed."),
  payee_unknown: () => say("Your node has not yet heard of that account. Try again in a minute."),
  payee_is_payer: () => say("That is your own account."),
  amount_out_of_range: tooMuch,
  balance_out_of_range: tooMuch,
  day_full: () => say("Your cooperative has recorded as much today as the charter allows. Try again after midnight, universal time."),
  coop_quarantined: () => say("The cooperatives have put that cooperative, or yours, into quarantine. Nothing was paid."),
  coop_left: () => say("That cooperative has left the federation. Nothing was paid."),
  coop_not_admitted: () => say("Your cooperative has joined only just now, and its node has not caught up yet. Try again in a minute."),
  contribution_missing: () => say("Your cooperative asks a contribution of each payment, which this one lacks. Look at the page again and pay once more."),
  ceiling_exceeded: () => say("The payee may not hold so much: the bylaws of your cooperative set a ceiling. Pay less."),
  sequence_used: () => say("Another payment of yours came first, perhaps from another device. This one was not made. Look at your history."),
  account_not_found: () => say("There is no such account."),
  home_not_asked: () => say("Only that cooperative's own node can say who is called so, and your node can't ask it now. Try again in a minute: it passes once the two are linked again. An account whose number you know can be paid by it, as in #7@norte."),
  coop_not_found: () => say("There is no such cooperative in this federation."),
  too_many_requests: () => say("Too many attempts from here. Wait a minute."),
  not_ready: () => say("Your node does not record anything at the moment. Nothing was done. Try again in a minute."),
  busy: waitsTooMuch,
  // of joining and of stewards' decisions
  account_exists: () => say("There is such an account already. Look again."),
  name_erased: () => say("An account was called so, and that name was erased for good. Pay it by its number, as in #7@norte, if you know it."),
  handle_is_number: () => say("A name of digits alone would be taken for an account's number. Choose a name with a letter in it."),
  name_of_several: () => say("The account belongs to several, and one owner alone does not erase its name. Ask your stewards: they erase a name together."),
  handle_taken: () => say("Somebody has that name already. Choose another."),
  number_taken: () => say("That took too long and your place was given on. Try again."),
  challenge_invalid: () => say("The node does not know this key for that name."),
  draft_not_found: () => say("That is no longer there: it was recorded, declined, or waited too long. Look again."),
  revision_mismatch: () => say("Something else was recorded of this account meanwhile. Look it up again."),
  limit_out_of_range: () => say("That is more than a limit can be."),
  limit_dates_invalid: () => say("The days of this limit don't fit together."),
  balance_not_zero: () => say("Only an account at zero can be closed. What is left has to be paid or sold first."),
  status_unchanged: () => say("The account is in that state already. There is nothing to do."),
  // of what the members have decided
  class_unknown: () => say("The bylaws of your cooperative know no such class of accounts."),
  first_limit_exceeded: () => say("That is more than the bylaws let somebody begin with."),
  spend_number_wrong: () => say("Something else was spent from the commons meanwhile. Look again."),
  spend_needs_vote: () => say("The bylaws let stewards spend less than that. A vote can decide it."),
  commons_too_low: () => say("There is not so much in the commons."),
  // of leaving and of debts
  leave_with_pledges: () => say("You answer for a debt that stands, and nobody else covers that part of it. Leave once it is paid, or once others answer for it."),
  payee_without_credit: () => say("There is nothing to pass on. Leave without naming anybody."),
  debt_above_agreed: () => say("The member owes more by now than was signed for. Pay the difference, or sign again for what is owed."),
  stewards_without_debt: () => say("The member owes nothing any more, and can leave without stewards."),
  claim_stands: () => say("This debt is claimed already, and the term runs."),
  claim_unknown: () => say("Nothing is claimed of this account, or too long ago. Claim the debt first."),
  settlement_early: () => say("The term since the claim is not over. The member may pay until then."),
  nothing_owed: () => say("The member owes nothing."),
  commons_debt_ceiling: () => say("The common fund would have to pay more than the bylaws let it owe. The assembly can vote on a levy, or on a higher ceiling."),
  account_is_joint: () => say("Several own this account, and so many of them sign: on the page “Pay together”."),
  // of shops
  invoice_not_found: () => say("There is no such bill. Ask the shop for a new link."),
  invoice_state: () => say("Too late for that: this bill is paid, or over."),
  invoices_too_many: waitsTooMuch,
  invoice_bytes_too_many: waitsTooMuch,
  price_not_known: () => say("The index has no value for today yet, so that a price in national currency can't be converted. Ask for an amount in units instead."),
  index_missing: () => say("This federation has no index, so that a price in national currency can't be converted. Ask for an amount in units instead."),
  key_invalid: () => say("The node does not know this key, or it was revoked. Make another one."),
  session_invalid: () => say("The node does not know this key, or it was revoked. Make another one."),
  key_forbidden: () => say("This key may not do that. The counter needs one that may make and read bills."),
  keys_too_many: () => say("Your account has as many keys as it may have. Revoke one that you don't use: in the wallet, “For your shop's program”."),
  merchant_closed: () => say("The shop's account is closed, so that nobody can pay it."),
  takings_too_many: () => say("There were more payments in that time than are summed at once."),
};

// `more` has words of its own for the problems of one page.
export function explain(error, more = {}) {
  if (error instanceof Unreachable) return say("The node can't be reached. Check your connection and try again.");
  if (error instanceof WrongNode) return say("This node belongs to another federation than your wallet.");
  if (error instanceof StorageDenied) return say("In a private window, or where cookies are blocked, the page can keep nothing: open it in an ordinary window, or allow cookies for it.");
  if (!(error instanceof Problem)) return say("Something went wrong in this page: {text}", { text: error.message });
  const words = { ...PROBLEMS, ...more };
  if (Object.hasOwn(words, error.code)) return words[error.code]();
  return say("The node answered: {text}", { text: `${error.detail} ${error.remedy}` });
}
