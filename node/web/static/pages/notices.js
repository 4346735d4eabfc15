// Being told: on this device by Web Push, or by mail. And the links in mails: what follows the # says which, and nothing is
// done before somebody presses, since programs that look at mail follow links too.

import { Session, post } from "../parts/api.js";
import { byId, notice, onAction } from "../parts/dom.js";
import { explainNotices } from "../parts/explain_notices.js";
import { keepPages } from "../parts/keeping.js";
import { setUpNotices } from "../parts/notices.js";
import { openStore } from "../parts/opened.js";
import { say } from "../parts/words.js";

const LINK = /^#(confirm|stop)=([0-9a-f]{32})\.([0-9a-f]{32})$/;

function offerLink([, what, id, code]) {
  const isStop = what === "stop";
  byId("from-mail-words").textContent = isStop
    ? say("You came from a mail. Shall this address get no more of them?")
    : say("You came from a mail. Shall notices of the account come to this address?");
  byId("from-mail-yes").textContent = isStop ? say("No more mails") : say("Yes, send them");
  byId("from-mail").hidden = false;
  onAction(byId("from-mail-yes"), async () => {
    try {
      const { address } = await post(`/v1/notices/${id}/${what}/${code}`);
      byId("from-mail").hidden = true;
      history.replaceState(null, "", "/notices");
      notice(isStop ? say("{address} gets no more mails.", { address }) : say("Notices come to {address} from now on.", { address }), { isGood: true });
    } catch (error) {
      notice(explainNotices(error));
    }
  });
}

const link = LINK.exec(location.hash);
if (link !== null) offerLink(link);
keepPages();
const store = await openStore();
const wallet = await store.wallet();
if (wallet?.account === undefined) byId("no-wallet").hidden = link !== null;
else {
  const { account, privateKey, federation, coop } = wallet;
  await setUpNotices(new Session({ role: "member", number: account, privateKey, federation, coop }));
}
