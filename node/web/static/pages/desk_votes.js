// The desk's form that opens a vote.

import { byId, onAction } from "../parts/dom.js";
import { explainVote as explain } from "../parts/explain_votes.js";
import { VoteFormError, openVote } from "../parts/opening.js";
import { setUpVoteFields, showVoteFields, typedVote } from "../parts/vote_form.js";
import { say } from "../parts/words.js";

// `opened(said)` is called once one is at the desk.
export function setUpVoteForm(desk, here, coop, opened) {
  setUpVoteFields();
  onAction(byId("vote-form"), async () => {
    try {
      const { state } = await openVote(desk, here, coop, typedVote());
      byId("vote-form").reset();
      showVoteFields();
      byId("vote-error").textContent = "";
      await opened(state === "recorded" ? say("The vote is open.") : "");
    } catch (error) {
      byId("vote-error").textContent = error instanceof VoteFormError ? error.message : explain(error);
    }
  });
}
