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
  key_inadmissible: () => say("That is no key. Copy the 64 letters and digits that the till shows."),
};

export function explainOwning(error) {
  if (error instanceof NotAnOwner) return say("This wallet's key owns no part of the account.");
  if (error instanceof DraftStale) return say("Somebody has signed this who owns the account no more, or it is of another cooperative. Make it anew.");
  return explain(error, PROBLEMS);
}
