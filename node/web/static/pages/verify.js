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
import { say, showTime } from "../parts/words.js";

const CHECKED = "checked-receipts", MOST_CHECKED = 2_000;
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

// When a receipt was checked on this device before, in seconds; null: never. It is remembered.
async function checkedBefore({ coop, length }) {
  const id = `${coop}-${length}`, checked = (await store.read(CHECKED)) ?? [];
  const before = checked.find((each) => each.id === id);
  if (before !== undefined) return before.time;
  const now = { id, time: Math.floor(Date.now() / 1000) };
  await store.write((kept) => kept.put([...checked, now].slice(-MOST_CHECKED), CHECKED));
  return null;
}

async function repeatedWords(receipt) {
  const before = await checkedBefore(receipt).catch(() => null);
  return before === null ? []
    : [mark(false, say("This receipt was checked on this device before, on {time}. One payment pays for one sale.", { time: showTime(before) }))];
}

const whatItProves = () => make("p", { class: "small" }, say("It proves that the payer's cooperative has signed a log in which this payment stands, from this account to that one. It does not prove that the payment has reached your cooperative, that nothing else was signed there, or that it was not shown elsewhere: for that the network is needed."));

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
      ...(await repeatedWords(receipt)),
      ...(await isForMe(transaction)),
      make("dl", { class: "facts card" }, ...paymentFacts({ receipt, time, transaction, charter })),
      make("p", { class: "note" }, say("Compare amount, time and payee with what you sold: one receipt can be shown twice.")),
      whatItProves(),
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
