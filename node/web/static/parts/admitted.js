// Who waits to be admitted may be told of it on this device, and of nothing else before they have an account.

import { get, post } from "./api.js";
import { byId, make, onAction } from "./dom.js";
import { hasPlaces, keepPlace } from "./notice_places.js";
import { isAble, subscribeHere, subscriptionHere } from "./push_here.js";
import { say } from "./words.js";

// Offers it below what is said to who waits, where node and browser can.
export async function offerNews({ id }) {
  const { push_key: pushKey } = await get("/v1/notices");
  if (pushKey === null || !isAble() || Notification.permission === "denied") return;
  const button = make("button", { type: "button" }, say("Tell me here when I am admitted"));
  const words = make("p", { role: "status" });
  byId("waiting-tell").replaceChildren(button, words);
  if ((await hasPlaces()) && (await subscriptionHere()) !== null) return showTold();
  function showTold() {
    button.hidden = true;
    words.textContent = say("You will be told on this device.");
  }
  onAction(button, async () => {
    try {
      if (await Notification.requestPermission() !== "granted") return;
      const here = await subscribeHere(pushKey, () => false);
      const { lang: language } = document.documentElement.dataset;
      await keepPlace(await post(`/v1/joins/${id}/notices`, { ...here, language }));
      showTold();
    } catch {
      words.textContent = say("This browser can't be told now. Look here again later.");
    }
  });
}
