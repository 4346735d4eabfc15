// The question about a link that leads to a node which the wallet does not know.

import { byId, onAction, showSection } from "../parts/dom.js";
import { agreeToNode, checkedLink } from "../parts/nodes.js";

let answer = () => {};

export function setUpStranger() {
  onAction(byId("stranger-go"), async () => answer("yes"));
  onAction(byId("stranger-back"), async () => answer("no"));
}

// The payer has gone somewhere else: nobody answers any more.
export const leaveStranger = () => answer("gone");

// Whether a link may be followed: "yes"; "foreign", it is of another federation; "no", the payer said so; or "gone".
export async function meetLink(asked, page) {
  const { isForeign, strange } = await checkedLink(asked, page);
  if (isForeign) return "foreign";
  if (strange === null) return "yes";
  leaveStranger();
  const agreed = new Promise((resolve) => { answer = resolve; });
  byId("stranger-address").textContent = strange;
  showSection("stranger");
  const said = await agreed;
  if (said === "yes") await agreeToNode(page.store, strange);
  return said;
}
