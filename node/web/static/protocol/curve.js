// X25519 by a library, and the X25519 keys that belong to Ed25519 ones, as RFC 7748 has them.

import { invert, mod } from "../library/noble/curves/abstract/modular.js";
import { montgomery } from "../library/noble/curves/abstract/montgomery.js";
import { Point } from "../library/noble/ed25519/index.js";

const PRIME = 2n ** 255n - 19n;
const BYTES = 32;

export const x25519 = montgomery({
  P: PRIME, type: "x25519", powPminus2: (number) => invert(number, PRIME), adjustScalarBytes: clamp,
});

function clamp(secret) {
  secret[0] &= 248;
  secret[31] &= 127;
  secret[31] |= 64;
  return secret;
}

// The public key for memos to the owner of an Ed25519 key; throws for bytes that are no key of anybody.
export function publicMemoKey(key) {
  const point = Point.fromBytes(key);
  if (!point.isTorsionFree() || point.isSmallOrder()) throw new TypeError("no key to seal to");
  const { y } = point.toAffine();
  return littleEndian(mod((1n + y) * invert(mod(1n - y, PRIME), PRIME), PRIME));
}

export const secretMemoKey = async (seed) =>
  new Uint8Array(await crypto.subtle.digest("SHA-512", seed)).slice(0, BYTES);

const littleEndian = (number) =>
  Uint8Array.from({ length: BYTES }, (_, place) => Number((number >> BigInt(8 * place)) & 255n));
