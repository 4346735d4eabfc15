// What a change of the charter says, in people's words: the sentences of node/web/change_words.py.
//
// Each takes what was before, and the elements of the change after its type. Before: `coops`, of each coop by its number
// `{title, limit, standing, stewards, threshold}`; the quorums `witnesses` and `deciding`, and how many `chosen` to decide.

import { toHex } from "../protocol/bytes.js";
import {
  CLEARING_LIMIT, ENTRIES_PER_DAY, INDEX_TABLE, JOIN, LEAVE, NODE_KEY, QUARANTINE, QUORUMS, READMISSION,
  REDENOMINATION, STANDING, STEWARDS, TIME_FALL,
} from "../protocol/proposals.js";
import { say, showAmount, showDay, showNumber, showTime } from "./words.js";

const digits = (bytes) => toHex(bytes).slice(0, 16);
const title = (before, coop) => before.coops.get(coop)?.title ?? say("cooperative {number}", { number: coop });

const upTo = (limit) => say("All its members together may owe the others up to {amount}.", { amount: showAmount(limit) });
const hasKey = (key) => say("Its node has the key {key}.", { key: toHex(key) });

const stewards = (people, threshold) => say("Its stewards are {names}; signatures that each of their decisions needs: {count}.", {
  names: people.map(([name, key]) => `${name} (${digits(key)}…)`).join(", "), count: showNumber(threshold),
});

const stewardsBefore = (coop) => say("Before this change they were {names}, and {count} of them had to sign.", {
  names: coop.stewards.join(", "), count: showNumber(coop.threshold),
});

const METHODS = { 1: "cer", 2: "uf", 3: "survey", 4: "unit" };
const SURVEY = 3;
const UNIT = 4;
const WEEK = 7;
const definitionOf = (fields) => fields.map((field) => (field === null ? "-" : [field].flat().join(" "))).join(", ");
const dayOf = (day) => showDay(day * 86_400);
const exactly = (millionths) => `${Math.floor(millionths / 1_000_000)}.${String(millionths % 1_000_000).padStart(6, "0")}`;
const lossOf = (before, coop, losses) => (losses.length === 0 ? [] : [
  say("What {names} took in from another history, {amount} together, is charged to the common fund of {coop}.", {
    coop: title(before, coop), names: losses.map(([one]) => title(before, one)).join(", "),
    amount: showAmount(losses.reduce((sum, [, loss]) => sum + loss, 0)),
  }),
]);

function surveyWords(needed, lead, pace, period = WEEK) {
  return say("A survey every {period} days, of {needed} cooperatives at least; it sets values from {lead} days after its own on, at the pace of the last {pace} weeks.", { period, needed, lead, pace });
}

function indexWords(before, day, table, start) {
  if (table === null) return [say("From {day} on the unit follows no index of prices.", { day: dayOf(day) })];
  const [method, publishers, quorum, sourceQuorum, cap, , , source, more] = table;
  return [
    say("From {day} on the unit follows prices by the method {method}, from: {source}.", { day: dayOf(day), method: METHODS[method] ?? method, source }),
    say("Published by {names}; a value needs the signatures of {quorum} of them, a change of source those of {sourceQuorum}.", {
      names: publishers.map((coop) => title(before, coop)).join(", "), quorum, sourceQuorum,
    }),
    say("One step moves it by {cap} tenths of a percent at most.", { cap }),
    ...(method !== SURVEY || more === null ? [] : [surveyWords(...more)]),
    ...(method !== UNIT ? [] : [say("What a unit is worth is computed by the definition {definition}.", { definition: definitionOf(more) })]),
    ...(start === null ? [] : [say("A unit is worth {value} {currency} on that day.", { value: exactly(start[1]), currency: start[0] })]),
  ];
}

