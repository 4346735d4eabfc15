// Memos, PROTOCOL section 8: salt and text sealed to the owner of an Ed25519 key, as libsodium's `crypto_box_seal` does it
// and node/member/sealing.py. Loaded where there is a memo; by a library, which a node may be without.

import { concat, fromUtf8, isEqual, utf8 } from "./bytes.js";
import { memoReference } from "./messages.js";
import { hsalsa, xsalsa20poly1305 } from "../library/noble/ciphers/salsa.js";
import { blake2b } from "../library/noble/hashes/blake2.js";

export const SALT_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const SIGMA = wordsOf(utf8("expand 32-byte k"));

// The wallet was made before this page could read memos: its words have to be typed once more.
export class NoMemoKey extends Error {}

// The text, or null when it is not for this wallet or not the one that the payment is bound to.
export async function openMemo(sealed, { wallet, reference }) {
  const sender = sealed.slice(0, KEY_BYTES);
  try {
    const { shared, receiver } = await (wallet.memoKey ? sharedByBrowser : sharedByLibrary)(sender, wallet);
    const opened = boxOf(shared, sender, receiver).decrypt(sealed.slice(KEY_BYTES));
    const salt = opened.slice(0, SALT_BYTES), text = fromUtf8(opened.slice(SALT_BYTES));
    return isEqual(await memoReference({ salt, text }), reference) ? text : null;
  } catch (error) {
    if (error instanceof NoMemoKey) throw error;
    return null;
  }
}

// `secret` is 32 random bytes, used once.
export async function sealMemo({ salt, text }, publicKey, secret = crypto.getRandomValues(new Uint8Array(KEY_BYTES))) {
  const { publicMemoKey, x25519 } = await import("./curve.js");
  const receiver = publicMemoKey(publicKey), sender = x25519.getPublicKey(secret);
  const box = boxOf(x25519.getSharedSecret(secret, receiver), sender, receiver);
  return concat(sender, box.encrypt(concat(salt, utf8(text))));
}

async function sharedByBrowser(sender, { memoKey }) {
  const theirs = await crypto.subtle.importKey("raw", sender, "X25519", false, []);
  const bits = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, memoKey.privateKey, 8 * KEY_BYTES);
  return { shared: new Uint8Array(bits), receiver: memoKey.publicKey };
}

async function sharedByLibrary(sender, { privateKey }) {
  if (privateKey instanceof CryptoKey) throw new NoMemoKey();
  const [{ secretMemoKey, x25519 }, { withSeed }] = await Promise.all([import("./curve.js"), import("./fallback.js")]);
  return withSeed(privateKey, async (seed) => {
    const secret = await secretMemoKey(seed);
    return { shared: x25519.getSharedSecret(secret, sender), receiver: x25519.getPublicKey(secret) };
  });
}

// XSalsa20-Poly1305 with the key that HSalsa20 makes of the shared secret, and the nonce of both public keys.
function boxOf(shared, sender, receiver) {
  const key = new Uint32Array(8);
  hsalsa(SIGMA, wordsOf(shared), new Uint32Array(4), key);
  return xsalsa20poly1305(new Uint8Array(key.buffer), blake2b(concat(sender, receiver), { dkLen: NONCE_BYTES }));
}

function wordsOf(bytes) {
  return new Uint32Array(bytes.slice().buffer);
}
