// Changes of the charter in the browser, PROTOCOL section 7.11: who a coop is, and which key it had when.
//
// A change carries the signatures of the coops that decided it, so it can come from anybody. Whether a change was
// allowed in every other respect is the nodes' business; here what verifying needs is taken.

import { isEqual } from "./bytes.js";
import { encode } from "./codec.js";
import { CHARTER } from "./messages.js";
import { JOIN, LEAVE, NODE_KEY, QUARANTINE, QUORUMS, READMISSION, STANDING, STEWARDS } from "./proposals.js";
import { ProofError, isSigned, sha256, signedBytes, tag } from "./signing.js";

const DECISION = 3;

// The charter after a `charter` transaction; ProofError when that is not certified by its coops.
export async function withChange(charter, transaction) {
  const { kind, version, base, change, signatures, round } = transaction;
  if (kind !== CHARTER) throw new ProofError("not a change of the charter");
  const isNext = version === (charter.version ?? 0) + 1 && isEqual(base, charter.base ?? charter.federation);
  if (!isNext) throw new ProofError("a change of another charter");
  const signers = signatures.map(([signer]) => charter.coops.get(signer));
  const isEnough = signers.length >= charter.decisionQuorum && signers.every(isMember);
  if (!isEnough) throw new ProofError("a change that too few cooperatives have signed");
  const body = encode([DECISION, version, [base, change], version - 1, round]);
  for (const [signer, signature] of signatures) {
    const message = signedBytes("fiado1.decision", { federation: charter.federation, coop: signer, body });
    if (!(await isSigned(charter.coops.get(signer).nodeKey, message, signature))) {
      throw new ProofError("a change that a cooperative did not sign");
    }
  }
  const after = inRange(amended(charter, change));
  return { ...after, version, base: await sha256(tag("fiado1.charter-v"), base, encode(change)) };
}

const isMember = (coop) => coop !== undefined && (coop.standing ?? "member") === "member";

// As many as people chose, but more than half of the members decide, and no more are asked for than there are.
function inRange(charter) {
  const members = [...charter.coops.values()].filter(isMember).length;
  const least = Math.floor(members / 2) + 1;
  return {
    ...charter,
    decisionQuorum: Math.min(Math.max(charter.chosen.decisionQuorum, least), members),
    witnessQuorum: Math.min(charter.chosen.witnessQuorum, Math.min(members, 256) - 1),
  };
}

const people = (stewards) => stewards.map(([name, key]) => ({ name, key }));

function amended(charter, [type, ...elements]) {
  const [number] = elements;
  switch (type) {
    case JOIN: {
      const [, name, title, nodeKey, , threshold, stewards] = elements;
      return withCoop(charter, { number, name, title, nodeKey, threshold, stewards: people(stewards) });
    }
    case LEAVE: return altered(charter, number, () => ({ standing: "left" }));
    case NODE_KEY: return altered(charter, number, (coop) => anotherKey(coop, elements[1], elements[2]));
    case QUARANTINE: return altered(charter, number, () => ({ standing: "quarantined" }));
    case READMISSION: return altered(charter, number, (coop) => ({
      standing: "member", ...(isEqual(coop.nodeKey, elements[1]) ? {} : anotherKey(coop, elements[1], elements[3])),
    }));
    case STANDING: return altered(charter, number, () => ({ stands: { length: elements[1], head: elements[2] } }));
    case QUORUMS: return { ...charter, chosen: { witnessQuorum: elements[0], decisionQuorum: elements[1] } };
    case STEWARDS: return altered(charter, number, () => ({ threshold: elements[1], stewards: people(elements[2]) }));
    default: return charter;
  }
}

function withCoop(charter, coop) {
  const coops = [...charter.coops.values()].filter(({ number }) => number !== coop.number);
  const sorted = [...coops, coop].sort((one, other) => one.number - other.number);
  return { ...charter, coops: new Map(sorted.map((each) => [each.number, each])) };
}

function altered(charter, number, alter) {
  const coop = charter.coops.get(number);
  if (coop === undefined) throw new ProofError("a change of a cooperative that is none");
  return withCoop(charter, { ...coop, ...alter(coop) });
}

const anotherKey = (coop, nodeKey, until) =>
  ({ nodeKey, earlierKeys: [...(coop.earlierKeys ?? []), { key: coop.nodeKey, until }] });
