// What the node refuses of proposals and votes, in words for people; only pages with votes load this.

import { make, onAction } from "./dom.js";
import { explain } from "./explain.js";
import { say } from "./words.js";

const PROBLEMS = {
  proposal_number_wrong: () => say("Another proposal was opened meanwhile. Make yours again."),
  proposals_too_many: () => say("Who opens this vote has too many open already. Wait until one has closed, or let others open it."),
  proposal_dates_wrong: () => say("The bylaws don't let a vote close then. Choose later days."),
  proposal_about_wrong: () => say("The proposal doesn't name those whose own matter it is. Make it again."),
  demand_too_small: () => say("Too few members have signed it so far."),
  appeal_late: () => say("The stewards decided this too long ago for an appeal. Ask them to decide anew: then you can appeal again."),
  not_on_roll: () => say("You can't vote about this: you joined after the vote had opened, or it is about you."),
  proposal_unknown: () => say("There is no such proposal."),
  ballot_elsewhere: () => say("This vote is secret, and held with another program. Its text says how to vote."),
  vote_late: () => say("Too late: this vote has closed."),
  vote_repeated: () => say("Your vote was recorded already. Look again before you change it."),
  vote_sequence_gap: () => say("Something of your earlier votes is missing here. Look again, then vote."),
  vote_unchanged: () => say("You have said that already."),
  count_wrong: () => say("That is not the count of the votes."),
  proposal_enacted: () => say("This vote is over and counted."),
  attestation_out_of_place: () => say("No result is awaited for this proposal."),
  election_impossible: () => say("Too few people for so many signatures, or for the bylaws."),
  term_of_office_wrong: () => say("The bylaws don't let a term of office end then."),
  place_not_in_office: () => say("Nobody is a steward at that place."),
  recovery_unknown: () => say("That recovery is over."),
  recovery_undisputed: () => say("Nobody has objected, so the new key needs no vote."),
  enactment_early: () => say("The vote has not closed yet."),
};

export const explainVote = (error) => explain(error, PROBLEMS);

// A button that says in `error` why its action did not succeed; `done` gets what the action gave.
export function actionButton(cls, text, error, action, done) {
  const element = make("button", { type: "button", class: cls }, text);
  onAction(element, async () => {
    try {
      await done(await action());
    } catch (problem) {
      error.textContent = explainVote(problem);
    }
  });
  return element;
}
