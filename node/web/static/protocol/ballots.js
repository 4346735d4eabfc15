// What the members of a coop have decided, counted again from the entries of its log: PROTOCOL sections 13.3 to 13.5.
//
// Followed are who is on a roll, what the bylaws said when a vote opened, and what everybody said. An enactment with
// another count, or before its close, is one that no log may hold.

import { ADMIT, ATTEST, BYLAWS, ENACT, PROPOSE, VOTE } from "./messages.js";
import { ProofError } from "./signing.js";
import { closesAt, openedVote, passes, withVote } from "./tally.js";

const DAY = 86_400, ATTESTATION_TERM = 60 * DAY;
const RESOLVE = 0, AMEND = 1;
// The articles that voting goes by, and their defaults: PROTOCOL section 13.1.
export const ARTICLES = {
  firstQuorum: 22, secondQuorum: 23, membership: 25, lateWindow: 26, extension: 27, numerator: 28, denominator: 29,
  officeTerm: 60, officeStewards: 61,
};
export const DEFAULTS = { 22: 500, 23: 0, 25: 0, 26: DAY, 27: DAY, 28: 2, 29: 3, 60: 730 * DAY, 61: 0 };

export class Ballots {
  // `closed`: the accounts that are closed, kept up by whoever follows them.
  constructor(closed) {
    Object.assign(this, { closed, articles: new Map(), hasBylaws: false });
    this.opened = new Map(); // account -> entry
    this.admitted = new Map(); // day -> the last admission's entry
    this.proposals = new Map();
  }

  article(name) {
    const number = ARTICLES[name];
    return this.articles.get(number) ?? DEFAULTS[number];
  }

  // What an entry changes; `at` has its number and time.
  follow(transaction, at) {
    switch (transaction.kind) {
      case ADMIT:
        this.opened.set(transaction.account, at.number);
        this.admitted.set(Math.floor(at.time / DAY), at.number);
        break;
      case BYLAWS: this.adopt(transaction.articles); break;
      case PROPOSE: this.proposals.set(transaction.number, this.proposed(transaction, at)); break;
      case VOTE: this.vote(transaction, at); break;
      case ATTEST: this.attest(transaction); break;
      default:
    }
  }

  adopt(articles) {
    this.articles = new Map(articles);
    this.hasBylaws = true;
  }

  proposed({ action, about, ballot, first, second }, at) {
    const isSpecial = action[0] === AMEND || (action[0] === RESOLVE && action[1] === 1);
    const rules = {
      firstQuorum: this.article("firstQuorum"), secondQuorum: this.article("secondQuorum"),
      lateWindow: this.article("lateWindow"), extension: this.article("extension"),
      numerator: isSpecial ? this.article("numerator") : 0, denominator: isSpecial ? this.article("denominator") : 1,
    };
    const vote = openedVote({ roll: this.rollOf(about, at), first, second, rules });
    return { action, ballot, vote, second, said: new Map(), isAttested: false };
  }

  rollOf(about, { number, time }) {
    const cut = this.cut(number, time);
    const isOn = ([account, entry]) => entry <= cut && !this.closed.has(account) && !about.includes(account);
    return [...this.opened].filter(isOn).length;
  }

  cut(number, time) {
    const membership = this.article("membership");
    if (membership === 0) return number - 1;
    const day = Math.floor((time - membership) / DAY);
    return Math.max(0, ...[...this.admitted].filter(([each]) => each < day).map(([, entry]) => entry));
  }

  vote({ account, proposal, choice }, { time }) {
    const found = this.known(proposal);
    found.vote = withVote(found.vote, { before: found.said.get(account) ?? null, after: choice, time });
    found.said.set(account, choice);
  }

  attest({ proposal, yes, no, abstain }) {
    const found = this.known(proposal);
    found.vote = { ...found.vote, counts: { yes, no, abstain } };
    found.isAttested = true;
  }

  known(number) {
    const found = this.proposals.get(number);
    if (found === undefined) throw new ProofError(`proposal ${number} was never made`);
    return found;
  }

  // What an enactment ends: its action, the second close as it was proposed, and whether it is decided.
  end({ proposal, yes, no, abstain }, { time }) {
    const { action, vote, second, ballot, isAttested } = this.known(proposal);
    const { counts } = vote;
    if (counts.yes !== yes || counts.no !== no || counts.abstain !== abstain) {
      throw new ProofError(`proposal ${proposal} was counted wrong`);
    }
    const ready = ballot === null || isAttested ? closesAt(vote) : vote.second + ATTESTATION_TERM;
    if (time < ready) throw new ProofError(`proposal ${proposal} was counted before its close`);
    this.proposals.delete(proposal);
    const isPassed = passes(vote);
    if (isPassed && action[0] === AMEND) this.adopt(action[1]);
    return { action, second, isPassed };
  }
}
