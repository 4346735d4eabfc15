// What the node refuses of notices, in words for people.

import { explain } from "./explain.js";
import { say } from "./words.js";

const PROBLEMS = {
  no_push: () => say("This node sends nothing to browsers."),
  no_mail: () => say("This node sends no mail."),
  push_refused: () => say("This browser's subscription can't be used here."),
  mail_address_refused: () => say("Write the address as name@example.org."),
  mail_asked_lately: () => say("No mail is sent to this address now: it was asked not long ago, wants none, or you have asked often today. Look for the mail among unwanted ones, or try again tomorrow."),
  notices_too_many: () => say("You are told at as many places as one may have. Take one away."),
  notice_target_not_found: () => say("That was taken away already."),
  notice_code_wrong: () => say("This link works no more."),
};

export function explainNotices(error) {
  if (error?.name === "NotAllowedError" || error?.name === "AbortError") {
    return say("The browser did not let this page tell you. Its maker's service may be out of reach, or it does not allow notices.");
  }
  if (error?.name === "TimeoutError") {
    return say("The maker of your browser did not answer. Try again later, or ask for mail.");
  }
  return explain(error, PROBLEMS);
}
