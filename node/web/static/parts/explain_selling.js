// What the node refuses of keys and webhooks, in words for people; only the page of a shop's program loads this.

import { explain } from "./explain.js";
import { say } from "./words.js";

const PROBLEMS = {
  key_not_found: () => say("That key is not there any more. Look again."),
  webhook_url_refused: () => say("Messages go to a public address that begins with https:// only."),
  origin_refused: () => say("Each line is an address such as https://shop.example: no path, no star, and https unless it is your own machine."),
  webhook_not_found: () => say("That address was removed already. Look again."),
  webhook_messages_too_many: () => say("You have asked for many messages. Ask again in some minutes; what happens to your bills is told all the same."),
  endpoints_too_many: () => say("Your account has as many addresses as it may have. Remove one that you don't use."),
};

export const explainSelling = (error) => explain(error, PROBLEMS);
