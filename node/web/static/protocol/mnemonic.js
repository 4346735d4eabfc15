// A key's seed from twelve (or twenty-four) words, by the formula of node/member/mnemonic.py.
//
// The words and the seed pass through here and are not kept.

import { utf8 } from "./bytes.js";
import { sha256 } from "./signing.js";

export class WordsError extends Error {
  // `problem`: count, unknown, checksum; `positions` from 1, of unknown words.
  constructor(problem, positions = []) {
    super(problem);
    this.problem = problem;
    this.positions = positions;
  }
}

const COUNTS = { 12: 16, 24: 32 };

const plain = (word) => word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

const toBits = (bytes) => Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");

// The words for 16 or 32 random bytes, from a list of 2,048.
export async function wordsFromEntropy(entropy, list) {
  const check = toBits(await sha256(entropy)).slice(0, entropy.length / 4);
  const bits = toBits(entropy) + check;
  return bits.match(/.{11}/g).map((index) => list[parseInt(index, 2)]);
}

// The words in a text as people type or paste them: numbered, with commas, in capitals, with odd blanks. Words
// are letters only, so whatever else there is stands between two of them; but not a soft hyphen.
const wordsIn = (text) => plain(text.replaceAll("\u00ad", "")).split(/\P{L}+/u).filter(Boolean);

// The words as the list spells them, from what somebody typed; else WordsError.
export async function parseWords(text, list) {
  const typed = wordsIn(text);
  const entropyBytes = COUNTS[typed.length];
  if (entropyBytes === undefined) throw new WordsError("count");
  const places = new Map(list.map((word, place) => [plain(word), place]));
  const found = typed.map((word) => places.get(word));
  const unknown = found.flatMap((place, index) => (place === undefined ? [index + 1] : []));
  if (unknown.length > 0) throw new WordsError("unknown", unknown);
  const bits = found.map((place) => place.toString(2).padStart(11, "0")).join("");
  const entropy = Uint8Array.from(bits.slice(0, 8 * entropyBytes).match(/.{8}/g), (byte) => parseInt(byte, 2));
  const words = found.map((place) => list[place]);
  const right = await wordsFromEntropy(entropy, list);
  if (right.at(-1) !== words.at(-1)) throw new WordsError("checksum");
  return words;
}

export async function seedFromWords(words) {
  const password = utf8(words.join(" ").normalize("NFKD"));
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const stretching = { name: "PBKDF2", hash: "SHA-512", salt: utf8("mnemonic"), iterations: 2048 };
  const bip39 = await crypto.subtle.deriveBits(stretching, base, 512);
  const mac = await crypto.subtle.importKey(
    "raw", utf8("fiado/member-key/v1"), { name: "HMAC", hash: "SHA-512" }, false, ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", mac, bip39)).slice(0, 32);
}