const SENTENCES = {
  [JOIN]: (before, number, name, joining, key, limit, threshold, people) => [
    say("{title} joins, under the name {name} and the number {number}.", { title: joining, name, number }),
    upTo(limit), stewards(people, threshold), hasKey(key),
  ],
  [LEAVE]: (before, coop) => [
    say("{coop} leaves the federation.", { coop: title(before, coop) }),
    say("Its log ends as soon as every balance in it is zero and it has nothing to give back."),
    say("What is on its way to it goes back to those who paid it."),
    say("It does not come back: a cooperative that has left can't be readmitted."),
  ],
  [STANDING]: (before, coop, length, head, losses) => [
    say("Of the log of {coop} that history stands whose head after entry {length} is {head}…", { coop: title(before, coop), length: showNumber(length), head: digits(head) }),
    ...lossOf(before, coop, losses),
  ],
  [INDEX_TABLE]: indexWords,
  [REDENOMINATION]: (before, day, numerator, denominator, currency) => [
    say("From {day} on prices are in {currency}.", { day: dayOf(day), currency }),
    say("{denominator} of the currency before are {numerator} of it. No balance changes.", { numerator: showNumber(numerator), denominator: showNumber(denominator) }),
  ],
  [TIME_FALL]: (before, coop, length, time) => [
    say("The time in the log of {coop} may fall once, after entry {length}, to {time} at the earliest.", { coop: title(before, coop), length: showNumber(length), time: showTime(time) }),
  ],
  [CLEARING_LIMIT]: (before, coop, limit) => [
    say("All members of {coop} together may owe the others up to {amount}.", { coop: title(before, coop), amount: showAmount(limit) }),
    ...(before.coops.has(coop) ? [say("Before this change: {amount}.", { amount: showAmount(before.coops.get(coop).limit) })] : []),
  ],
  [NODE_KEY]: (before, coop, key, length) => [
    say("The node of {coop} gets another key: {key}.", { coop: title(before, coop), key: toHex(key) }),
    say("It signs what comes after entry {length} of its log.", { length: showNumber(length) }),
  ],
  [QUARANTINE]: (before, coop) => [
    say("{coop} is put in quarantine.", { coop: title(before, coop) }),
    say("Nobody elsewhere pays it, it pays nobody elsewhere, and it decides nothing with the others."),
  ],
  [READMISSION]: (before, coop, key, limit, length, head) => [
    say("{coop} is readmitted.", { coop: title(before, coop) }), upTo(limit), hasKey(key),
    say("Its log goes on after entry {length}, where its head is {head}…", { length: showNumber(length), head: digits(head) }),
  ],
  [QUORUMS]: (before, witnesses, deciding) => [
    say("Decisions are signed by {count} cooperatives; before this change by {before}.", { count: showNumber(deciding), before: showNumber(before.deciding) }),
    say("What one takes in from another is witnessed by {count} others; before this change by {before}.", { count: showNumber(witnesses), before: showNumber(before.witnesses) }),
  ],
  [ENTRIES_PER_DAY]: (before, most) => [most === null
    ? say("A log may have as many entries in a day as come.")
    : say("A log may have {count} payments in a day, and as many other entries.", { count: showNumber(most) })],
  [STEWARDS]: (before, coop, threshold, people) => [
    say("{coop} gets other stewards.", { coop: title(before, coop) }), stewards(people, threshold),
    ...(before.coops.has(coop) ? [stewardsBefore(before.coops.get(coop))] : []),
  ],
};

// How many have to agree after a change that makes them more or fewer, or asks for more or fewer.
function agreeing(before, type, coop, deciding) {
  const members = [...before.coops.values()].filter(({ standing }) => standing === "member").length;
  const standing = before.coops.get(coop)?.standing;
  const comes = type === JOIN || (type === READMISSION && standing === "quarantined");
  const goes = (type === LEAVE || type === QUARANTINE) && standing === "member";
  const then = members + Number(comes) - Number(goes);
  const chosen = type === QUORUMS ? deciding : before.chosen;
  const needed = Math.min(Math.max(chosen, Math.floor(then / 2) + 1), then);
  return [
    ...(then === members ? [] : [say("From then on {count} of {members} cooperatives sign a decision; before this change {before} of {membersBefore}.", {
      count: showNumber(needed), members: showNumber(then), before: showNumber(before.deciding), membersBefore: showNumber(members),
    })]),
    ...(needed < then || (then === members && needed === before.deciding) ? [] : [
      say("Then none may be away: if a single node is lost together with its key, nothing can be decided any more, not even another key for it."),
    ]),
  ];
}

// The sentences, or null for a change that this page can't put into words: nobody should sign that here.
export function changeWords([type, ...elements], before) {
  const sentences = SENTENCES[type]?.(before, ...elements);
  return sentences === undefined ? null : [...sentences, ...agreeing(before, type, ...elements)];
}
