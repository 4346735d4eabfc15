// A till, or somebody employed: a device that pays from an account by a key of its own, within the caps that the owner gave
// it. The key is made here and its public half shown to the owner's phone, or it comes in a link or as words. What this
// page keeps has its own place in the browser, beside a wallet that may be there.

import { fromBase64url, fromHex, toHex } from "../protocol/bytes.js";
import { coopNamed } from "../protocol/charter.js";
import { contributionOf } from "../protocol/guards.js";
import { HANDLE } from "../protocol/messages.js";
import { whatForbids } from "../protocol/owning.js";
import { keyFromSeed } from "../protocol/signing.js";
import { capFacts, leftToday } from "../parts/account_keys.js";
import { Problem } from "../parts/api.js";
import { keptCharter } from "../parts/charters.js";
import { byId, facts, make, notice, onAction } from "../parts/dom.js";
import { explainOwning } from "../parts/explain_owning.js";
import { keepPages } from "../parts/keeping.js";
import { qrAddress, readAddress } from "../parts/links.js";
import { withNews } from "../parts/news.js";
import { openStore } from "../parts/opened.js";
import { NodeBehind, OutcomeUnknown, TwinFound, findAccount, resume } from "../parts/paying.js";
import { fetchTill, payAsTill, twinsHere } from "../parts/till_paying.js";
import { PaymentPending } from "../parts/store.js";
import { readAmount, say, showAmount, showTime } from "../parts/words.js";
import { withUnit } from "../parts/worth.js";

const PANES = ["start", "waiting", "unknown", "mine", "review", "done"];
const SEED_BYTES = 32, SHOWN_PAYMENTS = 10;
const { coop: COOP_NAME, coopNumber, federation: FEDERATION } = document.body.dataset;
const aboutWords = () => import("../parts/reading_words.js");

const store = await openStore("fiado-till");
// `wallet`: the key, with the account and its name once that is known; `found` as fetchTill gives it; `intent`: what is looked at.
const page = { store, wallet: await store.wallet(), charter: null, found: null, intent: null };

keepPages();
onAction(byId("make"), () => keep(crypto.getRandomValues(new Uint8Array(SEED_BYTES))).then(start));
onAction(byId("words-form"), wordsTyped);
onAction(byId("account-form"), accountTyped);
onAction(byId("unknown-again"), start);
onAction(byId("pay-form"), typed);
onAction(byId("review-pay"), payNow);
for (const id of ["review-back", "done-back"]) onAction(byId(id), showMine);
for (const id of ["forget", "waiting-forget"]) onAction(byId(id), forget);
addEventListener("hashchange", start);
await start();

