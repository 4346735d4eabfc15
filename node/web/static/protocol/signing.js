// Keys, hashes and signatures, PROTOCOL section 3: what a signature covers, how the browser signs, and whether it can
// confirm a signature. By WebCrypto; where that has no Ed25519, by a library that is loaded then (fallback.js).

import { concat, fromBase64url, utf8 } from "./bytes.js";

const ED25519 = 0x70, X25519 = 0x6e; // the last bytes of their object identifiers
const pkcs8 = (curve, secret) =>
  concat(Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, curve, 4, 0x22, 4, 0x20), secret);

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

// --- by the browser's own Ed25519 ---

const byBrowser = {
  async keyFromSeed(seed) {
    const secret = pkcs8(ED25519, seed);
    const readable = await crypto.subtle.importKey("pkcs8", secret, "Ed25519", true, ["sign"]);
    const publicKey = fromBase64url((await crypto.subtle.exportKey("jwk", readable)).x);
    const privateKey = await crypto.subtle.importKey("pkcs8", secret, "Ed25519", false, ["sign"]);
    secret.fill(0);
    return { privateKey, publicKey, memoKey: await memoKeyOf(seed) };
  },

  sign: async (privateKey, message) =>
    new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, message)),

  async isSigned(key, message, signature) {
    const name = key.join();
    if (!imported.has(name)) {
      if (imported.size >= MOST_IMPORTED) imported.clear();
      imported.set(name, crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]));
    }
    return crypto.subtle.verify("Ed25519", await imported.get(name), signature, message);
  },
};

const imported = new Map();
const MOST_IMPORTED = 10_000;

// The X25519 keys of the same owner, which open memos, as `keyFromSeed` gives keys; null where the browser has none.
async function memoKeyOf(seed) {
  const secret = pkcs8(X25519, new Uint8Array(await crypto.subtle.digest("SHA-512", seed)).slice(0, 32));
  try {
    const readable = await crypto.subtle.importKey("pkcs8", secret, "X25519", true, ["deriveBits"]);
    const publicKey = fromBase64url((await crypto.subtle.exportKey("jwk", readable)).x);
    const privateKey = await crypto.subtle.importKey("pkcs8", secret, "X25519", false, ["deriveBits"]);
    return { privateKey, publicKey };
  } catch {
    return null;
  } finally {
    secret.fill(0);
  }
}

// --- the choice ---

// Asked for at once, though the second imports the first: each question takes long on a slow network.
function byLibrary() {
  import("../library/noble/ed25519/index.js").catch(() => {});
  return import("./fallback.js");
}

let chosen = null;

async function choose() {
  try {
    await byBrowser.keyFromSeed(new Uint8Array(32));
    return byBrowser;
  } catch {
    return byLibrary();
  }
}

// What is used here; rejects where there is neither. The next one who asks tries again: the network may be back.
function means() {
  chosen ??= choose().catch((error) => {
    chosen = null;
    throw error;
  });
  return chosen;
}

// `{privateKey, publicKey, memoKey?}`: what signs, its 32 public bytes, and what opens memos. In a browser with Ed25519 the
// private ones are CryptoKeys that no script can read out; else they are what fallback.js makes. All can be stored.
export const keyFromSeed = async (seed) => (await means()).keyFromSeed(seed);

export async function sign(privateKey, message) {
  const by = privateKey instanceof CryptoKey ? byBrowser : await byLibrary();
  return by.sign(privateKey, message);
}

// Who signs here: "browser", "library", or null where nobody can: a page without https, or a browser without Ed25519 at a
// node without the library.
export async function whoSigns() {
  try {
    return (await means()) === byBrowser ? "browser" : "library";
  } catch {
    return null;
  }
}

export const canSign = async () => (await whoSigns()) !== null;

// Whether the Ed25519 that is used here accepts. Browsers are stricter than ZIP-215 about crafted signatures:
// true is true for every node; false means "this browser can't confirm it".
export async function isSigned(key, message, signature) {
  try {
    return await (await means()).isSigned(key, message, signature);
  } catch {
    return false;
  }
}
