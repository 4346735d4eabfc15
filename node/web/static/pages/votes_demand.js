// The part of the page of votes in which members demand a vote without the stewards.

import { toBase64url } from "../protocol/bytes.js";
import { encodeTransaction } from "../protocol/messages.js";
import { post } from "../parts/api.js";
import { DemandError, merged, readDemand, renderDemand, signedBy } from "../parts/demanding.js";
import { byId, facts, make, onAction } from "../parts/dom.js";
import { explainVote } from "../parts/explain_votes.js";
import { VoteFormError, draftProposal } from "../parts/opening.js";
import { setUpVoteFields, showVoteFields, typedVote } from "../parts/vote_form.js";
import { actionWords, detailsOfProposal } from "../parts/voting_words.js";
import { say } from "../parts/words.js";

// `opened(said)` is called once a vote is open.
export function setUpDemand({ session, wallet, demanded, opened }) {
  const page = { session, wallet, demanded, opened, demand: null };
  setUpVoteFields();
  onAction(byId("vote-form"), () => attempt(async () => {
    const { proposal, reason } = await draftProposal(session, document.body.dataset.coop, typedVote());
    await show(page, { proposal, reason });
  }));
  byId("demand-file").addEventListener("change", () => attempt(async () => {
    const [file] = byId("demand-file").files;
    if (file === undefined) return;
    await show(page, merged(page.demand, await readDemand(await file.text(), wallet)));
  }));
  onAction(byId("demand-sign"), () => attempt(async () => show(page, await signedBy(page.demand, wallet))));
  onAction(byId("demand-submit"), () => attempt(() => submit(page)));
}

async function attempt(action) {
  byId("vote-error").textContent = "";
  try {
    await action();
  } catch (error) {
    const isOurs = error instanceof VoteFormError || error instanceof DemandError;
    byId("vote-error").textContent = isOurs ? error.message : explainVote(error);
  }
}

// What would be signed, in words made from the very bytes; and the file, once somebody has signed.
async function show(page, demand) {
  page.demand = demand;
  const { proposal, reason } = demand;
  const names = await namesOf(page, proposal);
  const count = proposal.members.length;
  const isMine = proposal.members.some(([account]) => account === page.wallet.account);
  byId("demand-words").replaceChildren(
    make("h3", {}, actionWords(proposal.action, names)),
    make("dl", { class: "facts" }, ...facts(detailsOfProposal(proposal, names))),
    ...reason.text.split(/\n+/).map((line) => make("p", {}, line)),
    make("p", { class: "small" }, say("Signed by {count} members. Signatures needed: {needed}.", { count, needed: page.demanded })),
  );
  byId("demanded").hidden = false;
  byId("demand-sign").hidden = isMine;
  byId("demand-submit").hidden = count === 0;
  byId("demand-pass").hidden = count === 0;
  if (count > 0) {
    const file = new Blob([renderDemand(demand, page.wallet)], { type: "application/json" });
    byId("demand-save").href = URL.createObjectURL(file);
  }
}

// How people call the accounts and stewards that it names.
async function namesOf({ session }, { action, about }) {
  const coop = document.body.dataset.coop;
  const { stewards } = await session.get("/v1/stewards");
  const seats = action[0] === 2 ? action[1].map(([account]) => account) : [];
  const known = new Map(await Promise.all([...new Set([...about, ...seats])].map(async (account) => {
    const { handle } = await session.get(`/v1/accounts/${coop}/${account}`);
    return [account, `${handle}@${coop}`];
  })));
  return {
    who: (account) => known.get(account) ?? `#${account}`,
    place: (place) => stewards.find((each) => each.place === place)?.name ?? `#${place}`,
  };
}

async function submit({ demand, opened }) {
  const { proposal, reason } = demand;
  await post("/v1/transactions", { transaction: toBase64url(encodeTransaction(proposal)), reason });
  byId("vote-form").reset();
  showVoteFields();
  byId("demanded").hidden = true;
  await opened(say("The vote is open."));
}
