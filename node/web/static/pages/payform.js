// The wallet's way from a wish to a payment: the form, the camera, a shop's bill, the last look before signing.
// Signing and sending are in paying.js.

import { fromHex, toHex } from "../protocol/bytes.js";
import { plainAmount } from "../parts/amounts.js";
import { Problem } from "../parts/api.js";
import { coopNamed } from "../protocol/charter.js";
import { contributionOf, isNearLimit } from "../protocol/guards.js";
import { byId, facts, notice, showSection } from "../parts/dom.js";
import { explain, explainBill } from "../parts/explain.js";
import { readLink, readQuery } from "../parts/links.js";
import { ProofError } from "../protocol/signing.js";
import { NodeBehind, OutcomeUnknown, TwinFound, WalletChanged, findAccount, findTwins, pay } from "../parts/paying.js";
import { canScan, scan } from "../parts/scan.js";
import { BillChanged, BillOver, ShopSilent, askBill } from "../parts/shop.js";
import { PaymentPending } from "../parts/store.js";
import { meetLink, setUpStranger } from "./stranger.js";
import { beforePaying, whyStopped } from "../parts/troubles.js";
import { readAmount, say, showAmount, showTime } from "../parts/words.js";

// `asked` is what a link asked for, `ready` the intent under the last look.
const form = { asked: null, ready: null, page: null, onUnknown: null };

// `page`: {store, wallet, session, charter}, as they are when asked for. `onUnknown` is called when nobody
// knows what became of a payment.
export function setUpPayForm(page, onUnknown) {
  Object.assign(form, { page, onUnknown });
  byId("scan").hidden = !canScan;
  setUpStranger();
}

export async function showPay(query) {
  showSection("pay");
  for (const id of ["pay-to-error", "pay-amount-error"]) byId(id).textContent = "";
  byId("pay-form").reset();
  form.asked = null;
  if (![...query.keys()].length) return;
  const asked = query.has("to") ? readQuery(query) : null;
  if (asked === null) {
    byId("pay-to-error").textContent = say("This link can't be read. Ask for a new one.");
  } else await take(asked);
}

// Whether the wallet may follow a link: it says why not, or asks the payer about an address that it doesn't know.
async function mayFollow(asked) {
  const met = await meetLink(asked, form.page);
  if (met === "gone") return false;
  if (met !== "yes") showSection("pay");
  byId("pay-to-error").textContent = met === "foreign" ? say("This link is for another federation than your wallet.") : "";
  return met === "yes";
}

// Goes on with what a link asks for.
async function take(asked) {
  if (!(await mayFollow(asked))) return undefined;
  if (asked.bill) return reviewBill(asked);
  showSection("pay");
  form.asked = asked;
  byId("pay-to").value = `${asked.address.handle}@${asked.address.coop}`;
  if (asked.amount) byId("pay-amount").value = plainAmount(asked.amount, ",");
}

export async function review() {
  const asked = readLink(byId("pay-to").value);
  if (asked?.bill) return (await mayFollow(asked)) ? reviewBill(asked) : undefined;
  const typed = byId("pay-amount").value || (asked?.amount ? plainAmount(asked.amount) : "");
  const amount = readAmount(typed);
  byId("pay-to-error").textContent = asked === null ? say("Write it as name@cooperative, or paste a payment link.") : "";
  byId("pay-amount-error").textContent = typeof amount === "string" ? amount : "";
  if (asked === null) return byId("pay-to").focus();
  if (typeof amount === "string") return byId("pay-amount").focus();
  return checkPayee(asked, amount);
}

async function checkPayee(typed, amount) {
  const { address, purpose, reference } = typed;
  const earlier = form.asked;
  const isSame = earlier?.address.handle === address.handle && earlier.address.coop === address.coop;
  const hex = reference ?? (isSame ? earlier.reference : null);
  if (!(await mayFollow(typed))) return;
  try {
    await showReview({
      to: `${address.handle}@${address.coop}`, amount, purpose: purpose || (isSame ? earlier.purpose : ""),
      reference: hex === null ? null : fromHex(hex), bill: null, ...(await accountOf(address)),
    });
  } catch (error) {
    byId("pay-to-error").textContent = explain(error);
  }
}

async function accountOf(address) {
  const coop = coopNamed(form.page.charter, address.coop);
  if (coop === undefined) throw new Problem({ code: "coop_not_found" });
  const { account } = await findAccount(address.coop, address.handle);
  return { payeeCoop: coop.number, payee: account };
}

// --- a shop's bill ---

// A bill is paid as the shop's own node says it stands; what the link says beside it is used only when
// that node is silent, and the payer is told.
async function reviewBill(asked) {
  notice(say("Asking the shop about this bill…"));
  try {
    const bill = await askBill(asked.bill, form.page.charter);
    const isOther = asked.reference && asked.reference !== toHex(bill.reference);
    if (isOther) throw new ProofError("the link and the bill don't fit together");
    await showReview(intentOf(bill, asked.bill));
    notice("");
  } catch (error) {
    if (error instanceof ShopSilent && asked.address && asked.amount && asked.reference) {
      return reviewUnseen(asked);
    }
    notice(explainBill(error));
  }
}

