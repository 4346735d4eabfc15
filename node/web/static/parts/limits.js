// That a limit is about to fall below what its owner owes: said early enough to sell first.

import { byId } from "./dom.js";
import { say, showAmount, showDay } from "./words.js";

// An older node says nothing of it.
export function showFall({ fall }) {
  byId("limit-falls").hidden = !fall;
  byId("limit-falls").textContent = fall ? fallWords(fall) : "";
}

const fallWords = ({ time, limit, beyond }) => say(
  "On {day} your limit falls to {limit}: {beyond} too little for what you owe. Sell first.",
  { day: showDay(time), limit: showAmount(limit), beyond: showAmount(beyond) },
);
