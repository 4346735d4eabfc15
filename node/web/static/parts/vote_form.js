// The fields of vote_fields.html: which of them what is chosen needs, and what was typed.

import { byId } from "./dom.js";

const FIELDS = ["names", "until", "threshold", "member", "amount", "end", "after", "have", "owe"];
const GROUPS = {
  elect: ["names", "elect"], recall: ["names"], limit: ["member", "amount", "limit"], freeze: ["member"], thaw: ["member"], expel: ["member"],
  spend: ["member", "amount"], levy: ["levy"],
};

export function typedVote() {
  const value = (name) => byId(`vote-${name}`).value.trim();
  return Object.fromEntries(["kind", "text", ...FIELDS].map((name) => [name, value(name)]));
}

// Shows what the chosen kind needs.
export function showVoteFields() {
  const shown = GROUPS[byId("vote-kind").value] ?? [];
  for (const group of document.querySelectorAll("[data-vote-fields]")) {
    group.hidden = !shown.includes(group.dataset.voteFields);
  }
}

export function setUpVoteFields() {
  byId("vote-kind").addEventListener("change", showVoteFields);
  showVoteFields();
}
