// Receipts, PROTOCOL section 8: their long and short form, and what one proves.

import { isEqual } from "./bytes.js";
import { extend, headMessage } from "./chain.js";
import { allKeys, keyAt } from "./charter.js";
import { decode, encode, MAX } from "./codec.js";
import { decodeEntry, isHash, isNumber, isSignature, isUint } from "./messages.js";
import { NotStanding, ProofError, isSigned } from "./signing.js";

const RECEIPT = "fiado1.receipt";
const isBinary = (value) => value instanceof Uint8Array;
const RECEIPT_SHAPE = [isHash, isNumber, isUint, isHash, isBinary, isSignature];
const MOST_RECEIPT_BYTES = 1_310_720;
const MOST_FOLLOWING = 65_535;

export function decodeReceipt(bytes) {
  const value = bytes.length <= MOST_RECEIPT_BYTES ? decode(bytes, MOST_FOLLOWING) : null;
  const fits = Array.isArray(value) && (value.length === 7 || (value.length === 8 && isPath(value[7])))
    && value[0] === RECEIPT && RECEIPT_SHAPE.every((check, position) => check(value[position + 1]))
    && value[3] > 0;
  if (!fits) throw new ProofError("not a receipt");
  const [, federation, coop, length, previous, entry, signature, following = []] = value;
  if (length + following.length > MAX) throw new ProofError("no log is that long");
  return { federation, coop, length, previous, entry, signature, following };
}

// The entries up to the signed head. Where there are none, a receipt has no array for them.
const isPath = (value) => Array.isArray(value) && value.length > 0 && value.every(isBinary);
const pathOf = ({ following }) => (following.length > 0 ? [following] : []);

export const encodeReceipt = (receipt) => encode([
  RECEIPT, receipt.federation, receipt.coop, receipt.length, receipt.previous, receipt.entry,
  receipt.signature, ...pathOf(receipt),
]);

// The short form, for a QR code: the federation goes without saying, the reader has its charter.
export const encodeShortReceipt = (receipt) => encode([
  receipt.coop, receipt.length, receipt.previous, receipt.entry, receipt.signature, ...pathOf(receipt),
]);

export function decodeShortReceipt(bytes, federation) {
  const value = decode(bytes, MOST_FOLLOWING);
  if (!Array.isArray(value)) throw new ProofError("not a short receipt");
  return decodeReceipt(encode([RECEIPT, federation, ...value]));
}

// The entry that a receipt proves to be in the log of one of the charter's coops; else ProofError: NotStanding where
// the coop has signed it in a history that does not stand.
export async function checkReceipt(receipt, charter) {
  if (!isEqual(receipt.federation, charter.federation)) {
    throw new ProofError("the receipt is of another federation");
  }
  const coop = charter.coops.get(receipt.coop);
  if (coop === undefined) throw new ProofError("its cooperative is not in the charter");
  const heads = [receipt.previous];
  for (const entry of [receipt.entry, ...receipt.following]) heads.push(await extend(heads.at(-1), entry));
  const length = receipt.length + receipt.following.length;
  const message = headMessage({ federation: receipt.federation, coop: receipt.coop, length, head: heads.at(-1) });
  const counts = await isSigned(keyAt(coop, length), message, receipt.signature);
  if (!counts && !(await isSignedByAny(allKeys(coop), message, receipt.signature))) {
    throw new ProofError("the cooperative did not sign it");
  }
  const entry = decodeEntry(receipt.entry);
  const decided = coop.stands && heads[coop.stands.length - receipt.length + 1];
  if (!counts || (decided && !isEqual(decided, coop.stands.head))) throw new NotStanding(entry);
  return entry;
}

// Whether `standing` proves an entry that stands in the place of the one of `receipt`.
export async function isBeside(receipt, standing, charter) {
  await checkReceipt(standing, charter);
  const { stands } = charter.coops.get(standing.coop);
  const shows = stands !== undefined && standing.length - 1 <= stands.length
    && stands.length <= standing.length + standing.following.length;
  const [own, other] = await Promise.all([receipt, standing].map(({ previous, entry }) => extend(previous, entry)));
  return shows && receipt.coop === standing.coop && receipt.length === standing.length && !isEqual(own, other);
}

async function isSignedByAny(keys, message, signature) {
  for (const key of keys) {
    if (await isSigned(key, message, signature)) return true;
  }
  return false;
}
