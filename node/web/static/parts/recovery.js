// A recovery of the member's account: told loudly, for whoever has not asked for it, with the way to object.

import { toBase64url } from "../protocol/bytes.js";
import { OBJECT, encodeTransaction, entryMessage } from "../protocol/messages.js";
import { sign } from "../protocol/signing.js";
import { post } from "./api.js";
import { make, notice, onAction } from "./dom.js";
import { explain } from "./explain.js";
import { say, showTime } from "./words.js";

// `place` gets the words; it is hidden where no recovery runs.
export function showRecovery(place, recovery, wallet) {
  place.hidden = recovery === null;
  if (recovery === null) return place.replaceChildren();
  const said = [make("p", {}, make("strong", {}, recovery.by_guardians
    ? say("Guardians have begun to give this account another key.")
    : say("Stewards have begun to give this account another key.")))];
  said.push(make("p", {}, say("From {time} on only the new key pays. Until then the account can be paid and can't pay.", { time: showTime(recovery.due) })));
  if (recovery.disputed !== null) {
    said.push(make("p", {}, say("You have objected. Ask members or stewards to open a vote about it: without one it goes on.")));
    return place.replaceChildren(...said);
  }
  const button = make("button", { type: "button" }, say("Object: it wasn't me"));
  onAction(button, () => object(place, recovery, wallet));
  said.push(make("p", {}, say("If you have asked for it, wait. If not, object now.")), button);
  return place.replaceChildren(...said);
}

async function object(place, recovery, { account, privateKey, federation, coop }) {
  const objection = { kind: OBJECT, account, recovery: recovery.number, signature: null };
  try {
    const signature = await sign(privateKey, entryMessage({ federation, coop }, objection));
    await post("/v1/transactions", { transaction: toBase64url(encodeTransaction({ ...objection, signature })) });
    showRecovery(place, { ...recovery, disputed: 0 }, null);
  } catch (error) {
    notice(explain(error));
  }
}
