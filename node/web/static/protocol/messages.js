// The protocol's messages: transactions and entries, and what else people sign.
//
// The norm is docs/PROTOCOL.md, sections 6 to 8. Pure except for WebCrypto's hashing. A
// transaction is an object with a `kind`; `encodeTransaction` and `decodeTransaction` are inverse.

import { concat, utf8 } from "./bytes.js";
import { decode, encode } from "./codec.js";
import { ProofError, sha256, signedBytes, tag } from "./signing.js";

export const PAY = 1, ADMIT = 2, LIMIT = 3, STATUS = 4, ANCHOR = 6, INDEX = 7, RETURN = 8, LEVY = 12, CHARTER = 13;
export const REKEY = 5, GUARDIANS = 15, RECOVER = 16, OBJECT = 17, RESTORE = 22;
export const GUARANTEE = 14, LAPSE = 24;
export const DELEGATE = 25, PAY_DELEGATED = 26, OWNERS = 27;
export const OPENING = 28, ACKNOWLEDGE = 29;
export const PROPOSE = 9, VOTE = 10, ENACT = 11, SPEND = 18, LEAVE = 19, SETTLE = 20, BYLAWS = 21, ATTEST = 23;
export const HANDLE = /^[a-z0-9][a-z0-9._-]{0,31}$/;
export const COOP_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const MOST_TEXT_BYTES = 512;
const MOST_ENTRY_BYTES = 32_768;
const LAST_TIME = 253_402_300_799; // the end of the year 9999

// --- transactions, section 6 ---

export const isNumber = (value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
export const isUint = (value) => Number.isSafeInteger(value) && value >= 0;
const isInteger = (value) => Number.isInteger(value) || typeof value === "bigint";
const isBytes = (size) => (value) => value instanceof Uint8Array && value.length === size;
export const isHash = isBytes(32), isSignature = isBytes(64);
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

// An account's signature: that of its one key, or those of several owners by their places (14.1).
const isAccountSignature = (value) => isSignature(value)
  || (Array.isArray(value) && value.length > 0 && isSignatures(16)(value));

const isPlace = (value) => isNumber(value) && value < 64;

const isPayees = (value) => Array.isArray(value) && value.length > 0 && value.length <= 16
  && value.every((pair, place) => Array.isArray(pair) && pair.length === 2 && pair.every(isNumber)
    && (place === 0 || value[place - 1][0] < pair[0]
      || (value[place - 1][0] === pair[0] && value[place - 1][1] < pair[1])));

const isKeys = (value) => Array.isArray(value) && value.length > 0 && value.length <= 16 && value.every(isHash);

function isArticles(value) {
  let previous = -1;
  return Array.isArray(value) && value.length <= 256 && value.every((pair) => {
    const fits = Array.isArray(pair) && pair.length === 2 && pair.every(isUint) && pair[0] > previous;
    if (fits) previous = pair[0];
    return fits;
  });
}

const isRising = (most) => (value) => Array.isArray(value) && value.length <= most
  && value.every((each, place) => isNumber(each) && (place === 0 || value[place - 1] < each));

const isGuardianList = (value) => Array.isArray(value) && value.length === 2
  && isRising(16)(value[0]) && value[0].length > 0 && value[1] instanceof Uint8Array && value[1].length === 16;

const isPart = (value) => Number.isInteger(value) && value >= 1 && value <= 64;

// Balances of an opening in one binary: 4 bytes of an account, 8 of its balance, accounts rising.
const isBalances = (value) => value instanceof Uint8Array && value.length % 12 === 0
  && value.length > 0 && value.length <= 30_000
  && balancesOf(value).every(([account], place, all) => place === 0 || all[place - 1][0] < account);

export function balancesOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 12 }, (_, place) =>
    [view.getUint32(12 * place), Number(view.getBigInt64(12 * place + 4))]);
}

const isPrice = (value) => Array.isArray(value) && value.length === 2 && value.every(isUint);

const INDEX_SHAPE = {
  decision: isOneOf(1, 2), number: isUint, content: Array.isArray, signatures: isSignatures(64),
};

// What has one more form, with elements at its end: an index decision that was agreed on in a round.
const LONGER = { [INDEX]: { ...INDEX_SHAPE, place: isUint, round: isUint } };

