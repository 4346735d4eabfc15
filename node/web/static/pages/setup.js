// Making a wallet: words, their backup, the key, and joining the cooperative.
//
// The words live in one variable while the member writes them down, and nowhere else. The key is kept
// before the backup is confirmed only in memory: a wallet that was never backed up is never stored.

import { fromHex, toBase64url, toHex } from "../protocol/bytes.js";
import { offerNews } from "../parts/admitted.js";
import { Problem, accountsOfKey, get, post } from "../parts/api.js";
import { byId, make, onAction, showSection } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { keyFromSeed, sign } from "../protocol/signing.js";
import { ADMIT, encodeTransaction, entryMessage } from "../protocol/messages.js";
import { findAccount } from "../parts/paying.js";
import { StorageDenied } from "../parts/store.js";
import { say } from "../parts/words.js";

// What only a new or restored wallet needs is loaded by it.
const aboutWords = () => import("../parts/reading_words.js");

const ENTROPY_BYTES = 16;
const ASKED_WORDS = 3;
const CLASSES = { person: 0, organisation: 1 };
const { coop: COOP_NAME, coopNumber, federation: FEDERATION } = document.body.dataset;

// Sets up the sections; `onWallet` is called with the store's new wallet each time it changes.
export function setUp(store, onWallet) {
  const made = { words: [], entropy: null };

  async function showWords() {
    const language = byId("word-language").value;
    const { wordList, wordsFromEntropy } = await aboutWords();
    made.words = await wordsFromEntropy(made.entropy, await wordList(language));
    byId("word-list").replaceChildren(...made.words.map((word) => make("li", {}, word.normalize("NFC"))));
  }

  onAction(byId("begin-new"), async () => {
    made.entropy = crypto.getRandomValues(new Uint8Array(ENTROPY_BYTES));
    byId("word-language").value = document.documentElement.dataset.lang === "en" ? "english" : "spanish";
    await showWords();
    showSection("words");
  });
  byId("word-language").addEventListener("change", showWords);
  onAction(byId("words-written"), async () => {
    askForWords(made.words);
    showSection("confirm");
  });
  onAction(byId("confirm-back"), async () => showSection("words"));
  onAction(byId("confirm-form"), async () => {
    const isRight = [...byId("confirm-fields").querySelectorAll("input")].every(
      (input) => plain(input.value) === plain(made.words[Number(input.dataset.place)]),
    );
    byId("confirm-error").textContent = isRight ? "" : say("That is not what stands on your paper. Look again, or see the words once more.");
    if (!isRight) return;
    try {
      await keepKey(store, made.words, onWallet);
    } catch (error) {
      byId("confirm-error").textContent = explain(error);
      return;
    }
    made.words = [];
    made.entropy = null;
    byId("word-list").replaceChildren();
  });
  onAction(byId("begin-restore"), async () => showSection("restore"));
  onAction(byId("restore-back"), async () => showSection("welcome"));
  onAction(byId("restore-form"), async () => {
    let explainIt = explain;
    try {
      const { explainWords, readWords } = await aboutWords();
      explainIt = explainWords;
      const words = await readWords(byId("restore-words").value);
      byId("restore-words").value = "";
      byId("restore-error").textContent = "";
      await keepKey(store, words, onWallet);
      await attachOwn(store, await store.wallet(), onWallet);
    } catch (error) {
      byId("restore-error").textContent = explainIt(error);
    }
  });
  setUpJoining(store, onWallet);
}

const plain = (word) => word.trim().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

function askForWords(words) {
  const places = new Set();
  while (places.size < ASKED_WORDS) {
    places.add(crypto.getRandomValues(new Uint8Array(1))[0] % words.length);
  }
  const fields = [...places].sort((a, b) => a - b).flatMap((place) => [
    make("label", { for: `word-${place}` }, say("Word number {number}", { number: place + 1 })),
    make("input", {
      id: `word-${place}`, "data-place": place, required: "", autocapitalize: "none",
      autocomplete: "off", spellcheck: "false",
    }),
  ]);
  byId("confirm-fields").replaceChildren(...fields);
  byId("confirm-error").textContent = "";
}

