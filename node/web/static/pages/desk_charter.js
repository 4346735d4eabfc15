// What the desk shows of the charter: what the cooperative could stand for as its next change, and proposing one.

import { byId, make, notice, onAction } from "../parts/dom.js";
import { endorse, readProposals } from "../parts/endorsing.js";
import { actionButton, explainVote as explain } from "../parts/explain_votes.js";
import { readProposal, showFields, whyNot } from "../parts/proposing.js";
import { mark } from "../parts/receipt.js";
import { say } from "../parts/words.js";

let desk, here;

// `of` has the steward's key, number and session; `at` {federation, coop}.
export function setUpCharter(of, at) {
  desk = of;
  here = at;
  onAction(byId("propose-form"), showProposed);
  onAction(byId("proposed-sign"), signProposed);
  byId("propose-form").addEventListener("input", forgetProposal);
  byId("propose-type").addEventListener("change", showFieldsAgain);
  byId("propose-coop").addEventListener("change", showFieldsAgain);
}

export async function loadCharter(said = "") {
  try {
    const found = await readProposals(desk.session, { steward: desk.number });
    byId("charter").replaceChildren(...found.proposals.map((proposal) => showProposal(found, proposal)));
    byId("charter-empty").hidden = found.proposals.length > 0;
    if (said) notice(said, { isGood: true });
  } catch (error) {
    notice(explain(error));
  }
}

function showProposal(found, proposal) {
  const { words, request } = proposal;
  const item = make("li", { class: "card" });
  if (words === null) {
    item.append(mark(false, say("A change that this page can't show in words. Use the program: fiado federation show.")));
    return item;
  }
  item.append(make("h3", {}, words[0]), ...words.slice(1).map((sentence) => make("p", {}, sentence)));
  if (request !== null) {
    item.append(make("p", { class: "small" }, say("The whole key of its node:"), " ", make("code", { class: "long" }, request.node_key)));
    item.append(make("p", { class: "small" }, say("Anybody can ask. Stewards who know these people make sure that the key is theirs before they endorse it.")));
  }
  item.append(make("p", { class: "small" }, standingOf(found, proposal)));
  const error = make("p", { class: "error", role: "alert" });
  if (proposal.isEndorsed) item.append(mark(true, say("Your cooperative stands for this.")));
  else if (proposal.isMine) item.append(mark(true, say("You have signed this.")));
  if (!proposal.isMine && !proposal.isEndorsed) {
    const sure = actionButton("primary", say("Stand for it"), error, () => standFor(found.version, proposal), loadCharter);
    item.append(make("div", { class: "actions" }, sure), error);
  }
  return item;
}

function standingOf({ needed }, { for: coops, stewards }) {
  const lines = [];
  if (stewards.length > 0) lines.push(say("Signed by {names}.", { names: stewards.join(", ") }));
  if (coops.length > 0) lines.push(say("For it: {names}. Cooperatives that have to stand for it: {needed}.", { names: coops.join(", "), needed }));
  else lines.push(say("No cooperative has stood for it yet."));
  return lines.join(" ");
}

async function standFor(version, { content, words }) {
  const answer = await endorse(desk.session, { key: desk.key, steward: desk.number, here, version, content });
  return answer.signed
    ? say("Your cooperative stands for it: {what}", { what: words[0] })
    : say("Signed by {names}. Signatures needed: {needed}.", { names: answer.signed_by.join(", "), needed: answer.needed });
}

// --- proposing a change of the charter ---

// What was shown and may be signed now; null while the form says something else.
let proposed = null;

async function showFieldsAgain() {
  forgetProposal();
  try {
    await showFields(desk.session);
  } catch (error) {
    byId("propose-error").textContent = explain(error);
  }
}

function forgetProposal() {
  proposed = null;
  byId("proposed").hidden = true;
  byId("propose-error").textContent = "";
}

async function showProposed() {
  forgetProposal();
  try {
    const { version, before } = await readProposals(desk.session, { steward: desk.number });
    const proposal = await readProposal(desk.session, before);
    proposed = { version, ...proposal };
    byId("proposed-words").replaceChildren(...proposal.words.map((sentence) => make("p", {}, sentence)));
    byId("proposed").hidden = false;
  } catch (error) {
    byId("propose-error").textContent = whyNot(error);
  }
}

async function signProposed() {
  if (proposed === null) return;
  try {
    const said = await standFor(proposed.version, proposed);
    byId("propose-form").reset();
    await showFieldsAgain();
    await loadCharter(said);
    byId("charter-title").scrollIntoView();
  } catch (error) {
    byId("propose-error").textContent = whyNot(error);
  }
}
