// A merchant's webhook endpoints: how each is doing, and what it answers to a test message.

import { facts, make, onAction } from "./dom.js";
import { say, showTime } from "./words.js";

const LOOKS = 30;
const PAUSE_MS = 700;
const HEALTH = {
  untried: () => say("nothing sent so far"),
  works: () => say("works"),
  failing: ({ failing_since: since }) => say("failing since {time}", { time: showTime(since) }),
  disabled: () => say("switched off: it answered that it wants no more messages"),
};

export const healthWords = (hook) => HEALTH[hook.health](hook);

// An endpoint with its buttons; `acts` are `test(hook, place, state)`, `change`, `remove`, `renew` and `enable`.
export function hookCard(hook, acts) {
  const state = make("span", {}, healthWords(hook));
  const told = make("p", { role: "status" });
  const item = make("li", { class: "card" }, make("h3", { class: "long" }, hook.url));
  item.append(make("dl", { class: "facts" }, ...facts([
    [say("Messages"), hook.types.length === 0 ? say("all") : hook.types.join(", ")],
    [say("State"), state],
    ...(hook.health === "failing" && hook.failure !== null ? [[say("Last answer"), hook.failure.error]] : []),
    ...(hook.next_try === null ? [] : [[say("Next try"), showTime(hook.next_try)]]),
  ])), told);
  const buttons = [
    ...(hook.health === "disabled" ? [[say("Switch it on"), () => acts.enable(hook)]] : []),
    [say("Send a test message"), () => acts.test(hook, told, state)],
    [say("Change"), () => acts.change(hook)],
    [say("Another secret"), () => acts.renew(hook)],
    [say("Remove"), () => acts.remove(hook)],
  ];
  item.append(make("div", { class: "actions" }, ...buttons.map(([words, act]) => {
    const button = make("button", { type: "button" }, words);
    onAction(button, act);
    return button;
  })));
  return item;
}

// Sends a test message and waits for the first answer; what came of it, in words.
export async function testHook(session, hook) {
  const { message } = await session.post(`/v1/webhooks/${hook.id}/test`);
  for (let look = 0; look < LOOKS; look += 1) {
    await new Promise((done) => { setTimeout(done, PAUSE_MS); });
    const { deliveries } = await session.get(`/v1/webhooks/${hook.id}/deliveries?limit=20`);
    const found = deliveries.find((each) => each.message === message);
    if (found !== undefined && found.attempts.length > 0) return answerWords(found);
  }
  return say("No answer so far. Open this page again later.");
}

function answerWords({ state, attempts }) {
  const { status, error } = attempts[attempts.length - 1];
  if (state === "delivered") return say("✓ It took the message, with {status}.", { status });
  if (status === 0) return say("✕ It did not answer: {text}", { text: error });
  return say("✕ It answered {status}. The message is sent again later.", { status });
}
