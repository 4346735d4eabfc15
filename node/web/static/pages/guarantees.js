// For whom the owner of this browser's wallet answers, and who answers for them. What a guarantee may cost is shown
// before it is signed, by the rule itself; what is signed is made here.

import { lookAhead, signedGuarantee } from "../protocol/guarantees.js";
import { Session, post } from "../parts/api.js";
import { byId, facts, make, notice, onAction } from "../parts/dom.js";
import { keepPages } from "../parts/keeping.js";
import { explainGuarantee } from "../parts/explain_guarantees.js";
import { newsItems } from "../parts/guaranteed.js";
import { openStore } from "../parts/opened.js";
import { readAmount, say, showAmount, showDay } from "../parts/words.js";

const store = await openStore();
const wallet = await store.wallet();
const page = { session: null, offer: null };

keepPages();
if (wallet?.account === undefined) byId("no-wallet").hidden = false;
else await start();

async function start() {
  const { account, privateKey, federation, coop } = wallet;
  page.session = new Session({ role: "member", number: account, privateKey, federation, coop });
  onAction(byId("offer-form"), offered);
  onAction(byId("review-sign"), signed);
  onAction(byId("review-back"), () => showReview(null));
  await load();
}

async function load(said = "") {
  try {
    const found = await page.session.get("/v1/me/guarantees");
    byId("room").textContent = say("You can spend or pledge {amount} more.", { amount: showAmount(Math.max(found.room, 0)) });
    byId("given").replaceChildren(...found.given.map((each) => card(each, each.member, found.coop, { isOwn: true })));
    byId("received").replaceChildren(...found.received.map((each) => card(each, each.guarantor, found.coop, { isOwn: false })));
    byId("none-given").hidden = found.given.length > 0;
    byId("none-received").hidden = found.received.length > 0;
    byId("news").replaceChildren(...newsItems(found));
    byId("rings").replaceChildren(...found.rings.map(ringWords));
    byId("mine").hidden = false;
    notice(said, { isGood: said !== "" });
  } catch (error) {
    notice(explainGuarantee(error));
  }
}

function card(guarantee, other, coop, { isOwn }) {
  const name = `${other.handle}@${coop}`;
  const item = make("li", { class: "card" }, make("h3", {}, name));
  item.append(make("dl", { class: "facts" }, ...facts([
    [say("Up to"), showAmount(guarantee.cap)],
    [say("Their debt needs of it now"), showAmount(guarantee.needed)],
    [say("Until"), untilWords(guarantee)],
  ])));
  if (isOwn && guarantee.wanted > 0) {
    const button = make("button", { type: "button" }, say("Stop answering for {name}", { name }));
    onAction(button, () => review(other.handle, { cap: 0, until: null }));
    item.append(button);
  }
  return item;
}

function untilWords({ until, cap, wanted }) {
  if (until === null) return say("withdrawn: it ends as soon as no debt needs it");
  if (cap === wanted) return showDay(until);
  return say("{day}; it goes down to {amount} as soon as no debt needs it", { day: showDay(until), amount: showAmount(wanted) });
}

function ringWords(ring) {
  const names = ring.map(({ handle }) => handle).join(", ");
  return make("li", {}, say("In a circle, so that each leans on itself: {names}", { names }));
}

async function offered() {
  byId("offer-error").textContent = "";
  const cap = readAmount(byId("offer-amount").value);
  if (typeof cap === "string") return fail(cap);
  const day = Date.parse(`${byId("offer-until").value}T00:00:00Z`);
  if (!Number.isFinite(day)) return fail(say("Choose a day after today, within ten years."));
  return review(byId("offer-handle").value.trim(), { cap, until: day / 1000 });
}

function fail(words) {
  byId("offer-error").textContent = words;
}

async function review(named, { cap, until }) {
  try {
    const handle = named.split("@")[0];
    const { coop, room, guarantee } = await page.session.get(`/v1/me/guarantees/@${encodeURIComponent(handle)}`);
    const outlook = lookAhead({ cap: guarantee.cap, needed: guarantee.needed, wanted: cap, room });
    const isBeyond = outlook.worst > guarantee.cap && outlook.roomAfter < 0;
    showReview({ guarantee, coop, room, cap, until, outlook });
    byId("review-sign").disabled = isBeyond;
    byId("review-error").textContent = isBeyond ? say("You have not so much room: nobody pledges what they could not pay.") : "";
    notice("");
  } catch (error) {
    notice(explainGuarantee(error));
  }
}

// The worst case first: whoever signs has read it.
function showReview(offer) {
  page.offer = offer;
  byId("review").hidden = offer === null;
  byId("mine").hidden = offer !== null;
  if (offer === null) return;
  const { guarantee: { member }, coop, room, cap, until, outlook } = offer;
  const name = `${member.handle}@${coop}`;
  byId("review-title").textContent = cap > 0 ? say("Answer for {name}?", { name }) : say("Answer for {name} no more?", { name });
  byId("review-worst").textContent = cap > 0
    ? say("At worst you pay {amount}: if {name} leaves, or the account is closed, with a debt as high.", { amount: showAmount(outlook.worst), name })
    : say("For what {name} owes from now on you don't answer any more.", { name });
  const pairs = [
    [say("Account"), `#${member.account}`],
    [say("You can spend or pledge now"), showAmount(room)],
    [say("After this"), showAmount(outlook.roomAfter)],
  ];
  if (until !== null) pairs.push([say("It ends on"), showDay(until)]);
  byId("review-facts").replaceChildren(...facts(pairs));
  byId("review-held").textContent = outlook.held > 0
    ? say("{amount} stays for now, because their debt needs it. It ends by itself as the debt is paid.", { amount: showAmount(outlook.worst) }) : "";
  byId("review-stop").hidden = cap === 0;
  byId("review-title").focus();
}

async function signed() {
  const { guarantee, cap, until } = page.offer;
  try {
    const revision = guarantee.revision + 1;
    const transaction = await signedGuarantee(wallet, { member: guarantee.member.account, revision, cap, until });
    await post("/v1/transactions", { transaction });
    showReview(null);
    byId("offer-form").reset();
    await load(cap > 0 ? say("Recorded. You answer for {name} now.", { name: guarantee.member.handle }) : say("Recorded. It is withdrawn."));
  } catch (error) {
    byId("review-error").textContent = explainGuarantee(error);
  }
}
