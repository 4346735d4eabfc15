// The last look before signing: what is paid, to whom, what is left afterwards; one press, and what is waited for.
// Signing and sending are in paying.js.

import { contributionOf, isNearLimit } from "../protocol/guards.js";
import { Problem } from "../parts/api.js";
import { byId, facts, make, showSection } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { explainBill } from "../parts/explain_bill.js";
import { NodeBehind, OutcomeUnknown, TwinFound, WalletChanged, findTwins, lookAtAccount, pay } from "../parts/paying.js";
import { BillChanged, BillOver, ShopSilent } from "../parts/shop.js";
import { PaymentPending } from "../parts/store.js";
import { beforePaying, readTroubles, whyStopped } from "../parts/troubles.js";
import { say, showAmount, showTime } from "../parts/words.js";
import { roughly, todaysValue, withUnit, withWorth } from "../parts/worth.js";

// `ready` is the intent under the last look.
const look = { ready: null, page: null, onUnknown: null, onBillOver: null };

// `page`: {store, wallet, session, charter}, as they are when asked for. `onUnknown()` is called when nobody knows what
// became of a payment, `onBillOver(error, intent)` when the bill is no longer what the payer saw.
export const setUpReview = (page, { onUnknown, onBillOver }) =>
  Object.assign(look, { page, onUnknown, onBillOver });

const STALE_MS = 15_000;

// Asks for what the last look shows besides what is paid: together, and as soon as a payment is in sight, since each
// answer may take a second. Before signing all is looked at again.
export function lookAhead({ session }) {
  const me = lookAtAccount(session);
  me.catch(() => {}); // heard by who waits for it
  return { me, value: todaysValue(), troubles: readTroubles(), until: performance.now() + STALE_MS };
}

// `ahead`, what `lookAhead` has begun to ask for; asked for now where that is too long ago.
export async function showReview(intent, ahead = null) {
  const { page } = look;
  const { me: asked, value, troubles } = ahead?.until > performance.now() ? ahead : lookAhead(page);
  const me = await asked;
  const twins = await findTwins(page, { ...intent, nextSequence: me.next_sequence }, me);
  const today = await value;
  const fee = contributionOf(intent, { coop: page.wallet.coop, rate: me.contribution });
  look.ready = { ...intent, fee, nextSequence: me.next_sequence, agreed: twins.map(({ id }) => id) };
  const coop = page.charter.coops.get(intent.payeeCoop);
  const pairs = [[say("To"), intent.to], [say("Cooperative"), coop.title]];
  if (intent.purpose) pairs.push([intent.note ? say("Note, for you and the payee only") : say("For"), intent.purpose]);
  if (intent.bill?.bill) {
    const { price, expires } = intent.bill.bill;
    if (price) pairs.push([say("Price"), `${showAmount(price.minor)} ${price.currency}`]);
    pairs.push([say("Pay before"), showTime(expires)]);
  }
  if (fee) {
    pairs.push([say("Contribution to your commons, on top"), withWorth(fee, today)]);
    pairs.push([say("Together"), withWorth(intent.amount + fee, today)]);
  }
  pairs.push([say("Your balance then"), balanceThen(me.balance - intent.amount - fee, today)]);
  byId("review-amount").replaceChildren(withUnit(intent.amount), ...(today === null ? [] : [
    make("small", {}, `, ${roughly(intent.amount, today)}`)]));
  byId("review-facts").replaceChildren(...facts(pairs));
  byId("review-pay").textContent = say("Pay {amount}", { amount: withUnit(intent.amount + fee) });
  byId("review-progress").textContent = "";
  byId("review-error").textContent = await whyStopped(page.charter, troubles);
  const met = await beforePaying(coop, page.wallet, page.charter, troubles);
  warn([...met, ...refusalWords(me, intent, fee), ...twinWords(twins), ...limitWords(me, intent.amount + fee), ...(intent.bill?.isSilenceAccepted ? [silence()] : [])]);
  showSection("review");
}

function balanceThen(balance, today) {
  const amount = withWorth(Math.abs(balance), today);
  if (balance < 0) return say("you owe {amount}", { amount });
  return balance > 0 ? say("you are owed {amount}", { amount }) : say("zero");
}

function warn(sentences) {
  byId("review-warning").hidden = sentences.length === 0;
  byId("review-warning").textContent = sentences.join(" ");
}

// Why it would be refused as things are now.
function refusalWords({ available }, { payeeCoop, payee, amount }, fee) {
  const { account, coop } = look.page.wallet;
  if (payeeCoop === coop && payee === account) return [explain(new Problem({ code: "payee_is_payer" }))];
  return available < amount + fee ? [explain(new Problem({ code: "limit_exceeded" }))] : [];
}

const limitWords = ({ balance, available, limit, soft_limit: soft }, cost) =>
  (available >= cost && isNearLimit(balance - cost, soft)
    ? [say("After this you will owe {owed}, near your limit of {limit}.", { owed: withUnit(cost - balance), limit: withUnit(limit) })]
    : []);

const twinWords = ([twin]) => (twin === undefined ? [] : [say("You paid {amount} to {payee} on {time} already. Go on only if this is another payment.", {
  amount: withUnit(twin.amount), payee: look.ready.to, time: showTime(twin.time),
})]);

const silence = () => say("The shop's node can't be reached now, so nobody can say whether this bill is still open, or whether the amount is right. Compare it with what the shop asks for.");

function showStep(step) {
  const { coop } = look.page.wallet;
  byId("review-progress").textContent = step === "shop" ? say("Asking the shop whether the bill is still open…")
    : say("Sending… {coop} writes it down.", { coop: look.page.charter.coops.get(coop).title });
}

export async function payNow() {
  const intent = look.ready;
  if (!intent) return;
  byId("review-error").textContent = "";
  try {
    const receipt = await pay(look.page, intent, showStep);
    look.ready = null;
    location.hash = `receipt?id=${receipt.id}&new=1`;
  } catch (error) {
    if (error instanceof OutcomeUnknown) {
      look.ready = null;
      location.hash = "home";
      look.onUnknown();
    } else if (error instanceof PaymentPending) {
      byId("review-error").textContent = say("Another payment of yours is not confirmed yet, so this one was not made. Wait for the other one, then sign again.");
      look.onUnknown();
    } else await refuse(error, intent);
  } finally {
    byId("review-progress").textContent = "";
  }
}

// Nothing was sent, or it was refused. What the payer didn't know is shown; the button asks again.
async function refuse(error, intent) {
  if (error instanceof TwinFound) {
    intent.agreed = error.twins.map(({ id }) => id);
    return warn(twinWords(error.twins));
  }
  if (error instanceof ShopSilent) {
    intent.bill.isSilenceAccepted = true;
    return warn([silence()]);
  }
  if (error instanceof BillOver || error instanceof BillChanged) {
    look.ready = null;
    return look.onBillOver(error, intent);
  }
  byId("review-error").textContent = await whyNot(error);
  return undefined;
}

async function whyNot(error) {
  if (error instanceof WalletChanged) return say("Another wallet was put into this browser meanwhile. Nothing was paid; open this page again.");
  if (error instanceof NodeBehind) return say("Your node has forgotten payments that this wallet made. Pay nothing until your cooperative has repaired it.");
  if (error.code !== "not_ready") return explainBill(error);
  const why = await whyStopped(look.page.charter);
  return why === "" ? explain(error) : [say("Nothing was paid."), why].join(" ");
}