function intentOf(bill, address) {
  const { name } = form.page.charter.coops.get(bill.payeeCoop);
  return {
    to: `${bill.handle ?? bill.payee}@${name}`, payeeCoop: bill.payeeCoop, payee: bill.payee, amount: bill.amount,
    reference: bill.reference, purpose: bill.description, bill: { address, bill, isSilenceAccepted: false },
  };
}

async function reviewUnseen({ address, amount, reference, purpose, bill }) {
  try {
    await showReview({
      to: `${address.handle}@${address.coop}`, amount, purpose, reference: fromHex(reference),
      bill: { address: bill, bill: null, isSilenceAccepted: true }, ...(await accountOf(address)),
    });
    notice("");
  } catch (error) {
    notice(explain(error));
  }
}

// --- the last look ---

async function showReview(intent) {
  const { page } = form;
  const me = await page.session.get("/v1/me");
  const twins = await findTwins(page, { ...intent, nextSequence: me.next_sequence }, me);
  const fee = contributionOf(intent, { coop: page.wallet.coop, rate: me.contribution });
  form.ready = { ...intent, fee, nextSequence: me.next_sequence, agreed: twins.map(({ id }) => id) };
  const coop = page.charter.coops.get(intent.payeeCoop);
  const pairs = [[say("To"), intent.to], [say("Cooperative"), coop.title]];
  if (intent.purpose) pairs.push([say("For"), intent.purpose]);
  if (intent.bill?.bill) {
    const { price, expires } = intent.bill.bill;
    if (price) pairs.push([say("Price"), `${showAmount(price.minor)} ${price.currency}`]);
    pairs.push([say("Pay before"), showTime(expires)]);
  }
  if (fee) {
    pairs.push([say("Contribution to your commons, on top"), showAmount(fee)]);
    pairs.push([say("Together"), showAmount(intent.amount + fee)]);
  }
  byId("review-amount").textContent = showAmount(intent.amount);
  byId("review-facts").replaceChildren(...facts(pairs));
  byId("review-error").textContent = await whyStopped(page.charter);
  const met = await beforePaying(coop, page.wallet, page.charter);
  warn([...met, ...twinWords(twins), ...limitWords(me, intent.amount + fee), ...(intent.bill?.isSilenceAccepted ? [silence()] : [])]);
  showSection("review");
}

function warn(sentences) {
  byId("review-warning").hidden = sentences.length === 0;
  byId("review-warning").textContent = sentences.join(" ");
}

// Of a payment that is beyond the limit nothing is said here: it is refused.
const limitWords = ({ balance, available, limit, soft_limit: soft }, cost) =>
  (available >= cost && isNearLimit(balance - cost, soft)
    ? [say("After this you will owe {owed}, near your limit of {limit}.", { owed: showAmount(cost - balance), limit: showAmount(limit) })]
    : []);

const twinWords = ([twin]) => (twin === undefined ? [] : [say("You paid {amount} to {payee} on {time} already. Go on only if this is another payment.", {
  amount: showAmount(twin.amount), payee: form.ready.to, time: showTime(twin.time),
})]);

const silence = () => say("The shop's node can't be reached now, so nobody can say whether this bill is still open, or whether the amount is right. Compare it with what the shop asks for.");

export async function payNow() {
  const intent = form.ready;
  if (!intent) return;
  byId("review-error").textContent = "";
  try {
    const receipt = await pay(form.page, intent);
    form.asked = form.ready = null;
    location.hash = `receipt?id=${receipt.id}&new=1`;
  } catch (error) {
    if (error instanceof OutcomeUnknown) {
      form.asked = form.ready = null;
      location.hash = "home";
      form.onUnknown();
    } else if (error instanceof PaymentPending) {
      byId("review-error").textContent = say("Another payment of yours is not confirmed yet, so this one was not made. Wait for the other one, then sign again.");
      form.onUnknown();
    } else await refuse(error, intent);
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
    form.ready = null;
    await showPay(new URLSearchParams());
    if (error instanceof BillOver) return notice(explainBill(error));
    await reviewBill({ bill: intent.bill.address });
    byId("review-error").textContent = say("This bill has changed meanwhile. Look at it once more.");
    return undefined;
  }
  if (error instanceof WalletChanged) {
    byId("review-error").textContent = say("Another wallet was put into this browser meanwhile. Nothing was paid; open this page again.");
  } else if (error instanceof NodeBehind) {
    byId("review-error").textContent = say("Your node has forgotten payments that this wallet made. Pay nothing until your cooperative has repaired it.");
  } else if (error.code === "not_ready") {
    const why = await whyStopped(form.page.charter);
    byId("review-error").textContent = why === "" ? explain(error) : [say("Nothing was paid."), why].join(" ");
  } else byId("review-error").textContent = explainBill(error);
  return undefined;
}

// --- the camera ---

let scanning = null;

export function stopScan() {
  scanning?.stop();
  scanning = null;
}

export async function scanCode() {
  if (scanning !== null) return stopScan();
  scanning = scan(byId("camera"));
  try {
    const text = await scanning.text;
    if (text === null) return;
    byId("pay-to").value = text;
    const asked = readLink(text);
    if (asked === null) byId("pay-to-error").textContent = say("That code is no payment link.");
    else await take(asked);
  } catch {
    byId("pay-to-error").textContent = say("The camera can't be used. Type or paste the link instead.");
  } finally {
    scanning = null;
  }
}
