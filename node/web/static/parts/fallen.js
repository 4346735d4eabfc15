// A member's payments in a history of a log that does not stand.

import { make } from "./dom.js";
import { otherName } from "./history.js";
import { say, showAmount, showTime } from "./words.js";

const FOR_PAYER = { undone: () => say("undone: you have it") };
const FOR_PAYEE = {
  undone: () => say("undone: you were not paid"),
  kept: () => say("you keep it"),
  commons: () => say("your cooperative keeps it: your account had closed"),
};
const elsewhere = () => say("kept where it was taken in, and you have it too");

function outcome({ outcome: key, stands_as: again }, isPayer) {
  const held = (isPayer ? FOR_PAYER : FOR_PAYEE)[key] ?? elsewhere;
  return again === null ? held() : say("counts as entry {number} too", { number: again });
}

function item(each, { coop, account }) {
  const isPayer = each.payer.coop_number === coop && each.payer.account === account;
  return make("li", {}, make(
    "a", { href: `#receipt?fallen=${each.head}` },
    make("span", { class: "who" }, otherName(isPayer ? each.payee : each.payer)),
    make("span", { class: "money" }, showAmount(each.amount)),
    make("span", { class: "small" }, `${showTime(each.time)} · ${outcome(each, isPayer)}`),
  ));
}

export function showFallen(place, payments, wallet) {
  place.hidden = payments.length === 0;
  place.replaceChildren(
    make("h2", {}, say("In a history that does not stand")),
    make("p", { class: "small" }, say("A cooperative's node has signed several histories. These payments are only in one that does not count.")),
    make("ol", { class: "history" }, ...payments.map((each) => item(each, wallet))),
  );
}
