// Proposing a change of the charter at the desk: the frequent ones, in plain forms.
//
// What would be signed is shown in words, made from the very bytes, before it is signed. What the rules forbid the node
// refuses. All other changes are proposed with the program.

import { fromHex } from "../protocol/bytes.js";
import { CLEARING_LIMIT, QUARANTINE, READMISSION, STANDING, decodeContent, encodeContent } from "../protocol/proposals.js";
import { changeWords } from "./changes.js";
import { byId, make } from "./dom.js";
import { explain } from "./explain.js";
import { readAmount, say, showAmount, showNumber } from "./words.js";

// What is missing or wrong in the form, in words.
export class Incomplete extends Error {}

// Why a change is refused, by the code of the problem; the rest is said as everywhere.
const REFUSED = {
  charter_standing_wrong: () => say("That can't be changed of this cooperative now: only a member is put in quarantine, and only one in quarantine is readmitted."),
  charter_unchanged: () => say("That is so already."),
  charter_key_taken: () => say("A cooperative has or had that key already."),
  charter_quorum_impossible: () => say("Then too few members would be left to decide. Lower the quorum first, with the program."),
  charter_losses_wrong: () => say("The losses are others by now. Look it up again."),
};

export const whyNot = (error) => (error instanceof Incomplete ? error.message : REFUSED[error.code]?.() ?? explain(error));

const FIELDS = { [CLEARING_LIMIT]: ["limit"], [QUARANTINE]: [], [STANDING]: ["history"], [READMISSION]: ["key", "limit"] };
const HEAD_DIGITS = 16;

const chosen = () => ({ type: Number(byId("propose-type").value), coop: Number(byId("propose-coop").value) });
const nameOf = (coop) => byId("propose-coop").querySelector(`[value="${coop}"]`).dataset.name;

// Shows the fields of the change that is chosen. The histories of a log are the node's.
export async function showFields(session) {
  const { type, coop } = chosen();
  for (const field of ["limit", "key", "history"]) byId(`propose-${field}-field`).hidden = !FIELDS[type].includes(field);
  if (type !== STANDING) return;
  const { branches } = await session.get(`/v1/federation/branches/${nameOf(coop)}`);
  byId("propose-history").replaceChildren(...branches.map((branch, place) => historyOption(branch, place)));
}

function historyOption(branch, place) {
  const lost = branch.losses.reduce((sum, { amount }) => sum + amount, 0);
  const parts = [
    ...(branch.is_standing ? [say("counts now")] : []),
    ...(branch.gone_by.length > 0 ? [say("taken in by {names}", { names: branch.gone_by.join(", ") })] : []),
    say("the others lose {amount}", { amount: showAmount(lost) }),
    say("{head}… after entry {length}", { head: branch.head.slice(0, HEAD_DIGITS), length: showNumber(branch.length) }),
  ];
  const option = make("option", { value: String(place) }, parts.join(" · "));
  option.dataset.branch = JSON.stringify(branch);
  return option;
}

function readLimit() {
  const limit = readAmount(byId("propose-limit").value, { isZeroAllowed: true });
  if (typeof limit === "string") throw new Incomplete(limit);
  return limit;
}

function readKey() {
  const text = byId("propose-key").value.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Incomplete(say("A node's key has 64 digits, 0 to 9 and a to f."));
  return fromHex(text);
}

async function readChange(session) {
  const { type, coop } = chosen();
  if (type === CLEARING_LIMIT) return [type, coop, readLimit()];
  if (type === QUARANTINE) return [type, coop];
  if (type === STANDING) {
    const option = byId("propose-history").selectedOptions[0];
    if (option === undefined) throw new Incomplete(say("Choose a history."));
    const { length, head, losses } = JSON.parse(option.dataset.branch);
    const listed = losses.map(({ coop_number: loser, amount }) => [loser, amount]).sort(([one], [other]) => one - other);
    return [type, coop, length, fromHex(head), listed];
  }
  const key = readKey(), limit = readLimit();
  const { logs } = await session.get("/v1/logs");
  const { length, head } = logs.find((log) => log.coop_number === coop);
  return [type, coop, key, limit, length, fromHex(head)];
}

// `{content, words}` of the change in the form, for the charter that `before` describes. Throws `Incomplete`.
export async function readProposal(session, before) {
  const content = encodeContent({ base: before.base, change: await readChange(session) });
  return { content, words: changeWords(decodeContent(content).change, before) };
}
