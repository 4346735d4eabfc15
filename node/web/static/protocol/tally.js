// How votes are counted, and whether a proposal is decided: PROTOCOL sections 13.3 to 13.5. Pure.
//
// `tests/vectors/tally.json` holds the same as examples, made by the ledger's own count. A vote is an object
// {roll, first, second, rules, counts, isSecond, hasMoved} as the row of a proposal has it; times in Unix seconds.

import { ABSTAIN, NO, YES } from "./voting.js";

const COUNTED = { [NO]: "no", [YES]: "yes", [ABSTAIN]: "abstain" };
const NOBODY = { yes: 0, no: 0, abstain: 0 };

// A vote that opens, by the rules of the bylaws of that moment.
export const openedVote = ({ roll, first, second, rules }) =>
  ({ roll, first, second, rules, counts: NOBODY, isSecond: false, hasMoved: false });

const participants = ({ yes, no, abstain }) => yes + no + abstain;

export function hasMajority({ yes, no }, { numerator, denominator }) {
  if (numerator === 0) return yes > no;
  return yes > 0 && yes * denominator >= numerator * (yes + no);
}

// When it closes, as far as is known from the votes so far.
export function closesAt({ roll, first, second, rules, counts, isSecond }) {
  const hasQuorum = participants(counts) * 1000 > roll * rules.firstQuorum;
  return isSecond || !hasQuorum ? second : first;
}

// Whether it is decided, were it closed with these counts.
export function passes(vote) {
  if (closesAt(vote) === vote.second && participants(vote.counts) < vote.rules.secondQuorum) return false;
  return hasMajority(vote.counts, vote.rules);
}

// The vote after somebody, who had said `before` (null: nothing), says `after` at `time`.
export function withVote(vote, { before, after, time }) {
  const isSecond = vote.isSecond || time >= vote.first;
  const counts = { ...vote.counts };
  if (before !== null) counts[COUNTED[before]] -= 1;
  counts[COUNTED[after]] += 1;
  const { lateWindow, extension } = vote.rules;
  const isTurned = hasMajority(counts, vote.rules) !== hasMajority(vote.counts, vote.rules);
  const close = isSecond ? vote.second : vote.first;
  const voted = { ...vote, counts, isSecond };
  if (vote.hasMoved || !isTurned || time < close - lateWindow) return voted;
  return { ...voted, first: isSecond ? vote.first : vote.first + extension, second: vote.second + extension, hasMoved: true };
}
