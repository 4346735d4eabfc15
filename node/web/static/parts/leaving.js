// Leaving the cooperative: what becomes of all there is, told before it is signed; and a claim, told while it stands.

import { toBase64url } from "../protocol/bytes.js";
import { LEAVE, encodeTransaction, entryMessage } from "../protocol/messages.js";
import { sign } from "../protocol/signing.js";
import { Problem } from "./api.js";
import { byId, make, notice, onAction } from "./dom.js";
import { explain } from "./explain.js";
import { say, showAmount, showTime } from "./words.js";

// `claim` as the node tells it, or null.
export function showClaim(place, claim) {
  place.hidden = claim === null || claim === undefined;
  if (place.hidden) return;
  place.textContent = say("Your stewards have claimed what you owe. From {time} on they can settle it: your guarantors and the common fund pay, and your account closes. If you owe nothing by then, you stay.", { time: showTime(claim.due) });
}

// What the member paid as a guarantor of late: the history has payments only.
export function showPaidFor(place, paid) {
  place.hidden = paid.length === 0;
  place.replaceChildren(...paid.map(({ handle, amount, time }) => make("p", {}, say("On {time} you paid {amount} for {name}, for whom you answered: the account was closed with a debt.", { time: showTime(time), amount: showAmount(amount), name: handle }))));
}

// Who would pay a debt, a sentence each; nothing where nothing is owed.
export function debtWords(debt) {
  if (debt === null) return [];
  const lines = debt.shares.map(({ handle, amount }) => say("{name} pays {amount} as guarantor.", { name: handle, amount: showAmount(amount) }));
  if (debt.commons > 0) lines.push(say("The common fund pays {amount}.", { amount: showAmount(debt.commons) }));
  return [say("As of now {amount} are owed, and would be paid so:", { amount: showAmount(debt.debt) }), ...lines];
}

// The same for those who have to sign, and whether the common fund can pay its part.
export function debtForStewards(debt) {
  const lines = debtWords(debt);
  return debt === null || debt.within_ceiling ? lines : [...lines, explain(new Problem({ code: "commons_debt_ceiling" }))];
}

// Why the account can't leave now, or "".
function hindrance({ answers_for: debts, debt, within_ceiling: isWithin }) {
  if (debts.length > 0) return say("You answer for what {names} owes, and nobody else covers that part of it. You can leave once it is paid.", { names: debts.map(({ handle }) => handle).join(", ") });
  if (debt !== null && !isWithin) return explain(new Problem({ code: "commons_debt_ceiling" }));
  return "";
}

export function setUpLeaving(session, wallet, coopName) {
  const form = byId("leave-form");
  onAction(form, () => leave(session, wallet, coopName));
  form.addEventListener("change", () => {
    byId("leave-error").textContent = "";
    byId("leave-to-field").hidden = form.querySelector("[name=leave-to]:checked").value !== "member";
  });
  return showLeaving(session, wallet);
}

async function showLeaving(session, wallet) {
  const ending = await session.get(`/v1/debts/${wallet.account}`);
  byId("leave").hidden = ending.status === "closed";
  const words = ending.balance > 0
    ? [say("You have {amount}. Say who gets it.", { amount: showAmount(ending.balance) })]
    : debtWords(ending.debt);
  if (ending.balance < 0) words.push(say("Your stewards have to sign this too. It settles up to {amount}: if you owe more by then, sign again.", { amount: showAmount(-ending.balance) }));
  words.push(say("What is on its way to you goes back to whoever paid."), say("Your account closes for good. Whoever comes back gets another one."));
  byId("leave-words").replaceChildren(...words.map((each) => make("li", {}, each)));
  byId("leave-has").hidden = ending.balance <= 0;
  const why = hindrance(ending);
  byId("leave-hindrance").textContent = why;
  byId("leave-hindrance").hidden = why === "";
  byId("leave-form").hidden = why !== "";
  return ending;
}

async function leave(session, wallet, coopName) {
  const error = byId("leave-error");
  error.textContent = "";
  try {
    const ending = await showLeaving(session, wallet);
    if (!byId("leave-sure").checked) {
      error.textContent = say("Tick that you want to leave for good.");
      return;
    }
    const payee = ending.balance > 0 ? await payeeOf(session, coopName) : null;
    const bare = { kind: LEAVE, account: wallet.account, revision: ending.revision + 1, payee, debt: Math.max(0, -ending.balance), signature: null, stewards: [] };
    const { federation, coop } = wallet;
    const signature = await sign(wallet.privateKey, entryMessage({ federation, coop }, bare));
    const { state } = await session.post("/v1/me/leave", { transaction: toBase64url(encodeTransaction({ ...bare, signature })) });
    byId("leave").hidden = true;
    notice(state === "recorded"
      ? say("You have left. Your account is closed.")
      : say("Your stewards have it before them now. Until they sign nothing has changed."), { isGood: true });
  } catch (problem) {
    error.textContent = explain(problem);
  }
}

// The account of whom the form names; null: the common fund.
async function payeeOf(session, coopName) {
  if (byId("leave-form").querySelector("[name=leave-to]:checked").value !== "member") return null;
  const name = byId("leave-name").value.trim().toLowerCase();
  const { account } = await session.get(`/v1/accounts/${coopName}/@${encodeURIComponent(name)}`);
  return account;
}
