// Fetches a log from the node and re-verifies it in the visitor's browser: its entries (protocol/audit.js says
// what is checked of them), and last the head, by the coop's node key.

import { Unreachable, call, get } from "./api.js";
import { fetchCharters } from "./news.js";
import { LogCheck } from "../protocol/audit.js";
import { fromHex, isEqual, toHex } from "../protocol/bytes.js";
import { split } from "../protocol/codec.js";
import { genesis, headMessage } from "../protocol/chain.js";
import { keyAt } from "../protocol/charter.js";
import { ProofError, isSigned } from "../protocol/signing.js";

const CHUNK_BYTES = 262_144;

// `onProgress(done, all)`. Resolves to {length, head, signatures, unconfirmed: [number], counts}; throws
// ProofError when the log is not what it claims to be.
export async function verifyLog({ coopName, federation, onProgress }) {
  const { founding, charter } = await fetchCharters(federation);
  const coop = [...charter.coops.values()].find(({ name }) => name === coopName);
  const signed = await get(`/v1/logs/${coopName}/head`);
  const log = new LogCheck(founding, coop.number, await genesis({ federation, coop: coop.number }));
  while (log.length < signed.length) {
    const path = `/v1/logs/${coopName}/entries?first=${log.length + 1}&max_bytes=${CHUNK_BYTES}`;
    const { content } = await call("GET", path);
    if (content.length === 0) throw new Unreachable("the log ends before its signed head");
    await log.take(split(content), signed.length);
    onProgress(log.length, signed.length);
  }
  if (!isEqual(log.head, fromHex(signed.head))) throw new ProofError("the chain does not lead to the signed head");
  const message = headMessage({ federation, coop: coop.number, length: log.length, head: log.head });
  if (!(await isSigned(keyAt(coop, log.length), message, fromHex(signed.signature)))) {
    throw new ProofError("the head is not signed by the cooperative");
  }
  return {
    length: log.length, head: toHex(log.head), signatures: log.signatures + 1,
    unconfirmed: log.unconfirmed, counts: log.counts,
  };
}
