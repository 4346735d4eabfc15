// Proposals and votes in people's words, from the very bytes that are signed.
//
// `who(account)` is how people call an account, `place(place)` a steward.

import { ABSTAIN, NO, YES } from "../protocol/voting.js";
import { say, showAmount, showTime } from "./words.js";

const RESOLVE = 0, BYLAWS = 1, ELECT = 2, RECALL = 3, LIMIT = 4, STATUS = 5, SPEND = 6, EXPEL = 7, RECOVERY = 8, LEVY = 9;

const numbered = (account) => `#${account}`;

const percent = (millionths) =>
  `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 4 }).format(millionths / 10_000)} %`;

// What follows if a proposal passes, in a sentence.
export function actionWords([type, ...rest], { who = numbered, place = numbered } = {}) {
  switch (type) {
    case RESOLVE: return rest[0] === 1
      ? say("Decide what the text says, by the special majority")
      : say("Decide what the text says");
    case BYLAWS: return say("Adopt other bylaws, by the special majority; articles that differ from the defaults: {count}", { count: rest[0].length });
    case SPEND: return say("Pay {name} {amount} from the commons", { name: who(rest[0]), amount: showAmount(rest[1]) });
    case LEVY: return say("Collect once, for the commons, {positive} of what members have and {negative} of what they owe", { positive: percent(rest[0]), negative: percent(rest[1]) });
    case ELECT: return say("Elect as stewards {names}, and nobody else; {count} of them sign", {
      names: rest[0].map(([account, until]) => say("{name} until {time}", { name: who(account), time: showTime(until) })).join(", "),
      count: rest[1],
    });
    case RECALL: return say("Recall as stewards {names}", { names: rest[0].map(place).join(", ") });
    case LIMIT: return rest[3] === null
      ? say("Let {name} owe up to {amount}", { name: who(rest[0]), amount: showAmount(rest[1]) })
      : say("Let {name} owe up to {amount} until {time}, and then {after}", {
        name: who(rest[0]), amount: showAmount(rest[1]), time: showTime(rest[3]), after: showAmount(rest[4]),
      });
    case STATUS: return rest[1] === 1
      ? say("Freeze {name}: it can be paid, but can't pay", { name: who(rest[0]) })
      : say("Thaw {name}: it can pay again", { name: who(rest[0]) });
    case RECOVERY: return rest[2] === 1
      ? say("Give {name} the new key: recovery {number}", { name: who(rest[0]), number: rest[1] })
      : say("Leave {name} the key that it has: end recovery {number}", { name: who(rest[0]), number: rest[1] });
    case EXPEL: return rest[1] === null
      ? say("Expel {name}; what the account has goes to the commons, what it owes is paid by guarantors and the commons", { name: who(rest[0]) })
      : say("Expel {name}; what the account has goes to {payee}, what it owes is paid by guarantors and the commons", { name: who(rest[0]), payee: who(rest[1]) });
    default: return say("Something that this page can't show in words. Use the program: fiado proposal show.");
  }
}

export const choiceWords = (choice) => ({ [NO]: () => say("no"), [YES]: () => say("yes"), [ABSTAIN]: () => say("abstain") })[choice]();

// What is to be known of a proposal before signing it, as pairs.
export function detailsOfProposal({ action: [type], first, second, about, ballot }, names = {}) {
  const who = names.who ?? numbered;
  const pairs = [
    [say("Closes"), showTime(first)],
    [say("If too few have voted by then"), showTime(second)],
  ];
  if (about.length > 0 && type !== ELECT) pairs.push([say("Can't vote about it"), about.map(who).join(", ")]);
  if (ballot !== null) pairs.push([say("Vote"), say("secret, held with another program")]);
  return pairs;
}
