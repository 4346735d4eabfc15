// What goes with a bill besides its amount: a tip, a note of the shop's own, and the name of the till. They stand in the
// bill's metadata, which the payer does not see; the tip is in the amount, and is said to the payer.

import { parseAmount, plainAmount } from "../parts/amounts.js";
import { isShown } from "../parts/contacts.js";
import { byId, onAction } from "../parts/dom.js";
import { UNSEEN } from "../parts/unseen.js";
import { readAmount, say, showAmount, typedAmount } from "../parts/words.js";

const TILL = "till-name";
const HIDING = RegExp(`[${UNSEEN}]`, "u");
const LONGEST_WHAT = 200; // as the node takes a description

// `onTill()` is called when the till gets another name.
export async function startExtras(store, onTill) {
  const field = byId("till-name");
  field.value = (await store.read(TILL)) ?? "";
  const keep = async () => {
    const isGood = field.value.trim() === "" || isShown(field.value.trim());
    byId("till-error").textContent = isGood ? "" : say("That name has letters that nobody sees.");
    await store.write((kept) => kept.put(tillName(), TILL));
    onTill();
  };
  field.addEventListener("change", keep);
  onAction(byId("till-name-form"), keep);
  byId("tip").addEventListener("input", forgetFault);
  for (const button of document.querySelectorAll("[data-tip]")) {
    button.addEventListener("click", () => putTip(BigInt(button.dataset.tip)));
  }
}

export function tillName() {
  const name = byId("till-name").value.trim();
  return isShown(name) ? name : "";
}

function forgetFault() {
  byId("tip-error").textContent = "";
}

// So many hundredths of the amount that is typed, rounded.
function putTip(percent) {
  forgetFault();
  const typed = readAmount(byId("sum").value);
  byId("tip").value = typeof typed === "string" ? "" : typedAmount(Number((BigInt(typed) * percent + 50n) / 100n));
}

// The tip that is typed, in minor units, 0 for none; or the sentence that says what is wrong.
export function typedTip() {
  const typed = byId("tip").value.trim();
  return typed === "" ? 0 : readAmount(typed, { isZeroAllowed: true });
}

// What the customer or the list would show with letters that nobody sees, as a sentence; "" where there is none.
export function unseenWords() {
  const isHiding = ["what", "note"].some((id) => HIDING.test(byId(id).value.trim()));
  return isHiding ? say("What is written there has letters that nobody sees. Type it anew.") : "";
}

// {description, metadata} of the bill, each left out where there is nothing to say. The tip is in `currency`, as the amount.
export function extrasOf(what, tip, currency) {
  const amount = `${showAmount(tip)} ${currency}`;
  const words = tip === 0 ? what : [what, say("with a tip of {amount}", { amount })].filter(Boolean).join(", ");
  const said = { till: tillName(), note: byId("note").value.trim() };
  const metadata = tip === 0 ? said : { ...said, tip: plainAmount(tip), tip_currency: currency };
  const kept = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ""));
  return {
    ...(words === "" ? {} : { description: words.slice(0, LONGEST_WHAT) }),
    ...(Object.keys(kept).length === 0 ? {} : { metadata: kept }),
  };
}

// The tip in a bill's metadata as a person of this language writes it; a text that a program wrote there and that is no
// amount stays as it is. Bills of older counters don't say in what it is.
export function tipWords({ tip = "", tip_currency: currency = "" }) {
  const minor = tipMinor(tip);
  return minor === null ? tip : `${showAmount(minor)} ${currency}`.trim();
}

// Minor units of a tip in metadata, or null.
export const tipMinor = (tip) => parseAmount(tip, { isGrouped: false }).minor ?? null;
