// The page of a bill: follows its state, and hands it on to the payer's wallet like any request.

import { followBill, stateOf } from "./bills.js";
import { byId } from "./dom.js";
import { offerWallets } from "./offer.js";

const request = byId("request");
if (request !== null) {
  const home = new URLSearchParams(location.search).get("home");
  if (home !== null) localStorage.setItem("home", home);
  if (byId("choices") !== null) await offerWallets(request.dataset);
  followBill(request.dataset.id, (bill) => {
    byId("state").replaceChildren(stateOf(bill));
    if (bill.state === "open") return;
    for (const id of ["choices", "code"]) if (byId(id) !== null) byId(id).hidden = true;
    if (byId("onward") !== null) byId("onward").hidden = bill.state !== "settled";
  });
}
