// Opening a vote: what a form describes becomes the proposal that stewards, or members, sign with its text.

import { toBase64url, toHex } from "../protocol/bytes.js";
import { PROPOSE, encodeTransaction, entryMessage, proposalHash } from "../protocol/messages.js";
import { sign } from "../protocol/signing.js";
import { readAmount, say } from "./words.js";

const SALT_BYTES = 16;
const DAY_S = 86_400;
const TIME_TO_SIGN_S = 3 * DAY_S; // so that others have time to sign it
const RESOLVE = 0, ELECT = 2, RECALL = 3, LIMIT = 4, STATUS = 5, SPEND = 6, EXPEL = 7, LEVY = 9;

export class VoteFormError extends Error {}

// Lays a proposal before the other stewards; `form` has what was typed, by the fields of vote_fields.html.
export async function openVote({ session, key, number }, here, coop, form) {
  const { proposal, reason } = await draftProposal(session, coop, form);
  proposal.stewards = [[number, await sign(key.privateKey, entryMessage(here, proposal))]];
  return session.post("/v1/drafts", { transaction: toBase64url(encodeTransaction(proposal)), reason });
}

// The proposal that nobody has signed yet, its text as the node takes it, and the terms of the bylaws.
export async function draftProposal(session, coop, form) {
  if (form.text === "") throw new VoteFormError(say("Say in words what is voted about; members read it before they vote."));
  const { terms } = await session.get("/v1/proposals?limit=1");
  const { action, about } = await actionOf(session, coop, form);
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  // Short terms are for trying things out: whoever has them will not wait for days.
  const spare = terms.notice < DAY_S ? Math.min(60, terms.notice) : TIME_TO_SIGN_S;
  // Who is to be expelled is heard first, for as long as the bylaws say.
  const notice = action[0] === EXPEL ? Math.max(terms.notice, terms.hearing) : terms.notice;
  const first = terms.time + notice + spare;
  const proposal = {
    kind: PROPOSE, number: terms.next, action, text: await proposalHash({ salt, text: form.text }), ballot: null, about,
    first, second: first + terms.second_call, stewards: [], members: [],
  };
  return { proposal, terms, reason: { salt: toHex(salt), text: form.text } };
}

async function actionOf(session, coop, form) {
  switch (form.kind) {
    case "elect": return { action: await electionOf(session, coop, form), about: [] };
    case "recall": return recallOf(session, form);
    case "limit": return aboutMember(await memberOf(session, coop, form), limitOf(form));
    case "freeze": return aboutMember(await memberOf(session, coop, form), [STATUS, 1]);
    case "thaw": return aboutMember(await memberOf(session, coop, form), [STATUS, 0]);
    case "expel": return aboutMember(await memberOf(session, coop, form), [EXPEL, null]);
    case "spend": return aboutMember(await memberOf(session, coop, form), [SPEND, amountOf(form.amount)]);
    case "levy": return { action: levyOf(form), about: [] };
    default: return { action: [RESOLVE, form.kind === "special" ? 1 : 0], about: [] };
  }
}

// Whose own matter it is does not vote about it.
const aboutMember = (account, [type, ...rest]) => ({ action: [type, account, ...rest], about: [account] });

const accountOf = async (session, coop, name) =>
  (await session.get(`/v1/accounts/${coop}/@${encodeURIComponent(name.toLowerCase().split("@")[0])}`)).account;

function memberOf(session, coop, { member }) {
  if (member === "") throw new VoteFormError(say("Say whose account it is about."));
  return accountOf(session, coop, member);
}

async function electionOf(session, coop, { names, until, threshold }) {
  const wanted = namesIn(names);
  if (wanted.length === 0) throw new VoteFormError(say("Name those who are to be stewards."));
  const end = beginOf(until);
  if (end === null) throw new VoteFormError(say("Say until which day they are elected."));
  const accounts = await Promise.all(wanted.map((name) => accountOf(session, coop, name)));
  const seats = [...new Set(accounts)].sort((one, other) => one - other).map((account) => [account, end]);
  return [ELECT, seats, Number(threshold)];
}

async function recallOf(session, { names }) {
  const { stewards } = await session.get("/v1/stewards");
  const wanted = namesIn(names);
  if (wanted.length === 0) throw new VoteFormError(say("Name the stewards who are to leave office."));
  const leaving = wanted.map((name) => {
    const found = stewards.find((each) => each.name.toLowerCase() === name || `#${each.place}` === name);
    if (found === undefined) throw new VoteFormError(say("{name} is not in office.", { name }));
    return found;
  });
  const rising = (numbers) => [...new Set(numbers)].sort((one, other) => one - other);
  return {
    action: [RECALL, rising(leaving.map(({ place }) => place))],
    about: rising(leaving.map(({ account }) => account).filter((account) => account !== null)),
  };
}

// Several names, apart by commas, or by lines: names of the charter's stewards may have spaces.
const namesIn = (text) => text.toLowerCase().split(/[,;\n]+/).map((name) => name.trim()).filter((name) => name !== "");

function limitOf({ amount, end, after }) {
  const limit = amountOf(amount, { isZeroAllowed: true });
  if (end === "") return [LIMIT, limit, 0, null, null];
  const until = beginOf(end);
  if (until === null) throw new VoteFormError(say("That day can't be read."));
  // Until the end of that day, where the person is.
  return [LIMIT, limit, 0, until + DAY_S, amountOf(after, { isZeroAllowed: true })];
}

function amountOf(text, options) {
  const amount = readAmount(text, options);
  if (typeof amount === "string") throw new VoteFormError(amount);
  return amount;
}

const levyOf = ({ have, owe }) => [LEVY, millionths(have), millionths(owe)];

// A percentage with at most four decimals, in millionths; nothing is 0.
function millionths(text) {
  const [, whole, decimals = ""] = /^(\d{1,3})(?:[.,](\d{1,4}))?$/.exec(text.replace(/\s*%$/, "") || "0") ?? [];
  if (whole === undefined) throw new VoteFormError(say("Write a percentage such as 1.5."));
  return Number(whole) * 10_000 + Number(decimals.padEnd(4, "0"));
}

function beginOf(day) {
  const seconds = Math.floor(new Date(`${day}T00:00`).getTime() / 1000);
  return Number.isSafeInteger(seconds) ? seconds : null;
}
