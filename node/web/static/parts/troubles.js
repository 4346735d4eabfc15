// What the node says is wrong with it, in the page's words. The words stand in the page (templates/troubles.html).

import { get } from "./api.js";
import { coopNamed } from "../protocol/charter.js";
import { byId } from "./dom.js";
import { say } from "./words.js";

const NOT_ARRIVING = ["accused", "cut", "link_down"];

// The troubles of `/v1/status`, what stops recording first; none when the node can't be asked.
export async function readTroubles() {
  try {
    const { troubles } = await get("/v1/status");
    return Array.isArray(troubles) ? troubles : [];
  } catch {
    return [];
  }
}

// A trouble in words. `charter` gives the cooperatives' titles; it may be null.
export function troubleWords({ kind, coop, other, detail, remedy }, charter) {
  const found = [...byId("trouble-words").children].find(({ dataset }) => dataset.kind === kind);
  if (found === undefined) return `${detail} ${remedy}`;
  const title = (name) => (charter && coopNamed(charter, name)?.title) ?? name ?? "";
  return found.textContent.replaceAll("{coop}", () => title(coop)).replaceAll("{other}", () => title(other));
}

// Why the node records nothing, in words; "" when it records.
export async function whyStopped(charter, troubles = readTroubles()) {
  const stop = (await troubles).find(({ severity }) => severity === "stops_recording");
  return stop === undefined ? "" : troubleWords(stop, charter);
}

// Whether the node keeps away from another one now; for a while after that it only tells of it.
const isRefused = ({ kind, values }) => kind === "peer_broke_protocol" && values?.refused_seconds > 0;

// Sentences about what a payment to another cooperative would meet.
export async function beforePaying({ name, number }, { coop }, charter, troubles = readTroubles()) {
  if (number === coop) return [];
  const isMet = (trouble) => trouble.kind === "no_peers"
    || ((NOT_ARRIVING.includes(trouble.kind) || isRefused(trouble)) && trouble.coop === name);
  const met = (await troubles).filter(isMet).map((trouble) => troubleWords(trouble, charter));
  const isShutOut = charter?.coops.get(number)?.standing === "quarantined";
  return isShutOut ? [say("That cooperative is in quarantine: the payment will be refused."), ...met] : met;
}
