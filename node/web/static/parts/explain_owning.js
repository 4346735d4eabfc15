// What the node refuses of the keys of an account, in words for people; only pages about them load this.

import { explain } from "./explain.js";
import { DraftStale, NotAnOwner } from "../protocol/owning.js";
import { say } from "./words.js";

const notGiven = () => say("This key may not pay for the account: it was never given, or it was taken away.");

const PROBLEMS = {
  delegate_terms_wrong: () => say("What it may pay at once can't be more than what it may pay in a day."),
  delegate_until_wrong: () => say("Choose a day after today, within ten years."),
  delegate_key_taken: () => say("That key pays from this account already, or it is your own. Every till needs one of its own."),
  delegate_unknown: notGiven,
  delegate_expired: () => say("The owner let this key pay until a day, and that day has come."),
  delegate_payment_cap: () => say("With its contribution that is more than this key may pay at once."),
  delegate_day_cap: () => say("With its contribution that is more than this key may still pay today. The day ends at midnight, universal time."),
  delegate_payee: () => say("The owner lets this key pay certain accounts only, and this is none of them."),
  draft_of_another: () => say("That is to be signed by the owners of another account."),
  owned_drafts_too_many: () => say("As much waits for the owners of this account as the node keeps. Sign or discard something first."),
  owned_draft_not_found: () => say("That waits no more: it was recorded, overtaken or discarded."),
  key_inadmissible: () => say("That is no key. Copy the 64 letters and digits that the till shows."),
};

export function explainOwning(error) {
  if (error instanceof NotAnOwner) return say("This wallet's key owns no part of the account.");
  if (error instanceof DraftStale) return say("Somebody has signed this who owns the account no more, or it is of another cooperative. Make it anew.");
  return explain(error, PROBLEMS);
}
