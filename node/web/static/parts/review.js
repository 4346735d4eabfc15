// A review of an account in sentences, each with its arithmetic: the very sentences of the program.
//
// tests/vectors/review.json has them for both. Nothing is summed up to a judgement.

import { make } from "./dom.js";
import { say, showAmount, showDay } from "./words.js";

const HOUR = 3_600, DAY = 86_400;
const PART = "  "; // in front of a line that belongs to the one before

// A duration in whole days and hours.
export function durationWords(seconds) {
  const days = Math.floor(seconds / DAY), hours = Math.floor((seconds % DAY) / HOUR);
  if (days === 0) return say("{hours} h", { hours });
  return hours > 0 ? say("{days} d {hours} h", { days, hours }) : say("{days} d", { days });
}

export function reviewLines(review) {
  const { time, since, complete, sold, bought, came_back: back, last_sale: last } = review;
  const lines = [say("Counted are the payments of the last {time}.", { time: durationWords(time - since) })];
  if (!complete) lines.push(say("There were more in a year than are counted here."));
  lines.push(...tradeLines(say("Sold"), sold), ...tradeLines(say("Bought"), bought));
  if (back.count > 0) lines.push(say("Of what was bought, came back: {count} payments, {amount}.", { count: back.count, amount: showAmount(back.amount) }));
  lines.push(last === null ? say("No sale in that time.") : say("Last sale: {time} ago.", { time: durationWords(time - last) }));
  return [...lines, ...debtLines(review), ...guaranteeLines(review)];
}

function tradeLines(title, { count, amount, partners, largest, others }) {
  if (count === 0) return [say("{title}: nothing.", { title })];
  const total = showAmount(amount);
  const lines = [say("{title}: {count} payments, {total} together, partners: {partners}.", { title, count, total, partners })];
  for (const { other, permille, amount: part, count: times } of largest) {
    const who = other === null ? say("somebody") : `${other.handle ?? `#${other.account}`}@${other.coop}`;
    const share = `${Math.floor(permille / 10)}.${permille % 10} %`;
    lines.push(PART + say("{who}: {amount} of {total}, {share}, payments: {count}.", { who, amount: showAmount(part), total, share, count: times }));
  }
  if (others > 0) lines.push(PART + say("all others: {amount} of {total}.", { amount: showAmount(others), total }));
  return lines;
}

function debtLines({ time, in_debt: times, debt }) {
  const lines = [];
  if (times === null) lines.push(say("How long it was in debt is not told: the node still reads its books, or it is too old by law."));
  else {
    const of = durationWords(times.of_seconds);
    const parts = times.stretches.map(({ seconds }) => durationWords(seconds)).join(" + ");
    lines.push(parts === "" ? say("Never in debt in the last {time}.", { time: of })
      : say("In debt for {parts} = {sum} of the last {time}.", { parts, sum: durationWords(times.seconds), time: of }));
  }
  if (debt !== null) {
    const term = durationWords(debt.long_at - debt.since), lasts = durationWords(time - debt.since);
    lines.push(say("Owes {amount} now, below zero for {time}; by the bylaws a debt is long after {term}.", { amount: showAmount(debt.owed), time: lasts, term }));
    if (debt.is_long) lines.push(say("It is long. Nothing follows from that by itself: people decide."));
  }
  return lines;
}

const nameOf = ({ handle, account }) => handle ?? `#${account}`;

function guaranteeLines({ answers_for: answersFor, answered_by: answeredBy, pledged }) {
  const lines = answersFor.map((each) => say("Answers for {who} up to {amount}.", { who: nameOf(each), amount: showAmount(each.cap) }));
  if (lines.length > 0) lines.push(say("Pledged in all: {amount}.", { amount: showAmount(pledged) }));
  return [...lines, ...answeredBy.map((each) => say("{who} answers for this account up to {amount}.", { who: nameOf(each), amount: showAmount(each.cap) }))];
}

// The sentences as a list.
export const reviewList = (review) =>
  reviewLines(review).map((line) => make("li", line.startsWith(PART) ? { class: "part" } : {}, line.trim()));

// The debts that are longer than the bylaws' term, as a list by account number.
export function debtList({ debts, time }) {
  return debts.map(({ handle, owed, since }) => make("li", {}, say("{name} owes {amount}, below zero since {day}, for {time}.", {
    name: handle, amount: showAmount(owed), day: showDay(since), time: durationWords(time - since),
  })));
}
