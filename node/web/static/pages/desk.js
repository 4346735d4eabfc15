// The stewards' desk: what waits, what it means in plain words, and signing it with one's own key.
//
// What is shown is decoded here from the very bytes that are signed, not from what the node says
// about them. The key is in this page's memory only.

import { fromBase64url, fromHex, isEqual, toBase64url, toHex } from "../protocol/bytes.js";
import { Session } from "../parts/api.js";
import { byId, facts, make, notice, onAction, showSection } from "../parts/dom.js";
import { actionButton, explainVote as explain } from "../parts/explain_votes.js";
import { debtForStewards } from "../parts/leaving.js";
import { KINDS } from "../parts/kinds.js";
import { seedFromWords } from "../protocol/mnemonic.js";
import { checkOpening } from "../protocol/names.js";
import { canSign, keyFromSeed, sign } from "../protocol/signing.js";
import {
  ADMIT, LIMIT, PROPOSE, SPEND, decodeTransaction, encodeTransaction, entryMessage, proposalHash, reasonHash,
} from "../protocol/messages.js";
import { mark } from "../parts/receipt.js";
import { Store } from "../parts/store.js";
import { explainWords, readWords } from "../parts/reading_words.js";
import { readAmount, say, showAmount, showTime } from "../parts/words.js";

const { federation: FEDERATION, coopNumber, coop: COOP } = document.body.dataset;
const here = { federation: fromHex(FEDERATION), coop: Number(coopNumber) };
const desk = { key: null, number: null, session: null, found: null };
const SALT_BYTES = 16;

// Whoever was elected signs with the key of the own account: with the wallet in this browser, if it is that.
async function offerWallet() {
  const wallet = await (await Store.open()).wallet();
  const mine = [...byId("steward").options].find((option) => wallet && option.dataset.key === toHex(wallet.publicKey));
  if (mine === undefined) return;
  byId("use-wallet").textContent = say("Go on as {name}, with the wallet of this browser", { name: mine.textContent });
  byId("with-wallet").hidden = false;
  onAction(byId("use-wallet"), () => enter(mine, wallet));
}

async function signIn() {
  const option = byId("steward").selectedOptions[0];
  try {
    const seed = await seedFromWords(await readWords(byId("steward-words").value));
    const key = await keyFromSeed(seed);
    seed.fill(0);
    await enter(option, key);
  } catch (error) {
    byId("sign-in-error").textContent = explainWords(error);
  }
}

async function enter(option, key) {
  try {
    desk.key = key;
    if (!isEqual(desk.key.publicKey, fromHex(option.dataset.key))) {
      byId("sign-in-error").textContent = say("These words give another key than the charter names for {name}.", { name: option.textContent });
      return;
    }
    desk.number = Number(option.value);
    desk.session = new Session({ role: "steward", number: desk.number, privateKey: desk.key.privateKey, ...here });
    await desk.session.open();
    byId("steward-words").value = "";
    byId("who").textContent = say("You sign as {name}.", { name: option.textContent });
    showSection("desk");
    await loadQueue();
    await loadMore();
  } catch (error) {
    byId("sign-in-error").textContent = explainWords(error);
  }
}

// What nobody needs before signing in is loaded after it.
async function loadMore() {
  if (desk.reviews === undefined) {
    desk.charter = await import("./desk_charter.js");
    desk.charter.setUpCharter(desk, here);
    desk.reviews = await import("./desk_reviews.js");
    desk.reviews.setUpReview(desk);
    const { setUpVoteForm } = await import("./desk_votes.js");
    setUpVoteForm(desk, here, COOP, async (said) => {
      await loadQueue(said);
      byId("queue-title").scrollIntoView();
    });
  }
  await desk.charter.loadCharter();
  await desk.reviews.showLongDebts(desk);
}

byId("told").addEventListener("toggle", async () => {
  if (!byId("told").open) return;
  const { setUpNotices } = await import("../parts/notices.js");
  await setUpNotices(desk.session);
}, { once: true });

// --- the queue ---

// Shows what waits, and what is to be said of what was done just before.
async function loadQueue(said = "") {
  try {
    const { drafts } = await desk.session.get("/v1/drafts");
    byId("queue").replaceChildren(...(await Promise.all(drafts.map(showDraft))));
    byId("queue-empty").hidden = drafts.length > 0;
    notice(said, { isGood: true });
  } catch (error) {
    notice(explain(error));
  }
}

