// The page of a bill: follows its state, and hands it on to the payer's wallet like any request.

import { followBill, stateOf } from "../parts/bills.js";
import { countDown } from "../parts/countdown.js";
import { byId } from "../parts/dom.js";
import { isFramed, offerWallets } from "../parts/offer.js";
import { showTime } from "../parts/words.js";

// In a frame of a shop's page: wallets open in windows of their own, and the way back is the shop's whole page.
function leadOut() {
  document.body.classList.add("framed");
  for (const link of document.links) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  const back = document.querySelector("#onward a");
  if (back !== null) back.target = "_top";
}

const request = byId("request");
if (request !== null) {
  if (byId("choices") !== null) await offerWallets(request.dataset);
  if (isFramed()) leadOut();
  // Without this script the page says it in UTC.
  byId("expires").textContent = showTime(Number(byId("expires").dataset.seconds));
  let stopClock = () => {};
  followBill(request.dataset.id, (bill) => {
    byId("state").replaceChildren(stateOf(bill));
    stopClock();
    if (bill.state === "open") {
      stopClock = countDown(byId("left"), bill);
      return;
    }
    for (const id of ["choices", "code"]) if (byId(id) !== null) byId(id).hidden = true;
    if (byId("onward") !== null) byId("onward").hidden = bill.state !== "settled";
  });
}