// Of each kind: its elements after the kind, with their checks, and how many of them are not signed.
const SHAPES = {
  [PAY]: [1, {
    payer: isNumber, sequence: isUint, payeeCoop: isNumber, payee: isNumber, amount: isInteger,
    fee: isInteger, reference: orNull(isHash), price: orNull(isPrice), signature: isAccountSignature,
  }],
  [PAY_DELEGATED]: [1, {
    payer: isNumber, sequence: isUint, payeeCoop: isNumber, payee: isNumber, amount: isInteger,
    fee: isInteger, reference: orNull(isHash), price: orNull(isPrice), delegate: isPlace, signature: isSignature,
  }],
  [DELEGATE]: [1, {
    account: isNumber, revision: isUint, place: isPlace, key: orNull(isHash), perPayment: isUint, perDay: isUint,
    until: isUint, payees: orNull(isPayees), signature: isAccountSignature,
  }],
  [OWNERS]: [1, {
    account: isNumber, revision: isUint, needed: isUint, keys: isKeys, signature: isAccountSignature,
  }],
  [ADMIT]: [2, {
    account: isNumber, key: isHash, handle: (value) => isHash(value) || (typeof value === "string" && HANDLE.test(value)),
    class: (value) => isNumber(value) && value < 16, limit: isInteger, keySignature: isSignature, stewards: isSignatures(64),
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
  [INDEX]: [0, INDEX_SHAPE],
  [RETURN]: [0, { coop: isNumber, number: isUint }],
  [PROPOSE]: [2, {
    number: isUint, action: Array.isArray, text: isHash, ballot: orNull(isHash), about: isRising(64),
    first: isUint, second: isUint, stewards: isSignatures(64), members: isSignatures(256),
  }],
  [VOTE]: [1, {
    account: isNumber, proposal: isUint, sequence: isUint, choice: isOneOf(0, 1, 2),
    signature: isAccountSignature,
  }],
  [ENACT]: [0, { proposal: isUint, yes: isUint, no: isUint, abstain: isUint }],
  [ATTEST]: [1, {
    proposal: isUint, yes: isUint, no: isUint, abstain: isUint, result: isHash, stewards: isSignatures(64),
  }],
  [REKEY]: [2, {
    account: isNumber, revision: isUint, key: isHash, keySignature: isSignature, signature: isSignature,
  }],
  [GUARDIANS]: [1, {
    account: isNumber, revision: isUint, commitment: orNull(isHash), needed: isUint, wait: isUint,
    signature: isAccountSignature,
  }],
  [RECOVER]: [4, {
    account: isNumber, recovery: isUint, key: isHash, keySignature: isSignature, guardians: orNull(isGuardianList),
    members: isSignatures(16), stewards: isSignatures(64),
  }],
  [OBJECT]: [1, { account: isNumber, recovery: isUint, signature: isAccountSignature }],
  [RESTORE]: [0, { account: isNumber, recovery: isUint }],
  [GUARANTEE]: [1, {
    guarantor: isNumber, member: isNumber, revision: isUint, cap: isInteger, until: orNull(isUint),
    signature: isAccountSignature,
  }],
  [OPENING]: [1, {
    part: isPart, parts: isPart, commons: isInteger, statement: isHash, balances: isBalances, reason: isHash,
    stewards: isSignatures(64),
  }],
  [ACKNOWLEDGE]: [1, { account: isNumber, statement: isHash, balance: isInteger, signature: isAccountSignature }],
  [LAPSE]: [0, { guarantor: isNumber, member: isNumber, revision: isUint }],
  [CHARTER]: [0, {
    version: isUint, base: isHash, change: Array.isArray, signatures: isSignatures(256), round: isUint,
  }],
  [LEVY]: [0, { number: isUint, positive: isUint, negative: isUint }],
  [SPEND]: [1, {
    number: isUint, payee: isNumber, amount: isInteger, reason: isHash, stewards: isSignatures(64),
  }],
  [LEAVE]: [2, {
    account: isNumber, revision: isUint, payee: orNull(isNumber), debt: isUint,
    signature: isAccountSignature, stewards: isSignatures(64),
  }],
  [SETTLE]: [1, {
    account: isNumber, revision: isUint, step: isOneOf(0, 1, 2), reason: isHash, stewards: isSignatures(64),
  }],
  [BYLAWS]: [1, { version: isUint, articles: isArticles, text: isHash, stewards: isSignatures(64) }],
};

const shapeOf = (kind, isLonger) => (isLonger && LONGER[kind]) || SHAPES[kind][1];

function fieldsOf(transaction) {
  const names = Object.keys(shapeOf(transaction.kind, transaction.round !== undefined));
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
  const isLonger = fields.length > Object.keys(known[1]).length + 1;
  const shape = Object.entries(shapeOf(fields[0], isLonger));
  const fits = fields.length === shape.length + 1
    && shape.every(([, check], position) => check(fields[position + 1]));
  if (!fits) throw new ProofError("a transaction of another shape than the protocol's");
  const transaction = { kind: fields[0] };
  shape.forEach(([name], position) => { transaction[name] = fields[position + 1]; });
  if (fields[0] === LIMIT && (transaction.until === null) !== (transaction.after === null)) {
    throw new ProofError("a limit with one of its dates missing");
  }
  if (fields[0] === PROPOSE && transaction.stewards.length && transaction.members.length) {
    throw new ProofError("a proposal by stewards and by members");
  }
  if (fields[0] === RECOVER && (transaction.guardians === null ? transaction.members : transaction.stewards).length) {
    throw new ProofError("a recovery by stewards and by guardians");
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

// --- references and sessions, section 8 ---

export const reasonHash = ({ salt, text }) => sha256(tag("fiado1.reason"), salt, utf8(text));
export const proposalHash = ({ salt, text }) => sha256(tag("fiado1.text"), salt, utf8(text));
export const MEMO_BYTES = 512;

// Whether a text fits into a memo: its bytes are counted, not its letters.
export const isMemo = (text) => utf8(text).length <= MEMO_BYTES;

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

// What a cooperative's node signs to say where it answers.
export const addressMessage = ({ federation, coop }, { serial, time, url }) =>
  signedBytes("fiado1.address", { federation, coop, body: encode([serial, time, url]) });

// What the owner of a key signs to be told which accounts it has.
export const keyMessage = ({ federation, coop, key, challenge }) =>
  signedBytes("fiado1.session", { federation, coop, body: encode(["key", key, challenge]) });
