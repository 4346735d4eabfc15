// The wallet's way from a wish to the last look before signing (review.js): the form, the camera, a shop's bill.

import { fromHex, toHex, utf8 } from "../protocol/bytes.js";
import { Problem } from "../parts/api.js";
import { coopNamed } from "../protocol/charter.js";
import { byId, notice, showSection } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { explainBill } from "../parts/explain_bill.js";
import { readLink, readQuery } from "../parts/links.js";
import { MEMO_BYTES, isMemo } from "../protocol/messages.js";
import { findAccount } from "../parts/paying.js";
import { lookAhead, setUpReview, showReview } from "./review.js";
import { canScan, scan } from "../parts/scan.js";
import { BillOver, ShopSilent, askBill } from "../parts/shop.js";
import { ProofError } from "../protocol/signing.js";
import { readAmount, say, typedAmount } from "../parts/words.js";

// `asked` is what a link asked for, `ahead` what the last look will show besides it, as `lookAhead` gives it.
const form = { asked: null, page: null, ahead: null };

// `page` and `onUnknown` as `setUpReview` takes them.
export function setUpPayForm(page, onUnknown) {
  form.page = page;
  setUpReview(page, { onUnknown, onBillOver });
  byId("scan").hidden = !canScan;
}

// Names for payees: nobody waits for them, and what is typed as an address needs none.
const names = async () => {
  const parts = await import("./names.js");
  parts.setUpNames(form.page);
  return parts;
};
const showNames = async () => (await names()).showNames();

export async function showPay(query) {
  const asked = query.has("to") ? readQuery(query) : null;
  showSection(asked?.bill ? "looking" : "pay");
  showNames();
  for (const id of ["pay-to-error", "pay-amount-error", "pay-note-error"]) byId(id).textContent = "";
  byId("pay-form").reset();
  byId("pay-note-field").hidden = false;
  byId("pay-amount").readOnly = false;
  form.asked = null;
  if (![...query.keys()].length) return;
  if (asked === null) {
    byId("pay-to-error").textContent = say("This link can't be read. Ask for a new one.");
  } else {
    if (asked.bill) form.ahead = lookAhead(form.page);
    await take(asked);
  }
}

// Whether the wallet may follow a link: it says why not, or asks the payer about an address that it doesn't know.
async function mayFollow(asked) {
  if (!asked.bill && !asked.federation && !asked.page) return true; // an address, typed
  const { meetLink } = await import("./stranger.js");
  const met = await meetLink(asked, form.page);
  if (met === "gone") return false;
  if (met !== "yes") showSection("pay");
  byId("pay-to-error").textContent = met === "foreign" ? say("This link is for another federation than your wallet.") : "";
  return met === "yes";
}

// What a link asks for, without what nobody sees. Most purposes need no list to tell.
async function shownOf(asked) {
  if (/^[ -~]*$/.test(asked.purpose ?? "")) return asked;
  const { withoutUnseen } = await import("../parts/unseen.js");
  return { ...asked, purpose: withoutUnseen(asked.purpose) };
}

// Goes on with what a link asks for.
async function take(given) {
  const asked = await shownOf(given);
  if (!(await mayFollow(asked))) return undefined;
  if (asked.bill) return reviewBill(asked);
  showSection("pay");
  form.asked = asked;
  byId("pay-to").value = `${asked.address.handle}@${asked.address.coop}`;
  if (asked.amount) byId("pay-amount").value = typedAmount(asked.amount);
  // What a link counts by its reference, such as something given back, it counts with its amount only.
  byId("pay-amount").readOnly = Boolean(asked.amount && asked.reference);
  // A payment is bound to one thing: to what the link says, or to a note.
  byId("pay-note-field").hidden = asked.reference !== null;
  byId("pay-note").value = "";
  const note = await noteOf(asked);
  byId("pay-note").value ||= note; // the payer may have typed meanwhile
}

