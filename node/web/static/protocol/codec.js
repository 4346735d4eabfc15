// Canonical MessagePack, PROTOCOL section 2: one value has one encoding.
//
// Values are null, Number (a safe integer) or BigInt (any 64-bit integer), Uint8Array, string and Array.
// `decode` gives a Number wherever the integer is safe. It reads strictly: what `encode` would
// not have written is refused as it is met, so nothing has to be encoded again to compare.

import { concat, fromUtf8, utf8 } from "./bytes.js";

export const MAX = Number.MAX_SAFE_INTEGER;
const MAX_DEPTH = 8;
const MAX_ARRAY = 256;

export class EncodingError extends Error {}

export function encode(value) {
  if (value === null) return Uint8Array.of(0xc0);
  if (typeof value === "number" || typeof value === "bigint") return encodeInteger(value);
  if (typeof value === "string") {
    const bytes = utf8(value);
    return concat(header(bytes.length, 0xa0, 31, [0xd9, 0xda, 0xdb]), bytes);
  }
  if (value instanceof Uint8Array) {
    return concat(header(value.length, null, -1, [0xc4, 0xc5, 0xc6]), value);
  }
  if (Array.isArray(value)) {
    return concat(header(value.length, 0x90, 15, [null, 0xdc, 0xdd]), ...value.map(encode));
  }
  throw new EncodingError("a type that has no encoding");
}

function header(length, small, largestSmall, [one, two, four]) {
  if (length <= largestSmall) return Uint8Array.of(small | length);
  if (one !== null && length < 0x100) return Uint8Array.of(one, length);
  return length < 0x10000 ? written(two, length, 2) : written(four, length, 4);
}

function encodeInteger(value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new EncodingError("not an exact integer");
  }
  const number = BigInt(value);
  if (number < -(2n ** 63n) || number >= 2n ** 64n) throw new EncodingError("over 64 bits");
  if (number >= 0n) {
    if (number < 128n) return Uint8Array.of(Number(number));
    const size = [1, 2, 4, 8].find((bytes) => number < 1n << BigInt(8 * bytes));
    return written({ 1: 0xcc, 2: 0xcd, 4: 0xce, 8: 0xcf }[size], number, size);
  }
  if (number >= -32n) return Uint8Array.of(Number(number) & 0xff);
  const size = [1, 2, 4, 8].find((bytes) => number >= -(1n << BigInt(8 * bytes - 1)));
  return written({ 1: 0xd0, 2: 0xd1, 4: 0xd2, 8: 0xd3 }[size], number, size);
}

function written(first, value, size) {
  const bytes = new Uint8Array(1 + size);
  bytes[0] = first;
  let rest = BigInt(value);
  for (let at = size; at > 0; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

// The one value that `bytes` encode; else EncodingError. Arrays have at most `mostElements`, which can be no
// more than 65,535: this reader knows no longer ones.
export function decode(bytes, mostElements = MAX_ARRAY) {
  const reader = new Reader(bytes, mostElements);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new EncodingError("something follows the value");
  return value;
}

// The encodings that `bytes` concatenate, each checked for being canonical.
export function split(bytes) {
  const reader = new Reader(bytes);
  const parts = [];
  while (reader.at < bytes.length) {
    const start = reader.at;
    reader.value(0);
    parts.push(bytes.subarray(start, reader.at));
  }
  return parts;
}

class Reader {
  constructor(bytes, mostElements = MAX_ARRAY) {
    this.bytes = bytes;
    this.mostElements = mostElements;
    this.at = 0;
  }

  take(size) {
    const end = this.at + size;
    if (end > this.bytes.length) throw new EncodingError("it ends too soon");
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  unsigned(size, least) {
    let number = 0n;
    for (const byte of this.take(size)) number = (number << 8n) | BigInt(byte);
    if (number < least) throw new EncodingError("not the shortest form");
    return number;
  }

  signed(size, largest) {
    const number = BigInt.asIntN(8 * size, this.unsigned(size, 0n));
    if (number > largest) throw new EncodingError("not the shortest form");
    return number;
  }

  value(depth) {
    const first = this.take(1)[0];
    if (first < 0x80) return first;
    if (first >= 0xe0) return first - 0x100;
    if (first >= 0xa0 && first < 0xc0) return this.text(first & 0x1f);
    if (first >= 0x90 && first < 0xa0) return this.array(first & 0x0f, depth);
    switch (first) {
      case 0xc0: return null;
      case 0xcc: return Number(this.unsigned(1, 128n));
      case 0xcd: return Number(this.unsigned(2, 0x100n));
      case 0xce: return Number(this.unsigned(4, 0x10000n));
      case 0xcf: return exact(this.unsigned(8, 0x100000000n));
      case 0xd0: return Number(this.signed(1, -33n));
      case 0xd1: return Number(this.signed(2, -129n));
      case 0xd2: return Number(this.signed(4, -32769n));
      case 0xd3: return exact(this.signed(8, -2147483649n));
      case 0xc4: return this.take(Number(this.unsigned(1, 0n))).slice();
      case 0xc5: return this.take(Number(this.unsigned(2, 0x100n))).slice();
      case 0xc6: return this.take(Number(this.unsigned(4, 0x10000n))).slice();
      case 0xd9: return this.text(Number(this.unsigned(1, 32n)));
      case 0xda: return this.text(Number(this.unsigned(2, 0x100n)));
      case 0xdb: return this.text(Number(this.unsigned(4, 0x10000n)));
      case 0xdc: return this.array(Number(this.unsigned(2, 16n)), depth);
      default: throw new EncodingError("a type that messages don't have");
    }
  }

  text(size) {
    try {
      return fromUtf8(this.take(size));
    } catch (error) {
      throw error instanceof EncodingError ? error : new EncodingError("not UTF-8");
    }
  }

  array(count, depth) {
    if (count > this.mostElements) throw new EncodingError("too many elements");
    if (depth >= MAX_DEPTH) throw new EncodingError("arrays nest too deep");
    const items = [];
    for (let index = 0; index < count; index++) items.push(this.value(depth + 1));
    return items;
  }
}

function exact(number) {
  const plain = Number(number);
  return Number.isSafeInteger(plain) ? plain : number;
}
