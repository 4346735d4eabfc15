// The list of a member's payments. Notes are opened beside it, by notes.js.

import { make } from "./dom.js";
import { say, showAmount, showTime } from "./words.js";

// The notes that were opened, by the reference of the payment in hex; null for one that can't be.
export const notes = new Map();

export const otherName = ({ handle, account, coop }) =>
  (handle === null ? say("account {number}, {coop}", { number: account, coop }) : `${handle}@${coop}`);

function status(item) {
  const hasLeft = item.cause === "coop_left";
  if (hasLeft) return item.direction === "returned" ? say("came back, the cooperative has left") : say("not taken in, came back");
  if (item.direction === "returned") return say("came back, the payee's account was closed");
  if (item.status === "returned") {
    return item.direction === "in" ? say("went back to the payer, the account was closed")
      : say("comes back, the payee's account is closed");
  }
  if (item.direction === "in") return say("received");
  return item.delivered ? say("delivered") : say("recorded, on its way");
}

function worthThen({ worth }) {
  if (!worth) return [];
  return [say("worth {money} then", { money: `${worth.currency}\u00a0${showAmount(worth.minor)}` })];
}

// What a payment was for, as the node knows it of its own shops; "" where it doesn't.
export function wordsOf({ bill, refund }) {
  if (typeof refund !== "string") return bill ?? "";
  return refund === "" ? say("refund") : say("refund: {reason}", { reason: refund });
}

export function historyItem(item) {
  const isOut = item.direction === "out";
  const amount = showAmount(isOut ? -(item.amount + item.fee) : item.amount);
  const words = wordsOf(item);
  const details = [showTime(item.time), status(item), ...worthThen(item)];
  return make("li", {}, make(
    "a", { href: `#receipt?coop=${item.coop}&number=${item.number}` },
    make("span", { class: "who" }, otherName(item.other)),
    make("span", { class: "money" }, isOut ? amount : `+${amount}`),
    make("span", { class: "small" }, details.join(" · ")),
    ...(item.memo ? [make("span", { class: "said" }, say("has a note"))] : []),
    ...(!item.memo && words ? [make("span", { class: "said" }, words)] : []),
  ));
}
