// What the desk shows for deciding: the facts about a member who was looked up, and the debts that are long.

import { byId, make } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { debtList, durationWords, reviewList } from "../parts/review.js";
import { say } from "../parts/words.js";

// `desk` has the session and the member that was found.
export function setUpReview(desk) {
  byId("reviewed").addEventListener("toggle", async () => {
    if (!byId("reviewed").open) return;
    const { account } = desk.found;
    byId("reviewed-list").replaceChildren();
    try {
      const lines = reviewList(await desk.session.get(`/v1/members/${account}/review`));
      if (desk.found.account === account) byId("reviewed-list").replaceChildren(...lines);
    } catch (error) {
      byId("reviewed-list").replaceChildren(make("li", { class: "error" }, explain(error)));
    }
  });
}

// Somebody else was looked up.
export function forgetReview() {
  byId("reviewed").open = false;
  byId("reviewed-list").replaceChildren();
}

export async function showLongDebts({ session }) {
  const debts = [];
  let page = { next: 0 };
  while (page.next !== null) {
    page = await session.get(`/v1/long-debts?after=${page.next}&limit=200`);
    debts.push(...page.debts);
  }
  byId("long-debts").replaceChildren(...debtList({ debts, time: page.time }));
  byId("long-debts-none").hidden = debts.length > 0 || !page.known;
  byId("long-debts-unknown").hidden = page.known;
  byId("long-debts-term").textContent = say("By your bylaws a debt is long after {term}. It is listed here, and the member is told; nothing is frozen by that.", { term: durationWords(page.debt_term) });
}