async function keepKey(store, words, onWallet) {
  const { seedFromWords } = await aboutWords();
  const seed = await seedFromWords(words);
  const key = await keyFromSeed(seed);
  seed.fill(0);
  const wallet = {
    ...key, federation: fromHex(FEDERATION), coop: Number(coopNumber), coopName: COOP_NAME,
  };
  try {
    await store.saveWallet(wallet);
  } catch (error) {
    throw new StorageDenied(error?.message, { cause: error });
  }
  // Browsers may throw away what a site keeps when the disk is full, unless they are asked not to. Some ask the member
  // in turn, so nobody waits for the answer.
  navigator.storage?.persist?.().catch(() => false);
  await onWallet(wallet);
}

// --- joining ---

function setUpJoining(store, onWallet) {
  onAction(byId("join-form"), async () => {
    const wallet = await store.wallet();
    const handle = byId("handle").value.trim().toLowerCase();
    const cls = new FormData(byId("join-form")).get("class");
    try {
      if (await attachOwn(store, wallet, onWallet)) return;
      const join = await askToJoin(wallet, handle, cls);
      const joined = { ...wallet, join };
      await store.saveWallet(joined);
      await onWallet(joined);
    } catch (error) {
      byId("join-error").textContent = explain(error);
    }
  });
  onAction(byId("attach-form"), async () => {
    const wallet = await store.wallet();
    const handle = byId("attach-handle").value.trim().toLowerCase();
    try {
      const attached = await attach(store, wallet, handle);
      if (attached === null) {
        byId("attach-error").textContent = say("That account has another key than your words give.");
      } else await onWallet(attached);
    } catch (error) {
      byId("attach-error").textContent = explain(error);
    }
  });
}

// Asks for an account number, signs the admission with the new key and leaves it for the stewards.
async function askToJoin(wallet, handle, cls) {
  const key = toHex(wallet.publicKey);
  const proposal = await post("/v1/joins/proposals", { key, handle, class: cls });
  const { SALT_BYTES, commitment } = await import("../protocol/names.js");
  const { federation, coop } = wallet;
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const committed = await commitment({ federation, coop, salt, handle });
  const admit = {
    kind: ADMIT, account: proposal.account, key: wallet.publicKey, handle: committed, class: CLASSES[cls],
    limit: proposal.limit, stewards: [],
  };
  const message = entryMessage({ federation: wallet.federation, coop: wallet.coop }, admit);
  admit.keySignature = await sign(wallet.privateKey, message);
  const draft = await post("/v1/joins", {
    transaction: toBase64url(encodeTransaction(admit)), name: { salt: toHex(salt), handle },
  });
  return { id: draft.id, handle };
}

// Takes the account that the key has here already, so that nobody asks for a second one by mistake. Of
// several the member chooses. Returns whether there is any.
async function attachOwn(store, wallet, onWallet) {
  const [first, ...others] = await accountsOfKey(wallet);
  if (first === undefined) return false;
  const attached = others.length === 0 ? await attach(store, wallet, first.handle) : null;
  if (attached !== null) await onWallet(attached);
  else {
    const accounts = [first, ...others].map(({ handle }) => handle).join(", ");
    byId("attach-form").parentElement.open = true;
    byId("attach-error").textContent = say("Your words have these accounts here: {accounts}. Write which one you want.", { accounts });
  }
  return true;
}

// The wallet with its account, if its key owns the account of that name, alone or with others; else null.
export async function attach(store, wallet, handle) {
  const account = await findAccount(wallet.coopName, handle, wallet.federation);
  const { owners } = await get(`/v1/keys/${account.account}`);
  if (!owners.includes(toHex(wallet.publicKey))) return null;
  const { join, ...rest } = wallet;
  const attached = { ...rest, account: account.account, handle };
  await store.saveWallet(attached);
  return attached;
}

// What became of a request to join: "waiting", "overtaken" or "recorded" (then the wallet has its account).
export async function lookAtJoin(store, wallet) {
  let state = "waiting";
  try {
    state = (await get(`/v1/joins/${wallet.join.id}`)).state;
  } catch (error) {
    if (!(error instanceof Problem && error.code === "draft_not_found")) throw error;
    state = "overtaken";
  }
  if (state === "waiting") {
    offerNews(wallet.join).catch(() => {});
    return { state, wallet };
  }
  try {
    const attached = await attach(store, wallet, wallet.join.handle);
    if (attached !== null) return { state: "recorded", wallet: attached };
  } catch (error) {
    if (!(error instanceof Problem && error.code === "account_not_found")) throw error;
  }
  const { join, ...rest } = wallet;
  await store.saveWallet(rest);
  return { state: "overtaken", wallet: rest };
}
