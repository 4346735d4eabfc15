// What the node refuses of guarantees, in words for people; only the page of guarantees loads this.

import { explain } from "./explain.js";
import { say } from "./words.js";

const PROBLEMS = {
  guarantor_is_member: () => say("That is your own account: what it owes is yours already."),
  guarantee_until_wrong: () => say("Choose a day after today, within ten years."),
  guarantee_unchanged: () => say("That is what stands already."),
  guarantee_beyond_room: () => say("You have not so much room: nobody pledges what they could not pay."),
  guarantors_too_many: () => say("Sixteen members answer for that one already, or you for 64."),
};

export const explainGuarantee = (error) => explain(error, PROBLEMS);
