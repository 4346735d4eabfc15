// What members decide, and voting with the key of the wallet in this browser.
//
// The text of a proposal is shown once it is the one whose hash the log carries; what is signed is made here.

import { fromBase64url, fromHex, toBase64url, toHex } from "../protocol/bytes.js";
import { decode } from "../protocol/codec.js";
import { encodeTransaction, proposalHash } from "../protocol/messages.js";
import { passes } from "../protocol/tally.js";
import { ABSTAIN, NO, YES, signedVote } from "../protocol/voting.js";
import { Session, get, post } from "../parts/api.js";
import { byId, facts, make, notice, onAction } from "../parts/dom.js";
import { keepPages } from "../parts/keeping.js";
import { explainVote } from "../parts/explain_votes.js";
import { mark } from "../parts/receipt.js";
import { openStore } from "../parts/opened.js";
import { actionWords } from "../parts/voting_words.js";
import { setUpDemand } from "./votes_demand.js";
import { say, showDay, showTime } from "../parts/words.js";

const PAGE = 20;
const CHOICES = { yes: YES, no: NO, abstain: ABSTAIN };

const store = await openStore();
const wallet = await store.wallet();

async function start() {
  const { account, privateKey, federation, coop } = wallet;
  const session = new Session({ role: "member", number: account, privateKey, federation, coop });
  const page = { session, before: null };
  onAction(byId("earlier"), () => load(page));
  await load(page);
  await showOffice();
  if (page.terms === undefined) return;
  const opened = async (said) => {
    page.before = null;
    await load(page, said);
    scrollTo(0, 0);
  };
  setUpDemand({ session, wallet, demanded: page.terms.demanded, opened });
}

async function load(page, said = "") {
  const isFirst = page.before === null;
  try {
    const query = isFirst ? "" : `&before=${page.before}`;
    const { proposals, next, terms } = await page.session.get(`/v1/proposals?limit=${PAGE}${query}`);
    const items = await Promise.all(proposals.map((proposal) => card(page, proposal)));
    const isOpen = (place) => proposals[place].outcome === "open";
    const open = items.filter((_, place) => isOpen(place)), decided = items.filter((_, place) => !isOpen(place));
    if (isFirst) {
      byId("open").replaceChildren(...open);
      byId("decided").replaceChildren(...decided);
      page.terms = terms;
      byId("demand").textContent = demandWords(terms);
    } else {
      byId("open").append(...open);
      byId("decided").append(...decided);
    }
    byId("none-open").hidden = byId("open").children.length > 0;
    byId("none-decided").hidden = byId("decided").children.length > 0;
    byId("earlier").hidden = next === null;
    page.before = next;
    byId("votes").hidden = false;
    notice(said, { isGood: said !== "" });
  } catch (error) {
    notice(explainVote(error));
  }
}

const demandWords = ({ demanded }) =>
  say("Members can open a vote without the stewards, also against what these have decided. Signatures needed: {count}.", { count: demanded });

async function card(page, proposal) {
  const words = actionWords(decode(fromBase64url(proposal.action)), { who: names(proposal), place: (place) => `#${place}` });
  const item = make("li", { class: "card" }, make("h3", {}, `${proposal.number}. ${words}`));
  item.append(make("dl", { class: "facts" }, ...facts(rows(proposal))));
  const error = make("p", { class: "error", role: "alert" });
  const more = make("details", {}, make("summary", {}, say("The text, and who has said what")));
  more.addEventListener("toggle", () => { if (more.open && more.children.length === 1) fill(page, proposal, more, error); });
  item.append(more, error);
  if (proposal.open && proposal.mine?.on_roll) item.append(ballot(page, proposal, error));
  return item;
}

function names({ about, named }) {
  const known = new Map([...about, ...named].map(({ account, handle }) => [account, `${handle}@${document.body.dataset.coop}`]));
  return (account) => known.get(account) ?? `#${account}`;
}

function rows(proposal) {
  const { counts, roll, quorum, mine } = proposal;
  const pairs = [[say("State"), stateWords(proposal)]];
  pairs.push([say("Votes"), say("{yes} yes, {no} no, {abstain} abstaining; {roll} on the roll", { ...counts, roll })]);
  if (proposal.outcome === "open") {
    pairs.push([say("First close"), say("{time}, if {count} have voted", { time: showTime(proposal.first), count: quorum })]);
    pairs.push([say("Second close"), showTime(proposal.second)]);
  }
  const standing = standingWords(proposal);
  if (standing !== "") pairs.push([say("By the count of this page"), standing]);
  if (proposal.special) pairs.push([say("Majority"), say("the special one of the bylaws")]);
  if (proposal.moved) pairs.push([say("Later"), say("a late vote turned the outcome, so it closes later")]);
  if (proposal.about.length > 0) pairs.push([say("Can't vote about it"), proposal.about.map(({ handle }) => handle).join(", ")]);
  if (mine !== null && !mine.on_roll) pairs.push([say("You"), say("are not on the roll for this")]);
  else if (mine?.choice) pairs.push([say("You"), saidWords(mine.choice)]);
  return pairs;
}

