// Giving back at the counter. The till's key prepares it and can't spend; the payment back is signed by the merchant's own
// wallet: in this browser, if it is here, or on the phone that reads the code.
//
// What was prepared and not signed is found again, so that a payment is not given back twice.

import { call, get, post } from "../parts/api.js";
import { byId, facts, onAction, showSection } from "../parts/dom.js";
import { explainRefund } from "../parts/explain_refunds.js";
import { linkQuery, qrAddress } from "../parts/links.js";
import { mark } from "../parts/receipt.js";
import { readAmount, say, showAmount, showTime, typedAmount } from "../parts/words.js";
import { withUnit } from "../parts/worth.js";

const AGAIN_MS = 3_000;
const back = { key: null, store: null, movement: null, left: 0, payer: null, prepared: null, wanted: null, done: null };
const minor = ({ value }) => Number(value);
const path = () => `/v1/invoices/${back.movement.invoice}/refunds`;
const isOfIt = ({ of }) => of.coop_number === back.movement.coop_number && of.number === back.movement.number;

// `done()` leads back to the till.
export async function showRefund(movement, { key, store, done }) {
  Object.assign(back, { key, store, movement, prepared: null, wanted: null, done });
  byId("refund-error").textContent = "";
  byId("refund-state").replaceChildren();
  const [{ refunds }, bill] = await Promise.all([get(path(), key), get(`/v1/invoices/${movement.invoice}`, key)]);
  const paid = bill.payments.find(({ coop_number: coop, number }) => coop === movement.coop_number && number === movement.number);
  back.payer = paid?.handle?.startsWith("#") ? null : paid?.handle ?? null;
  byId("refund-facts").replaceChildren(...facts([
    [say("For"), movement.description || say("Bill")], [say("From"), `${back.payer ?? `#${paid?.payer}`}@${movement.coop}`],
    [say("Paid"), withUnit(minor(movement.amount))], [say("When"), showTime(movement.time)],
  ]));
  const given = refunds.filter((each) => isOfIt(each) && each.state !== "cancelled");
  back.left = minor(movement.amount) - given.reduce((sum, { amount }) => sum + minor(amount), 0);
  byId("refund-amount").value = back.left > 0 ? typedAmount(back.left) : "";
  byId("refund-reason").value = "";
  showSection("refund");
  const prepared = given.find(({ state }) => state === "prepared");
  byId("refund-form").hidden = prepared !== undefined;
  byId("refund-sign").hidden = true;
  if (prepared !== undefined) await showPrepared(prepared);
}

// What is typed, if so much is left of the payment; else the sentence that says what is wrong.
function typedRefund() {
  const amount = readAmount(byId("refund-amount").value);
  if (typeof amount === "string" || amount <= back.left) return amount;
  return back.left > 0
    ? say("Of this payment {amount} are left to give back.", { amount: withUnit(back.left) })
    : say("All of this payment was given back already.");
}

export async function prepareRefund() {
  const amount = typedRefund();
  byId("refund-error").textContent = typeof amount === "string" ? amount : "";
  if (typeof amount === "string") return byId("refund-amount").focus();
  const { coop, number } = back.movement;
  const asked = { amount: { value: String(amount), scale: 2 }, of: { coop, number } };
  const reason = byId("refund-reason").value.trim();
  if (reason) asked.reason = reason;
  // The same press again, after a lost answer, prepares the same.
  if (back.wanted?.text !== JSON.stringify(asked)) back.wanted = { text: JSON.stringify(asked), id: crypto.randomUUID() };
  try {
    await showPrepared(await post(path(), { ...asked, client_id: back.wanted.id }, back.key));
  } catch (error) {
    byId("refund-error").textContent = explainRefund(error);
  }
  return undefined;
}

async function showPrepared(refund) {
  back.prepared = refund;
  const { payee, amount, reference, payer } = refund.payment;
  const { coop } = back.movement;
  const to = `#${payee}@${coop}`; // what is paid is the account, whatever its name becomes meanwhile
  const query = linkQuery({
    to, amount, purpose: refund.reason, reference, federation: document.body.dataset.federation,
  });
  const link = `${location.origin}/pay?${query}`, wallet = await back.store.wallet();
  byId("refund-here").hidden = wallet?.account !== payer;
  byId("refund-here").href = `/wallet#pay?${query}`;
  byId("refund-qr").src = qrAddress(link);
  byId("refund-link").href = link;
  byId("refund-link").textContent = link;
  byId("refund-to").textContent = say("{amount} back to {payee}", { amount: withUnit(amount), payee: back.payer === null ? to : `${back.payer}@${coop} (#${payee})` });
  byId("refund-form").hidden = true;
  byId("refund-sign").hidden = false;
  follow(refund.id);
}

async function follow(id) {
  if (byId("refund").hidden || back.prepared?.id !== id) return;
  try {
    const { refunds } = await get(path(), back.key);
    const state = refunds.find((each) => each.id === id)?.state;
    if (state === "recorded" || state === "delivered") {
      byId("refund-sign").hidden = true;
      byId("refund-state").replaceChildren(mark(true, say("Given back")));
      return;
    }
  } catch {
    // asked again
  }
  setTimeout(() => follow(id), AGAIN_MS);
}

// Gives up what was not signed. What is signed meanwhile is shown instead.
export async function dropRefund() {
  try {
    await call("DELETE", `${path()}/${back.prepared.id}`, { token: back.key });
    back.prepared = null;
    await back.done();
  } catch (error) {
    byId("refund-state").replaceChildren(mark(false, explainRefund(error)));
  }
}

onAction(byId("refund-form"), prepareRefund);
onAction(byId("refund-drop"), dropRefund);
