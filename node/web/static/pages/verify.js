// Checks a receipt with the charter that this browser keeps: no network is needed.

import { fromHex } from "../protocol/bytes.js";
import { keptCharter } from "../parts/charters.js";
import { withNews } from "../parts/news.js";
import { coopNamed } from "../protocol/charter.js";
import { EncodingError } from "../protocol/codec.js";
import { byId, make, onAction } from "../parts/dom.js";
import { keepPages } from "../parts/keeping.js";
import { explain } from "../parts/explain.js";
import { readAddress } from "../parts/links.js";
import { checkReceipt } from "../protocol/receipts.js";
import { NotStanding, ProofError } from "../protocol/signing.js";
import { findAccount } from "../parts/paying.js";
import { isPayment, mark, paymentFacts, readReceipt } from "../parts/receipt.js";
import { canScan, scan } from "../parts/scan.js";
import { openStore } from "../parts/opened.js";
import { say } from "../parts/words.js";

const federation = fromHex(document.body.dataset.federation);
keepPages();
const store = await openStore();
const charter = await trusted();

async function trusted() {
  try {
    return await withNews(store, await keptCharter(store, federation));
  } catch (error) {
    byId("ready").textContent = explain(error);
    return null;
  }
}

// Which account an address stands for: asked once, then kept for days without a network.
async function accountOf(text) {
  const address = readAddress(text);
  if (address === null) return null;
  const name = `account:${address.handle}@${address.coop}`;
  let account = await store.read(name);
  if (account === undefined) {
    account = (await findAccount(address.coop, address.handle, federation)).account;
    await store.write((kept) => kept.put(account, name));
  }
  return { coop: coopNamed(charter, address.coop)?.number, account };
}

async function check() {
  const result = byId("result");
  try {
    const receipt = readReceipt(byId("receipt").value, charter);
    const { time, transaction } = await checkReceipt(receipt, charter);
    if (!isPayment(transaction)) {
      result.replaceChildren(mark(true, say("Genuine, but it is not of a payment.")));
      return;
    }
    const coop = charter.coops.get(receipt.coop).title;
    result.replaceChildren(
      mark(true, say("Genuine: {coop} signed that this payment stands in its log.", { coop })),
      ...(await isForMe(transaction)),
      make("dl", { class: "facts card" }, ...paymentFacts({ receipt, time, transaction, charter })),
      make("p", { class: "note" }, say("Compare amount, time and payee with what you sold: one receipt can be shown twice.")),
    );
  } catch (error) {
    if (error instanceof NotStanding) {
      const { time, transaction } = error.entry, receipt = readReceipt(byId("receipt").value, charter);
      const coop = charter.coops.get(receipt.coop).title;
      result.replaceChildren(
        mark(false, say("It does not hold: the node of {coop} has signed it, but in a history of its log that does not stand.", { coop })),
        ...(isPayment(transaction) ? [make("dl", { class: "facts card" }, ...paymentFacts({ receipt, time, transaction, charter }))] : []),
      );
      return;
    }
    const isForged = error instanceof ProofError || error instanceof EncodingError;
    result.replaceChildren(mark(false, isForged ? say("Not genuine: nothing here proves a payment.") : explain(error)));
  }
}

async function isForMe(transaction) {
  const typed = byId("mine").value.trim();
  if (typed === "") return [];
  localStorage.setItem("mine", typed);
  let mine;
  try {
    mine = await accountOf(typed);
  } catch (error) {
    return [make("p", {}, say("Whether it is for {name} can't be told now:", { name: typed }), " ", explain(error))];
  }
  const isMine = mine !== null && transaction.payeeCoop === mine.coop && transaction.payee === mine.account;
  return [mark(isMine, isMine ? say("It is for {name}.", { name: typed }) : say("It is not for {name}.", { name: typed }))];
}

if (charter !== null) {
  byId("ready").textContent = say("Ready, also without a network.");
  byId("mine").value = localStorage.getItem("mine") ?? "";
  byId("scan").hidden = !canScan;
  byId("verify-form").hidden = false;
  onAction(byId("verify-form"), check);
  let scanning = null;
  onAction(byId("scan"), async () => {
    scanning?.stop();
    scanning = scan(byId("camera"));
    try {
      const text = await scanning.text;
      if (text === null) return;
      byId("receipt").value = text;
      await check();
    } catch {
      byId("result").replaceChildren(mark(false, say("The camera can't be used. Type or paste the receipt instead.")));
    }
  });
}