// The page counts by the rules of the bylaws itself: what the books would carry out with these votes.
function standingWords({ outcome, ballot, result, roll, first, second, second_call: isSecond, moved: hasMoved, counts, rules }) {
  if (ballot !== null && result === null) return "";
  const { first_quorum: firstQuorum, second_quorum: secondQuorum, late_window: lateWindow, extension, ...majority } = rules;
  const isPassing = passes({
    roll, first, second, isSecond, hasMoved, counts, rules: { firstQuorum, secondQuorum, lateWindow, extension, ...majority },
  });
  if (outcome === "open") return isPassing ? say("it would pass as it stands") : say("it would not pass as it stands");
  const isAsTold = isPassing === (outcome !== "rejected");
  return isAsTold ? "" : say("not what this node says: look at the books with the program, fiado audit");
}

const saidWords = (choice) => ({
  yes: () => say("said yes"), no: () => say("said no"), abstain: () => say("abstain"),
})[choice]();

function stateWords({ outcome, open, ballot, closes }) {
  if (outcome === "rejected") return say("rejected");
  if (outcome === "enacted") return say("passed and carried out");
  if (outcome === "impossible") return say("passed, but it could not be carried out");
  if (ballot !== null) return say("secret, held with another program");
  return open ? say("open until {time}", { time: showTime(closes) }) : say("closed; it is being counted");
}

async function fill(page, { number }, more, error) {
  try {
    const { text, text_hash: hash, stewards, members } = await page.session.get(`/v1/proposals/${number}`);
    more.append(...(await textOf(text, hash)));
    const by = stewards.length > 0 ? stewards : members.map(({ handle }) => handle);
    more.append(make("p", { class: "small" }, say("Opened by {names}.", { names: by.join(", ") })));
    const votes = await allVotes(page, number);
    const last = new Map(votes.map((vote) => [vote.account, vote]));
    more.append(make("ul", {}, ...[...last.values()].map(({ handle, choice }) => make("li", {}, `${handle}: ${choiceOf(choice)}`))));
  } catch (problem) {
    error.textContent = explainVote(problem);
  }
}

const choiceOf = (choice) => ({ yes: () => say("yes"), no: () => say("no"), abstain: () => say("abstain") })[choice]();

async function textOf(text, hash) {
  if (text === null) return [mark(false, say("This node does not have the text. Ask who proposed it before you vote."))];
  const found = toHex(await proposalHash({ salt: fromHex(text.salt), text: text.text }));
  if (found !== hash) return [mark(false, say("The text shown is not the one that is voted about."))];
  return text.text.split(/\n+/).map((line) => make("p", {}, line));
}

async function allVotes(page, number) {
  const found = [];
  for (let after = 0; after !== null;) {
    const { votes, next } = await page.session.get(`/v1/proposals/${number}/votes?after=${after}`);
    found.push(...votes);
    after = next;
  }
  return found;
}

function ballot(page, proposal, error) {
  const labels = { yes: say("Yes"), no: say("No"), abstain: say("Abstain") };
  const buttons = Object.entries(labels).filter(([choice]) => choice !== proposal.mine.choice).map(([choice, label]) => {
    const button = make("button", { type: "button", class: choice === "yes" ? "primary" : "", "data-choice": choice }, label);
    onAction(button, async () => {
      try {
        await cast(proposal, choice);
        page.before = null;
        await load(page, say("Recorded: about proposal {number} you say {choice}.", { number: proposal.number, choice: choiceOf(choice) }));
      } catch (problem) {
        error.textContent = explainVote(problem);
      }
    });
    return button;
  });
  return make("div", { class: "actions" }, ...buttons);
}

async function cast({ number, mine }, choice) {
  const { account, privateKey, federation, coop } = wallet;
  const vote = await signedVote({ federation, coop }, privateKey, {
    account, proposal: number, sequence: mine.sequence + 1, choice: CHOICES[choice],
  });
  await post("/v1/votes", { transaction: toBase64url(encodeTransaction(vote)) });
}

async function showOffice() {
  const { stewards } = await get("/v1/stewards");
  byId("office").replaceChildren(...stewards.map(({ name, until, is_over: isOver }) => {
    const item = make("li", {}, name);
    if (until !== null) item.append(" · ", say("until {day}", { day: showDay(until) }));
    if (isOver) item.append(" ", say("The term is over: an election is due."));
    return item;
  }));
}

keepPages();
if (wallet?.account === undefined) byId("no-wallet").hidden = false;
else await start();
