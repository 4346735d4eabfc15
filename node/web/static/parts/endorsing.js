// What stands to be the next change of the charter, and who asks to join: shown from the bytes that are signed.

import { fromBase64url, fromHex, isEqual, toBase64url, toHex } from "../protocol/bytes.js";
import { sign } from "../protocol/signing.js";
import {
  decodeContent, decodePublication, encodeContent, encodePublication, publicationMessage, requestedChange,
} from "../protocol/proposals.js";
import { changeWords } from "./changes.js";

// `{version, before, proposals}`. Each proposal has `content`, its `words` (null: can't be shown), the titles of the
// coops that are `for` it, the names of this coop's `stewards` who have endorsed it, and `isMine`.
export async function readProposals(session, { steward }) {
  const told = await session.get("/v1/federation");
  const { requests } = await session.get("/v1/federation/requests");
  const before = {
    coops: new Map(told.coops.map((coop) => [coop.coop_number, {
      title: coop.title, limit: coop.clearing_limit, name: coop.coop, standing: coop.standing,
      stewards: coop.stewards, threshold: coop.steward_threshold,
    }])),
    deciding: told.decision_quorum,
    chosen: told.decision_quorum_chosen,
    witnesses: told.witness_quorum,
    base: fromHex(told.base),
  };
  const titles = new Map(told.coops.map((coop) => [coop.coop, coop.title]));
  const found = new Map();
  const at = (content) => {
    const key = toHex(content);
    if (!found.has(key)) found.set(key, { content, for: [], stewards: [], isMine: false, isEndorsed: false, request: null });
    return found.get(key);
  };
  for (const each of told.matter.contents) {
    Object.assign(at(fromBase64url(each.change)), {
      for: each.supported_by.map((name) => titles.get(name) ?? name), isEndorsed: each.is_endorsed,
    });
  }
  for (const each of told.publications) {
    const publication = decodePublication(fromBase64url(each.publication));
    if (publication === null || publication.number !== told.version + 1) continue;
    Object.assign(at(publication.content), {
      stewards: each.signed_by, isMine: publication.stewards.some(([number]) => number === steward),
    });
  }
  for (const request of requests) {
    const change = requestedChange(fromBase64url(request.request));
    at(encodeContent({ base: before.base, change })).request = request;
  }
  return {
    version: told.version + 1,
    before,
    needed: told.decision_quorum,
    silent: told.matter.silent.map((name) => titles.get(name) ?? name),
    proposals: [...found.values()].map((proposal) => withWords(proposal, before)).filter((each) => each !== null),
  };
}

// Null for a change of another charter than the one in force: it can't be the next one.
function withWords(proposal, before) {
  const { base, change } = decodeContent(proposal.content);
  return isEqual(base, before.base) ? { ...proposal, words: changeWords(change, before) } : null;
}

// Stands for a proposal; what the node answers.
export async function endorse(session, { key, steward, here, version, content }) {
  const signature = await sign(key.privateKey, publicationMessage(here, version, content));
  const publication = encodePublication(version, content, [[steward, signature]]);
  return session.post("/v1/federation/publications", { publication: toBase64url(publication) });
}