function showPane(id) {
  for (const each of PANES) byId(each).hidden = each !== id;
  byId(`${id}-title`).focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function start() {
  notice("");
  const given = await takeFromAddress();
  if (page.wallet === undefined) return showPane("start");
  try {
    page.charter = await withNews(store, await keptCharter(store, page.wallet.federation));
    const receipt = await resume(page);
    await showMine();
    if (receipt !== null) showDone(receipt);
  } catch (error) {
    if (error instanceof OutcomeUnknown) return showPane("unknown");
    notice(explainOwning(error));
  }
  if (given === "another") notice(say("This device has a key already. Remove it before you take another."));
  return undefined;
}

// --- the key ---

// A link from the owner's page brings the key's seed in the part of an address that goes to nobody; it is taken out of the
// address at once. "another": there was a key here already.
async function takeFromAddress() {
  const query = new URLSearchParams(location.hash.slice(1));
  if (!query.has("seed")) return "nothing";
  history.replaceState(null, "", location.pathname + location.search);
  let seed = null;
  try {
    seed = fromBase64url(query.get("seed"));
  } catch {
    // said below
  }
  if (seed?.length !== SEED_BYTES) {
    notice(say("This link can't be read. Ask for a new one."));
    return "unreadable";
  }
  if (page.wallet !== undefined) return "another";
  const handle = query.get("account") ?? "";
  await keep(seed, HANDLE.test(handle) ? handle : undefined);
  return "taken";
}

async function keep(seed, handle) {
  const key = await keyFromSeed(seed);
  seed.fill(0);
  const wallet = { ...key, federation: fromHex(FEDERATION), coop: Number(coopNumber), coopName: COOP_NAME, handle };
  await store.saveWallet(wallet);
  navigator.storage?.persist?.().catch(() => false);
  page.wallet = wallet;
}

async function wordsTyped() {
  const { explainWords, readWords, seedFromWords } = await aboutWords();
  try {
    const words = await readWords(byId("given-words").value);
    byId("given-words").value = "";
    byId("words-error").textContent = "";
    await keep(await seedFromWords(words));
    await start();
  } catch (error) {
    byId("words-error").textContent = explainWords(error);
  }
}

async function forget() {
  if (await store.pending()) return showPane("unknown");
  await store.forgetWallet();
  page.wallet = undefined;
  return start();
}

// --- whom it pays for ---

function showWaiting() {
  const link = `${location.origin}/keys#key=${toHex(page.wallet.publicKey)}`;
  byId("key-qr").src = qrAddress(link);
  byId("key-link").textContent = link;
  byId("account").value ||= page.wallet.handle ?? "";
  showPane("waiting");
}

async function accountTyped() {
  page.wallet = { ...page.wallet, account: undefined, handle: byId("account").value.trim().toLowerCase().split("@")[0] };
  byId("account-error").textContent = page.wallet.handle === "" ? say("Write the name of the account.") : "";
  if (page.wallet.handle !== "") await showMine();
}

// What the key may pay now; or how it comes to be allowed.
async function showMine() {
  const { wallet } = page;
  byId("account-error").textContent = "";
  if (!wallet.handle) return showWaiting();
  try {
    page.found = await fetchTill(wallet, wallet.account ?? `@${wallet.handle}`);
    if (wallet.account === undefined) {
      page.wallet = { ...wallet, account: page.found.account };
      await store.saveWallet(page.wallet);
    }
  } catch (error) {
    showWaiting();
    byId("account-error").textContent = explainOwning(error);
    return undefined;
  }
  const { till } = page.found;
  byId("mine-title").textContent = say("Pay for {name}", { name: ownName() });
  byId("left").textContent = withUnit(leftToday(till));
  byId("caps").replaceChildren(...facts(capFacts(till, nameOf)));
  await showPaid();
  showPane("mine");
  return undefined;
}

function ownName() {
  return `${page.wallet.handle}@${page.wallet.coopName}`;
}

function nameOf(coop, account) {
  return `#${account}@${page.charter.coops.get(coop)?.name ?? coop}`;
}

async function showPaid() {
  const receipts = (await store.receipts()).sort((one, other) => other.time - one.time).slice(0, SHOWN_PAYMENTS);
  byId("paid").hidden = receipts.length === 0;
  byId("paid-list").replaceChildren(...receipts.map(({ time, intent }) =>
    make("li", {}, `${showAmount(intent.amount)} · ${intent.to} · ${showTime(time)}`)));
}

// --- paying ---

async function typed() {
  const address = readAddress(byId("pay-to").value), amount = readAmount(byId("pay-amount").value);
  byId("pay-to-error").textContent = address === null ? say("Write it as name@cooperative.") : "";
  byId("pay-amount-error").textContent = typeof amount === "string" ? amount : "";
  if (address === null || typeof amount === "string") return;
  try {
    await review(address, amount);
  } catch (error) {
    byId("pay-amount-error").textContent = explainOwning(error);
  }
}

async function review(address, amount) {
  const { wallet, charter } = page;
  if (coopNamed(charter, address.coop) === undefined) throw new Problem({ code: "coop_not_found" });
  const [payee, found] = await Promise.all([findAccount(address.coop, address.handle, wallet.federation), fetchTill(wallet, wallet.account)]);
  const asked = { to: `${address.handle}@${address.coop}`, payeeCoop: payee.coop_number, payee: payee.account, amount };
  if (asked.payeeCoop === wallet.coop && asked.payee === wallet.account) throw new Problem({ code: "payee_is_payer" });
  const fee = contributionOf(asked, { coop: wallet.coop, rate: found.contribution });
  const forbidden = whatForbids({ ...asked, fee }, found);
  if (forbidden !== null) throw new Problem({ code: forbidden });
  const twins = await twinsHere(page, asked, found);
  page.intent = { ...asked, fee, agreed: twins.map(({ id }) => id) };
  byId("review-title").textContent = say("Pay {amount} to {name}?", { amount: withUnit(amount), name: `${asked.to} (#${asked.payee})` });
  byId("review-facts").replaceChildren(...facts([
    [say("From"), ownName()],
    ...(fee ? [[say("Contribution to your commons, on top"), withUnit(fee)], [say("Together"), withUnit(amount + fee)]] : []),
    [say("Left today afterwards"), withUnit(leftToday(found.till) - amount - fee)],
  ]));
  byId("review-pay").textContent = say("Pay {amount}", { amount: withUnit(amount + fee) });
  byId("review-error").textContent = "";
  warn(twins);
  showPane("review");
}

function warn([twin]) {
  byId("review-warning").hidden = twin === undefined;
  if (twin === undefined) return;
  byId("review-warning").textContent = say("You paid {amount} to {payee} on {time} already. Go on only if this is another payment.", {
    amount: showAmount(twin.amount), payee: twin.to, time: showTime(twin.time),
  });
}

async function payNow() {
  const { intent } = page;
  try {
    showDone(await payAsTill(page, intent));
  } catch (error) {
    if (error instanceof OutcomeUnknown || error instanceof PaymentPending) return showPane("unknown");
    if (error instanceof TwinFound) {
      intent.agreed = error.twins.map(({ id }) => id);
      return warn(error.twins);
    }
    byId("review-error").textContent = error instanceof NodeBehind
      ? say("Your node has forgotten payments that this wallet made. Pay nothing until your cooperative has repaired it.") : explainOwning(error);
  }
  return undefined;
}

function showDone({ id, intent, time }) {
  page.intent = null;
  byId("pay-form").reset();
  byId("done-title").textContent = say("Paid: {amount} to {name}", { amount: withUnit(intent.amount), name: intent.to });
  byId("done-where").textContent = say("Recorded: entry {number} of {coop}.", { number: id.split("-")[1], coop: COOP_NAME });
  byId("done-time").textContent = showTime(time);
  showPane("done");
}
