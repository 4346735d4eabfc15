// The question about a link that leads to a node which the wallet does not know. Loaded when a link is followed.

import { byId, showSection } from "../parts/dom.js";
import { agreeToNode, checkedLink } from "../parts/nodes.js";

// Whether a link may be followed: "yes"; "foreign", it is of another federation; "no", the payer said so; or "gone": the
// payer has gone somewhere else instead of answering.
export async function meetLink(asked, page) {
  const { isForeign, strange } = await checkedLink(asked, page);
  if (isForeign) return "foreign";
  if (strange === null) return "yes";
  byId("stranger-address").textContent = strange;
  showSection("stranger");
  const said = await answered();
  if (said === "yes") await agreeToNode(page.store, strange);
  return said;
}

function answered() {
  const over = new AbortController();
  return new Promise((resolve) => {
    const { signal } = over;
    byId("stranger-go").addEventListener("click", () => resolve("yes"), { signal });
    byId("stranger-back").addEventListener("click", () => resolve("no"), { signal });
    addEventListener("hashchange", () => resolve("gone"), { signal });
  }).finally(() => over.abort());
}
