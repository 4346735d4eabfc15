// Who may sign for a coop as its stewards, from the entries of its log: PROTOCOL section 13.2.
//
// Followed are elections and recalls by the counts that the log has. Whether a second call had the quorum of
// the bylaws is not recomputed here; what cannot be confirmed for that reason is counted apart, not refused.

import { BYLAWS, ENACT, PROPOSE, STATUS } from "./messages.js";

const ELECT = 2, RECALL = 3, EXPEL = 7, CLOSED = 2;

export class Office {
  constructor() {
    // By place, the account; null while the charter's stewards are in office, who are places of the charter.
    this.seats = null;
    this.nextPlace = 0;
    this.hasBylaws = false;
    this.proposals = new Map();
    this.closed = new Set();
  }

  // What an entry changes; `founders`: how many stewards the charter has.
  follow(transaction, founders) {
    switch (transaction.kind) {
      case PROPOSE: this.proposals.set(transaction.number, transaction.action); break;
      case BYLAWS: this.hasBylaws = true; break;
      case STATUS: if (transaction.status === CLOSED) this.closed.add(transaction.account); break;
      case ENACT: this.end(transaction, founders); break;
      default:
    }
  }

  end({ proposal, yes, no }, founders) {
    const [type, ...rest] = this.proposals.get(proposal) ?? [];
    this.proposals.delete(proposal);
    if (type === 1) this.hasBylaws = true;
    if (yes <= no) return;
    if (type === EXPEL) this.closed.add(rest[0]);
    if (type === ELECT) this.elect(rest[0].map(([account]) => account), founders);
    if (type === RECALL) this.recall(rest[0], founders);
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
