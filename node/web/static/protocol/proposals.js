// Changes of the charter as stewards stand for them: PROTOCOL sections 7.11 and 9.6.
//
// A content is `[base, change]`, what it changes and how; `change` begins with its type. It is read as loosely as
// showing it in words allows: the node and every log judge it by the rules.

import { concat } from "./bytes.js";
import { decode, encode } from "./codec.js";
import { ProofError, signedBytes } from "./signing.js";

export const JOIN = 1, LEAVE = 2, CLEARING_LIMIT = 3, NODE_KEY = 4, QUARANTINE = 5, READMISSION = 6,
  STANDING = 7, QUORUMS = 8, INDEX_TABLE = 9, REDENOMINATION = 10, TIME_FALL = 11, ENTRIES_PER_DAY = 12,
  STEWARDS = 13;
const DECISION = 3;

// `{base, change}` of a content's bytes.
export function decodeContent(bytes) {
  const value = decode(bytes);
  const fits = Array.isArray(value) && value.length === 2 && value[0] instanceof Uint8Array
    && Array.isArray(value[1]) && Number.isInteger(value[1][0]);
  if (!fits) throw new ProofError("not a change of the charter");
  return { base: value[0], change: value[1] };
}

export const encodeContent = ({ base, change }) => encode([base, change]);

// `{number, content, stewards}` of a publication's bytes, `content` being bytes; null for one of something else.
export function decodePublication(bytes) {
  const value = decode(bytes);
  if (!Array.isArray(value) || value.length !== 4) throw new ProofError("not a publication");
  const [decision, number, content, stewards] = value;
  return decision === DECISION ? { number, content: encode(content), stewards } : null;
}

// The change that a request to join asks for.
export const requestedChange = (bytes) => decode(bytes)[0];

// What a steward signs to stand for the content as the change with that number.
export const publicationMessage = ({ federation, coop }, number, content) => signedBytes("fiado1.publish", {
  federation, coop, body: concat(Uint8Array.of(0x93), encode(DECISION), encode(number), content),
});

export const encodePublication = (number, content, stewards) =>
  concat(Uint8Array.of(0x94), encode(DECISION), encode(number), content, encode(stewards));
