// The desk's form that opens a vote.

import { byId, onAction } from "../parts/dom.js";
import { explainVote as explain } from "../parts/explain_votes.js";
import { VoteFormError, openVote } from "../parts/opening.js";
import { say } from "../parts/words.js";

// `opened(said)` is called once one is at the desk.
export function setUpVoteForm(desk, here, coop, opened) {
  onAction(byId("vote-form"), async () => {
    const value = (name) => byId(`vote-${name}`).value.trim();
    const form = { kind: value("kind"), text: value("text"), names: value("names"), until: value("until"), threshold: value("threshold") };
    try {
      const { state } = await openVote(desk, here, coop, form);
      byId("vote-form").reset();
      showFields();
      byId("vote-error").textContent = "";
      await opened(state === "recorded" ? say("The vote is open.") : "");
    } catch (error) {
      byId("vote-error").textContent = error instanceof VoteFormError ? error.message : explain(error);
    }
  });
  byId("vote-kind").addEventListener("change", showFields);
}

function showFields() {
  byId("vote-elect").hidden = byId("vote-kind").value !== "elect";
}
