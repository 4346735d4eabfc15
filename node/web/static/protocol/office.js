// Who may sign for a coop as its stewards, from the entries of its log: PROTOCOL section 13.2.
//
// Followed are elections and recalls, by votes that are counted again (ballots.js). What needs balances is not replayed
// here, such as whether the ceiling of the commons stood against an expulsion.

import { Ballots } from "./ballots.js";
import { ENACT, LEAVE, SETTLE, STATUS } from "./messages.js";

const ELECT = 2, RECALL = 3, EXPEL = 7, CLOSED = 2, SETTLED = 1;

// Whether an entry closes an account by itself; a vote can, too.
const isClosing = ({ kind, status, step }) =>
  kind === LEAVE || (kind === STATUS && status === CLOSED) || (kind === SETTLE && step === SETTLED);

export class Office {
  constructor() {
    // By place, the account; null while the charter's stewards are in office, who are places of the charter.
    this.seats = null;
    this.nextPlace = 0;
    this.closed = new Set();
    this.ballots = new Ballots(this.closed);
    this.passed = new Map(); // of each proposal that is over, whether it was decided
  }

  get hasBylaws() {
    return this.ballots.hasBylaws;
  }

  // What an entry changes; `founders`: how many stewards the charter has; `at`: its number and time.
  follow(transaction, founders, at) {
    this.ballots.follow(transaction, at);
    if (isClosing(transaction)) this.closed.add(transaction.account);
    if (transaction.kind === ENACT) this.end(transaction, founders, at);
  }

  end(transaction, founders, at) {
    const { action: [type, ...rest], second, isPassed } = this.ballots.end(transaction, at);
    this.passed.set(transaction.proposal, isPassed);
    if (!isPassed) return;
    if (type === EXPEL) this.closed.add(rest[0]);
    if (type === ELECT && this.isPossible(rest, second)) this.elect(rest[0].map(([account]) => account), founders);
    if (type === RECALL && this.isInOffice(rest[0], founders)) this.recall(rest[0], founders);
  }

  // What stands against an election, as things are now: checks 1 to 4 of the section.
  isPossible([seats, threshold], second) {
    const least = Math.max(threshold, this.ballots.article("officeStewards"));
    const last = second + this.ballots.article("officeTerm");
    return threshold > 0 && seats.length >= least
      && seats.every(([account, until]) => until > second && until <= last && this.ballots.opened.has(account))
      && seats.filter(([account]) => !this.closed.has(account)).length >= least;
  }

  isInOffice(places, founders) {
    const isTaken = (place) => (this.seats === null ? place < founders : this.seats.has(place));
    return places.every(isTaken);
  }

  elect(accounts, founders) {
    this.begin(founders);
    const kept = new Map([...this.seats].map(([place, account]) => [account, place]));
    const seats = accounts.filter((account) => !this.closed.has(account)).map((account) => {
      const place = kept.get(account);
      return place === undefined ? [this.nextPlace++, account] : [place, account];
    });
    this.seats = new Map(seats);
  }

  recall(places, founders) {
    this.begin(founders);
    for (const place of places) this.seats.delete(place);
  }

  // The charter's stewards have no account.
  begin(founders) {
    if (this.seats !== null) return;
    this.seats = new Map(Array.from({ length: founders }, (_, place) => [place, null]));
    this.nextPlace = founders;
  }

  // The key of a place: of the charter's steward, or of the account in `keys`; undefined for nobody's.
  keyAt(place, coop, keys) {
    const account = this.seats === null ? null : this.seats.get(place);
    return account === null ? coop.stewards[place]?.key : keys.get(account);
  }
}
