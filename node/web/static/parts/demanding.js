// A vote that members demand without the stewards: a file that goes from hand to hand until enough have signed it.
//
// It is the file of the program (`fiado proposal new … --demand`), so both can go on with the other's.

import { fromBase64url, fromHex, isEqual, toBase64url, toHex } from "../protocol/bytes.js";
import { PROPOSE, decodeTransaction, encodeTransaction, entryMessage, proposalHash } from "../protocol/messages.js";
import { sign } from "../protocol/signing.js";
import { say } from "./words.js";

const FORMAT = "fiado demand", VERSION = 1;
const MOST_BYTES = 262_144;

export class DemandError extends Error {}

export function renderDemand({ proposal, reason }, { federation, coop }) {
  const document = {
    format: FORMAT, version: VERSION, federation: toHex(federation), coop,
    transaction: toBase64url(encodeTransaction(proposal)), reason,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

// What a file holds, for the wallet's cooperative, with the text that its proposal is bound to.
export async function readDemand(text, { federation, coop }) {
  const document = parsed(text);
  if (document.federation !== toHex(federation) || document.coop !== coop) {
    throw new DemandError(say("That file is for another cooperative."));
  }
  let demand;
  try {
    const { salt, text: words } = document.reason;
    demand = { proposal: decodeTransaction(fromBase64url(document.transaction)), reason: { salt, text: words } };
    const hash = await proposalHash({ salt: fromHex(salt), text: words });
    if (!isEqual(hash, demand.proposal.text)) throw new DemandError(say("The text in that file is not the one that would be voted about."));
  } catch (error) {
    if (error instanceof DemandError) throw error;
    throw new DemandError(say("That is no file of a demand."));
  }
  const { kind, stewards } = demand.proposal;
  if (kind !== PROPOSE || stewards.length > 0) throw new DemandError(say("That is no file of a demand."));
  return demand;
}

function parsed(text) {
  try {
    const document = text.length > MOST_BYTES ? null : JSON.parse(text);
    if (document?.format === FORMAT && document.version === VERSION) return document;
  } catch {
    // Said below.
  }
  throw new DemandError(say("That is no file of a demand."));
}

// The same with the signature of the wallet's owner.
export async function signedBy({ proposal, reason }, { account, privateKey, federation, coop }) {
  const signature = await sign(privateKey, entryMessage({ federation, coop }, proposal));
  return { proposal: { ...proposal, members: together(proposal.members, [[account, signature]]) }, reason };
}

// The signatures of two copies of one demand together; the newer one where they are of different ones.
export function merged(older, newer) {
  const bare = ({ proposal }) => encodeTransaction({ ...proposal, members: [] });
  if (older === null || !isEqual(bare(older), bare(newer))) return newer;
  const members = together(older.proposal.members, newer.proposal.members);
  return { ...newer, proposal: { ...newer.proposal, members } };
}

const together = (some, others) => [...new Map([...some, ...others])].sort(([one], [other]) => one - other);