// The account that it is about, or that the commons pays; undefined where it is about all.
const accountOf = (transaction) => (transaction.kind === SPEND ? transaction.payee : transaction.account);

async function showDraft(draft) {
  const transaction = decodeTransaction(fromBase64url(draft.transaction));
  const about = accountOf(transaction);
  const isOfMember = transaction.kind !== ADMIT && about !== undefined;
  const member = isOfMember ? await desk.session.get(`/v1/members/${about}`) : null;
  const item = make("li", { class: "card" }, make("h3", {}, headline(nameKnown(transaction, draft.name), member)));
  item.append(make("dl", { class: "facts" }, ...facts(details(transaction, draft, member))));
  item.append(...(await reasonOf(transaction, draft.reason)), ...(await nameOf(transaction, draft.name)));
  item.append(...alike(draft));
  item.append(...debtForStewards(draft.debt).map((each) => make("p", { class: "small" }, each)));
  item.append(make("p", { class: "small" }, signedBy(draft), " ", say("It waits until {time}.", { time: showTime(draft.expires) })));
  const isMine = transaction.stewards.some(([steward]) => steward === desk.number);
  const error = make("p", { class: "error", role: "alert" });
  if (draft.state === "overtaken") item.append(mark(false, say("Something else was recorded meanwhile; this can't be any more.")));
  else if (isMine) item.append(mark(true, say("You have signed this.")));
  const buttons = [actionButton("", say("Decline"), error, () => decline(draft), loadQueue)];
  if (draft.state !== "overtaken" && !isMine) buttons.unshift(actionButton("primary", say("Sign it"), error, () => signDraft(draft, nameKnown(transaction, draft.name), member), loadQueue));
  item.append(make("div", { class: "actions" }, ...buttons), error);
  return item;
}

// What else there is of the handle and the key of an admission: people should know before they sign.
function alike(draft) {
  const lines = [];
  if (draft.same_handle.length > 0) lines.push(say("Somebody else asks for the same name too; only one can be admitted."));
  const accounts = draft.accounts_of_key.map((each) => each.handle).join(", ");
  if (accounts) lines.push(say("This key has an account already: {accounts}.", { accounts }));
  return lines.map((line) => mark(false, line));
}

async function signDraft(draft, transaction, member) {
  const signature = toHex(await sign(desk.key.privateKey, entryMessage(here, transaction)));
  const path = `/v1/drafts/${draft.id}/signatures`;
  return outcome(await desk.session.post(path, { steward: desk.number, signature }), transaction, member);
}

async function decline(draft) {
  await desk.session.delete(`/v1/drafts/${draft.id}`);
}

// What the last signature that was needed has done.
const outcome = ({ state }, transaction, member) =>
  (state === "recorded" ? say("Recorded: {what}.", { what: headline(transaction, member) }) : "");

// An admission with the name that it commits to, for people to read.
const nameKnown = (transaction, name) => (name === null ? transaction : { ...transaction, name: name.handle });
const named = ({ account, handle, name }) => name ?? (typeof handle === "string" ? handle : `#${account}`);

// `member` is the account that is to be changed, null for a new one.
const headline = (transaction, member) =>
  KINDS[transaction.kind].headline(transaction, `${member?.handle ?? named(transaction)}@${COOP}`);

function details(transaction, draft, member) {
  const pairs = [[say("Proposed"), showTime(draft.created)]];
  const about = accountOf(transaction);
  if (about !== undefined) pairs.unshift([say("Account"), String(about)]);
  if (member !== null) {
    pairs.push([say("May owe now up to"), showAmount(member.limit)], [say("Balance"), showAmount(member.balance)]);
  }
  return [...pairs, ...KINDS[transaction.kind].details(transaction, draft)];
}

// What an admission hides is checked before anybody signs it.
async function nameOf({ kind, handle: committed }, name) {
  if (kind !== ADMIT || typeof committed === "string") return [];
  try {
    await checkOpening({ ...here, salt: fromHex(name.salt), handle: name.handle, committed });
    return [];
  } catch {
    return [mark(false, say("The name shown is not the one that would be signed. Don't sign."))];
  }
}

// The reason, once it is the one whose hash is signed.
async function reasonOf(transaction, reason) {
  const bound = transaction.reason ?? transaction.text;
  if (bound === undefined) return [];
  if (reason === null) return [mark(false, say("No reason was given with it. Ask who proposed it before you sign."))];
  const hashed = transaction.kind === PROPOSE ? proposalHash : reasonHash;
  const hash = await hashed({ salt: fromHex(reason.salt), text: reason.text });
  if (!isEqual(hash, bound)) return [mark(false, say("The reason shown is not the one that would be signed. Don't sign."))];
  return [make("p", { class: "note" }, reason.text)];
}

