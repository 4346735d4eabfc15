// Keys and signatures in a browser without Ed25519, by a library; signing.js says when.
//
// The seed is kept encrypted under a key of AES-GCM that no script can read out. To sign, it is decrypted for a moment: a
// script of this page could take it then, which it can't with a key of WebCrypto's own.

import { getPublicKeyAsync, signAsync, verifyAsync } from "../library/noble/ed25519/index.js";

const NONCE_BYTES = 12;
const wrapping = (nonce) => ({ name: "AES-GCM", iv: nonce });

export async function keyFromSeed(seed) {
  const publicKey = await getPublicKeyAsync(seed);
  const wrappingKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wrapped = new Uint8Array(await crypto.subtle.encrypt(wrapping(nonce), wrappingKey, seed));
  return { privateKey: { wrappingKey, nonce, wrapped }, publicKey };
}

// What `work` makes of the seed, which is forgotten afterwards.
export async function withSeed({ wrappingKey, nonce, wrapped }, work) {
  const seed = new Uint8Array(await crypto.subtle.decrypt(wrapping(nonce), wrappingKey, wrapped));
  try {
    return await work(seed);
  } finally {
    seed.fill(0);
  }
}

export const sign = (privateKey, message) => withSeed(privateKey, (seed) => signAsync(message, seed));

// By the rule of every node, ZIP-215.
export const isSigned = (key, message, signature) => verifyAsync(signature, message, key, { zip215: true });
