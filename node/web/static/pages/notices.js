// Being told: on this device by Web Push, or by mail. And the links in mails: what follows the # says which, and nothing is
// done before somebody presses, since programs that look at mail follow links too.

import { Session, post } from "../parts/api.js";
import { byId, notice, onAction } from "../parts/dom.js";
import { explainNotices } from "../parts/explain_notices.js";
import { keepPages } from "../parts/keeping.js";
import { loadPlaces, setUpNotices } from "../parts/notices.js";
import { openStore } from "../parts/opened.js";
import { say } from "../parts/words.js";

const LINK = /^#(confirm|stop)=([0-9a-f]{32})\.([0-9a-f]{32})$/;

let offered = null;

// What the link asks for that this page was opened with, or that was opened in it.
function offerLink() {
  offered = LINK.exec(location.hash);
  byId("from-mail").hidden = offered === null;
  if (offered === null) return;
  notice("");
  const isStop = offered[1] === "stop";
  byId("from-mail-words").textContent = isStop
    ? say("You came from a mail. Shall this address get no more of them?")
    : say("You came from a mail. Shall notices of the account come to this address?");
  byId("from-mail-yes").textContent = isStop ? say("No more mails") : say("Yes, send them");
}

async function followLink() {
  const [, what, id, code] = offered;
  try {
    const { address } = await post(`/v1/notices/${id}/${what}/${code}`);
    history.replaceState(null, "", "/notices");
    offerLink();
    notice(what === "stop" ? say("{address} gets no more mails.", { address }) : say("Notices come to {address} from now on.", { address }), { isGood: true });
    await loadPlaces();
  } catch (error) {
    notice(explainNotices(error));
  }
}

offerLink();
onAction(byId("from-mail-yes"), followLink);
addEventListener("hashchange", offerLink);
keepPages();
const store = await openStore();
const wallet = await store.wallet();
if (wallet?.account === undefined) byId("no-wallet").hidden = offered !== null;
else {
  const { account, privateKey, federation, coop } = wallet;
  await setUpNotices(new Session({ role: "member", number: account, privateKey, federation, coop }));
}
