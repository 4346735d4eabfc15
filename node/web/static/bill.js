// The page of a bill: follows its state, and hands it on to the payer's wallet like any request.

import { followBill, stateOf } from "./bills.js";
import { byId } from "./dom.js";
import { offerWallets } from "./offer.js";

const request = byId("request");
if (request !== null) {
  if (byId("choices") !== null) {
    // The wallet that sent the payer here says where to go back to; it is shown, and kept only if used.
    const home = new URLSearchParams(location.search).get("home");
    await offerWallets(request.dataset, home);
  }
  followBill(request.dataset.id, (bill) => {
    byId("state").replaceChildren(stateOf(bill));
    if (bill.state === "open") return;
    for (const id of ["choices", "code"]) if (byId(id) !== null) byId(id).hidden = true;
    if (byId("onward") !== null) byId("onward").hidden = bill.state !== "settled";
  });
}