const signedBy = ({ signed_by: signers, needed }) => (signers.length === 0
  ? say("Nobody has signed yet. Signatures needed: {needed}.", { needed })
  : say("Signed by {names}. Signatures needed: {needed}.", { names: signers.map(({ name }) => name).join(", "), needed }));

// --- proposing a change of an account ---

async function findMember() {
  byId("find-error").textContent = "";
  byId("found").hidden = true;
  desk.reviews.forgetReview();
  try {
    const named = encodeURIComponent(byId("find").value.trim().toLowerCase());
    const { account } = await desk.session.get(`/v1/accounts/${COOP}/${named}`);
    const member = await desk.session.get(`/v1/members/${account}`);
    const statuses = { open: say("open"), frozen: say("frozen"), closed: say("closed") };
    desk.found = member;
    byId("found-name").textContent = `${member.handle}@${COOP}`;
    byId("found-facts").replaceChildren(...facts([
      [say("Account"), String(member.account)], [say("Balance"), showAmount(member.balance)],
      [say("May owe up to"), showAmount(member.limit)], [say("State"), statuses[member.status]],
    ]));
    const { debt } = await desk.session.get(`/v1/debts/${account}`);
    byId("found-debt").replaceChildren(...debtForStewards(debt).map((each) => make("p", { class: "small" }, each)));
    byId("found").hidden = false;
  } catch (error) {
    byId("find-error").textContent = explain(error);
  }
}

async function proposeChange() {
  const text = byId("reason").value.trim();
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  try {
    const change = readChange();
    if (typeof change === "string") throw new FormError(change);
    if (text === "") throw new FormError(say("Say why: the member has a right to the reason."));
    const transaction = {
      ...change, account: desk.found.account, revision: desk.found.revision + 1,
      reason: await reasonHash({ salt, text }), stewards: [],
    };
    const signature = await sign(desk.key.privateKey, entryMessage(here, transaction));
    transaction.stewards = [[desk.number, signature]];
    const answer = await desk.session.post("/v1/drafts", {
      transaction: toBase64url(encodeTransaction(transaction)), reason: { salt: toHex(salt), text },
    });
    byId("change-form").reset();
    byId("found").hidden = true;
    byId("change-error").textContent = "";
    await loadQueue(outcome(answer, transaction, desk.found));
    byId("queue-title").scrollIntoView();
  } catch (error) {
    byId("change-error").textContent = error instanceof FormError ? error.message : explain(error);
  }
}

class FormError extends Error {}

// The kind that is chosen, with the fields that the choice gives by itself.
function chosenChange() {
  const given = Object.entries(byId("change-form").querySelector("[name=change]:checked").dataset);
  return Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
}

// The fields of the change that the form describes, or the sentence that says what is missing.
function readChange() {
  const chosen = chosenChange();
  if (chosen.kind !== LIMIT) return chosen;
  const limit = readAmount(byId("new-limit").value, { isZeroAllowed: true });
  if (typeof limit === "string") return limit;
  const from = Math.floor(Date.now() / 1000);
  const day = byId("until").value;
  if (day === "") return { ...chosen, limit, from, until: null, after: null };
  const after = readAmount(byId("after").value, { isZeroAllowed: true });
  if (typeof after === "string") return say("Say what the limit is after that day.");
  // Until the end of that day, where the steward is.
  const until = Math.floor(new Date(`${day}T00:00`).getTime() / 1000) + 86_400;
  if (!Number.isSafeInteger(until)) return say("That day can't be read.");
  if (until <= from) return say("That day is over.");
  return { ...chosen, limit, from, until, after };
}

if (await canSign()) {
  onAction(byId("sign-in-form"), signIn);
  onAction(byId("find-form"), findMember);
  onAction(byId("change-form"), proposeChange);
  await offerWallet();
  onAction(byId("reload"), async () => {
    await loadQueue();
    await desk.charter.loadCharter();
    await desk.reviews.showLongDebts(desk);
  });
  byId("change-form").addEventListener("change", () => {
    byId("limit-fields").hidden = chosenChange().kind !== LIMIT;
  });
  showSection("sign-in");
} else notice(say("This browser can't sign. Update it, or use the program: fiado steward."));
