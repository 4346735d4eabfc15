// The open books' button: verifies a log here and says what came out.

import { fromHex } from "../protocol/bytes.js";
import { verifyLog } from "../parts/logs.js";
import { EncodingError } from "../protocol/codec.js";
import { byId, facts, make, onAction } from "../parts/dom.js";
import { explain } from "../parts/explain.js";
import { KINDS } from "../parts/kinds.js";
import { ProofError } from "../protocol/signing.js";
import { mark } from "../parts/receipt.js";
import { say, showNumber } from "../parts/words.js";

const form = byId("check-form");
const progress = byId("check-progress");
const federation = fromHex(document.body.dataset.federation);

onAction(form, async () => {
  byId("check-result").replaceChildren();
  progress.hidden = false;
  progress.value = 0;
  try {
    const coopName = byId("check-coop").value;
    const onProgress = (done, all) => { progress.value = done / all; };
    show(await verifyLog({ coopName, federation, onProgress }));
  } catch (error) {
    const isBroken = error instanceof ProofError || error instanceof EncodingError;
    byId("check-result").replaceChildren(isBroken
      ? mark(false, say("It does not hold: {text}. Tell your stewards.", { text: error.message }))
      : make("p", {}, error.code === "entry_not_found" ? say("There is no signed head of this log here yet.") : explain(error)));
  } finally {
    progress.hidden = true;
  }
});
form.hidden = false;

function show({ length, head, signatures, unconfirmed, counts }) {
  const isAll = unconfirmed.length === 0;
  const text = isAll
    ? say("Everything holds: {entries} entries in one unbroken chain, {signatures} signatures verified.", { entries: showNumber(length), signatures: showNumber(signatures) })
    : say("The chain holds, but this browser could not confirm the signatures of the entries {numbers}. Ask the program: fiado audit.", { numbers: unconfirmed.slice(0, 10).join(", ") });
  const counted = Object.entries(KINDS).filter(([kind, { many }]) => many !== undefined && counts[kind]);
  const pairs = counted.map(([kind, { many }]) => [many(), showNumber(counts[kind])]);
  byId("check-result").replaceChildren(
    mark(isAll, text),
    make("dl", { class: "facts" }, ...facts(pairs)),
    make("p", { class: "small" }, say("Head:"), " ", make("code", { class: "long" }, head)),
    make("p", { class: "small" }, say("Balances and limits were not recomputed here: the program's fiado audit does that too.")),
  );
}
