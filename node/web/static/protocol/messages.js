// The protocol's messages: what signatures cover, the hash chain, transactions, receipts.
//
// The norm is docs/PROTOCOL.md, sections 3 to 8. Pure but for WebCrypto's hashing and verifying. A
// transaction is an object with a `kind`; `encodeTransaction` and `decodeTransaction` are inverse.

import { concat, isEqual, utf8 } from "./bytes.js";
import { decode, encode, MAX } from "./codec.js";

export const PAY = 1, ADMIT = 2, LIMIT = 3, STATUS = 4, ANCHOR = 6, INDEX = 7, RETURN = 8;
export const HANDLE = /^[a-z0-9][a-z0-9._-]{0,31}$/;
export const COOP_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const MOST_TEXT_BYTES = 512;
const MOST_ENTRY_BYTES = 32_768;
const LAST_TIME = 253_402_300_799; // the end of the year 9999

export class ProofError extends Error {}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

function tag(name) {
  const padded = new Uint8Array(16);
  padded.set(utf8(name));
  return padded;
}

export function signedBytes(name, { federation, coop, body }) {
  return concat(tag(name), federation, fourBytes(coop), body);
}

function fourBytes(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

// --- the chain, section 5 ---

export const genesis = ({ federation, coop }) =>
  sha256(tag("fiado1.log"), federation, fourBytes(coop));

export const extend = (head, entry) => sha256(head, entry);

export const headMessage = ({ federation, coop, length, head }) =>
  signedBytes("fiado1.head", { federation, coop, body: encode([length, head]) });

// --- transactions, section 6 ---

const isNumber = (value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
const isUint = (value) => Number.isSafeInteger(value) && value >= 0;
const isInteger = (value) => Number.isInteger(value) || typeof value === "bigint";
const isBytes = (size) => (value) => value instanceof Uint8Array && value.length === size;
const isHash = isBytes(32), isSignature = isBytes(64);
const orNull = (check) => (value) => value === null || check(value);
const isOneOf = (...choices) => (value) => choices.includes(value);

function isSignatures(most) {
  return (value) => {
    let previous = -1;
    return Array.isArray(value) && value.length <= most && value.every((pair) => {
      const fits = Array.isArray(pair) && pair.length === 2 && isNumber(pair[0])
        && pair[0] > previous && isSignature(pair[1]);
      if (fits) previous = pair[0];
      return fits;
    });
  };
}

const isPrice = (value) => Array.isArray(value) && value.length === 2 && value.every(isUint);

// Of each kind: its elements after the kind, with their checks, and how many of them are not signed.
const SHAPES = {
  [PAY]: [1, {
    payer: isNumber, sequence: isUint, payeeCoop: isNumber, payee: isNumber, amount: isInteger,
    fee: isInteger, reference: orNull(isHash), price: orNull(isPrice), signature: isSignature,
  }],
  [ADMIT]: [2, {
    account: isNumber, key: isHash, handle: (value) => typeof value === "string" && HANDLE.test(value),
    class: isOneOf(0, 1), limit: isInteger, keySignature: isSignature, stewards: isSignatures(64),
  }],
  [LIMIT]: [1, {
    account: isNumber, revision: isUint, limit: isInteger, from: isUint, until: orNull(isUint),
    after: orNull(isInteger), reason: isHash, stewards: isSignatures(64),
  }],
  [STATUS]: [1, {
    account: isNumber, revision: isUint, status: isOneOf(0, 1, 2), reason: isHash,
    stewards: isSignatures(64),
  }],
  [ANCHOR]: [0, { coop: isNumber, length: isUint, head: isHash, signatures: isSignatures(256) }],
  [INDEX]: [0, {
    decision: isOneOf(1, 2), number: isUint, content: Array.isArray, signatures: isSignatures(64),
  }],
  [RETURN]: [0, { coop: isNumber, index: isUint }],
};

function fieldsOf(transaction) {
  const names = Object.keys(SHAPES[transaction.kind][1]);
  return [transaction.kind, ...names.map((name) => transaction[name])];
}

export const encodeTransaction = (transaction) => encode(fieldsOf(transaction));

// What key and stewards sign: the encoding up to the first signature. The header counts all elements.
export function signedPart(transaction) {
  const [unsigned, shape] = SHAPES[transaction.kind];
  const count = Object.keys(shape).length + 1;
  const names = Object.keys(shape).slice(0, count - 1 - unsigned);
  const parts = names.map((name) => encode(transaction[name]));
  return concat(Uint8Array.of(0x90 | count, transaction.kind), ...parts);
}

export const entryMessage = ({ federation, coop }, transaction) =>
  signedBytes("fiado1.entry", { federation, coop, body: signedPart(transaction) });

function fromFields(fields) {
  const known = Array.isArray(fields) ? SHAPES[fields[0]] : undefined;
  if (known === undefined) throw new ProofError("a kind of transaction that this page doesn't know");
  const shape = Object.entries(known[1]);
  const fits = fields.length === shape.length + 1
    && shape.every(([, check], position) => check(fields[position + 1]));
  if (!fits) throw new ProofError("a transaction of another shape than the protocol's");
  const transaction = { kind: fields[0] };
  shape.forEach(([name], position) => { transaction[name] = fields[position + 1]; });
  if (fields[0] === LIMIT && (transaction.until === null) !== (transaction.after === null)) {
    throw new ProofError("a limit with one of its dates missing");
  }
  return transaction;
}

export function decodeTransaction(bytes) {
  return fromFields(decode(bytes));
}

// `{time, transaction}` of an entry's bytes; ProofError or EncodingError when they are none.
export function decodeEntry(bytes) {
  const value = bytes.length <= MOST_ENTRY_BYTES ? decode(bytes) : null;
  if (!Array.isArray(value) || value.length !== 2 || !isUint(value[0]) || value[0] > LAST_TIME) {
    throw new ProofError("not an entry");
  }
  return { time: value[0], transaction: fromFields(value[1]) };
}

// --- receipts, memos, reasons, section 8 ---

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

// The entry that a receipt proves to be in the log of one of the charter's coops; else ProofError.
export async function checkReceipt(receipt, charter) {
  if (!isEqual(receipt.federation, charter.federation)) {
    throw new ProofError("the receipt is of another federation");
  }
  const coop = charter.coops.get(receipt.coop);
  if (coop === undefined) throw new ProofError("its cooperative is not in the charter");
  let head = await extend(receipt.previous, receipt.entry);
  for (const entry of receipt.following) head = await extend(head, entry);
  const length = receipt.length + receipt.following.length;
  const message = headMessage({ federation: receipt.federation, coop: receipt.coop, length, head });
  if (!(await isSigned(coop.nodeKey, message, receipt.signature))) {
    throw new ProofError("the cooperative did not sign it");
  }
  return decodeEntry(receipt.entry);
}

export const reasonHash = ({ salt, text }) => sha256(tag("fiado1.reason"), salt, utf8(text));
export const memoReference = ({ salt, text }) => sha256(tag("fiado1.memo"), salt, utf8(text));

// What ties a payment to a merchant's invoice; `price` is [minor units, day] or null.
export function invoiceReference({
  federation, coop, id, account, amount, price, expires, description, privateHash,
}) {
  const body = encode([id, account, amount, price, expires, description, privateHash]);
  return sha256(signedBytes("fiado1.invoice", { federation, coop, body }));
}

export function sessionMessage({ federation, coop, role, number, challenge }) {
  const body = encode([role, number, challenge]);
  return signedBytes("fiado1.session", { federation, coop, body });
}

// What the owner of a key signs to be told which accounts it has.
export const keyMessage = ({ federation, coop, key, challenge }) =>
  signedBytes("fiado1.session", { federation, coop, body: encode(["key", key, challenge]) });

// --- signatures, section 3 ---

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

export { MAX };
