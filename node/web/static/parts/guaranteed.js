// What a guarantor is told of those whom they answer for: claims, and limits and statuses that changed.

import { make } from "./dom.js";
import { say, showAmount, showDay } from "./words.js";

const STATUSES = {
  open: (values) => say("Since {day} the account of {name} is open again.", values),
  frozen: (values) => say("Since {day} the account of {name} is frozen.", values),
  closed: (values) => say("Since {day} the account of {name} is closed.", values),
};

// One list item for each claim, then for each change, newest first, and one for those whom they answer for no more.
export function newsItems({ coop, given, ended }) {
  const claimed = given.filter(({ claim }) => claim !== null).map(({ member, cap, share, claim }) => make("li", {}, make("strong", {},
    say("The stewards claim what {name} owes. From {day} on they can settle it: as things are now you pay {share}, and never more than {amount}.", {
      name: `${member.handle}@${coop}`, day: showDay(claim.due), share: showAmount(share), amount: showAmount(cap),
    }))));
  const told = given.flatMap(({ member, news }) => news.map((each) => ({ ...each, name: `${member.handle}@${coop}` })));
  told.sort((one, other) => other.number - one.number);
  return claimed.concat(told.map(({ time, limit, status, name }) => {
    const day = showDay(time);
    return make("li", {}, status === null
      ? say("Since {day} {name} may owe up to {amount}.", { day, name, amount: showAmount(limit) })
      : STATUSES[status]({ day, name }));
  }), endedItems(coop, ended));
}

function endedItems(coop, ended) {
  const names = ended.map(({ handle }) => `${handle}@${coop}`).join(", ");
  if (names === "") return [];
  return [make("li", {}, say("You answer no more for {names}: you stopped, its day came, or somebody who answers for more took your place.", { names }))];
}
