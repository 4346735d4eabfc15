// Keys, hashes and signatures, PROTOCOL section 3, by WebCrypto only: what a signature covers, how the browser
// signs, and whether it can confirm a signature.

import { concat, fromBase64url, utf8 } from "./bytes.js";

const PKCS8_START = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

// What was shown does not prove what it claims.
export class ProofError extends Error {}

// A cooperative has signed the entry, in a history of its log that does not stand. `entry` is what it has signed.
export class NotStanding extends ProofError {
  constructor(entry) {
    super("it was signed in a history that does not stand");
    this.entry = entry;
  }
}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

export function tag(name) {
  const padded = new Uint8Array(16);
  padded.set(utf8(name));
  return padded;
}

export function signedBytes(name, { federation, coop, body }) {
  return concat(tag(name), federation, fourBytes(coop), body);
}

export function fourBytes(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

// `{privateKey, publicKey}`: a CryptoKey that signs and can't be read out, and its 32 public bytes.
export async function keyFromSeed(seed) {
  const pkcs8 = concat(PKCS8_START, seed);
  const readable = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const publicKey = fromBase64url((await crypto.subtle.exportKey("jwk", readable)).x);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  pkcs8.fill(0);
  return { privateKey, publicKey };
}

export const sign = async (privateKey, message) =>
  new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, message));

// Whether this browser has Ed25519 at all; older ones don't, and insecure pages never do.
export async function canSign() {
  try {
    await keyFromSeed(new Uint8Array(32));
    return true;
  } catch {
    return false;
  }
}

const imported = new Map();
const MOST_IMPORTED = 10_000;

// Whether this browser's Ed25519 accepts. Browsers are stricter than ZIP-215 about crafted signatures:
// true is true for every node; false means "this browser can't confirm it".
export async function isSigned(key, message, signature) {
  const name = key.join();
  if (!imported.has(name)) {
    if (imported.size >= MOST_IMPORTED) imported.clear();
    imported.set(name, crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]));
  }
  try {
    return await crypto.subtle.verify("Ed25519", await imported.get(name), signature, message);
  } catch {
    return false;
  }
}