export async function review() {
  const { readPayee } = await names();
  const read = await readPayee(byId("pay-to").value);
  const asked = read && (await shownOf(read));
  if (asked?.bill) return (await mayFollow(asked)) ? reviewBill(asked) : undefined;
  const typed = byId("pay-amount").value || (asked?.amount ? typedAmount(asked.amount) : "");
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
  const note = byId("pay-note").value.trim() || (await noteOf({ purpose, reference: hex }));
  byId("pay-note-error").textContent = await whyNoNote(note, hex);
  if (byId("pay-note-error").textContent !== "") return;
  if (!(await mayFollow(typed))) return;
  const ahead = lookAhead(form.page);
  try {
    await showReview({
      to: `${address.handle}@${address.coop}`, amount, note, purpose: note || purpose || (isSame ? earlier.purpose : ""),
      reference: hex === null ? null : fromHex(hex), bill: null, ...(await accountOf(address)),
    }, ahead);
  } catch (error) {
    byId("pay-to-error").textContent = explain(error);
  }
}

// Why a note can't go with a payment, by the rules of the program; empty when it can, or there is none.
async function whyNoNote(note, reference) {
  if (note === "") return "";
  if (reference !== null) return say("This link has a reference of its own, so no note goes with it.");
  if (!isMemo(note)) return say("The note has {size} bytes; {most} fit. Letters with accents count twice.", { size: utf8(note).length, most: MEMO_BYTES });
  return (await canSeal()) ? "" : say("Notes can't be sealed here now. Leave the note out, or pay with the program.");
}

// What a link asks for becomes the note of the payment, where a note can be sealed and the link has no reference of its own.
const noteOf = async ({ purpose, reference }) => (purpose !== "" && reference === null && (await canSeal()) ? purpose : "");

const canSeal = () => Promise.all([import("../parts/notes.js"), import("../protocol/curve.js")]).then(() => true, () => false);

async function accountOf(address) {
  const coop = coopNamed(form.page.charter, address.coop);
  if (coop === undefined) throw new Problem({ code: "coop_not_found" });
  const { account, key } = await findAccount(address.coop, address.handle, form.page.charter.federation);
  return { payeeCoop: coop.number, payee: account, payeeKey: fromHex(key) };
}

// --- a shop's bill ---

// A bill is paid as the shop's own node says it stands; what the link says beside it is used only when
// that node is silent, and the payer is told.
async function reviewBill(asked) {
  showSection("looking");
  const ahead = form.ahead ?? lookAhead(form.page);
  form.ahead = null;
  try {
    const bill = await askBill(asked.bill, form.page.charter);
    const isOther = asked.reference && asked.reference !== toHex(bill.reference);
    if (isOther) throw new ProofError("the link and the bill don't fit together");
    await showReview(intentOf(bill, asked.bill), ahead);
  } catch (error) {
    if (error instanceof ShopSilent && asked.address && asked.amount && asked.reference) {
      return reviewUnseen(asked, ahead);
    }
    showSection("pay");
    notice(explainBill(error));
  }
  return undefined;
}

function intentOf(bill, address) {
  const { name } = form.page.charter.coops.get(bill.payeeCoop);
  return {
    to: `${bill.handle ?? bill.payee}@${name}`, payeeCoop: bill.payeeCoop, payee: bill.payee, amount: bill.amount,
    reference: bill.reference, purpose: bill.description, bill: { address, bill, isSilenceAccepted: false },
    back: bill.redirect ?? backTo(address),
  };
}

// Where the payer goes back to when the bill does not say: to the bill.
const backTo = ({ origin, id }) => `${origin}/p/${id}`;

async function reviewUnseen({ address, amount, reference, purpose, bill }, ahead) {
  try {
    await showReview({
      to: `${address.handle}@${address.coop}`, amount, purpose, reference: fromHex(reference),
      bill: { address: bill, bill: null, isSilenceAccepted: true }, back: backTo(bill), ...(await accountOf(address)),
    }, ahead);
  } catch (error) {
    showSection("pay");
    notice(explain(error));
  }
}

// The bill is no longer what the payer saw: it is over, or asks for something else.
async function onBillOver(error, { bill }) {
  await showPay(new URLSearchParams());
  if (error instanceof BillOver) return notice(explainBill(error));
  await reviewBill({ bill: bill.address });
  byId("review-error").textContent = say("This bill has changed meanwhile. Look at it once more.");
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
