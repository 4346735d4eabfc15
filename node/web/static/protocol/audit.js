// Re-verifies the entries of one log: the chain over every entry, and the signatures.
//
// Checked: each entry's encoding and place in the chain; payments by the keys that the log itself admitted and replaced,
// by enough owners, or by delegated keys (whose caps are left to the program);
// votes by the keys of those who vote; what stewards sign by those who are in office (office.js), for which votes are counted again; anchors by the coops that signed them; changes of
// the charter by those that decided them, so that what follows is held to the charter then in force; and times. Not checked: balances and limits, and the decisions on the index; the program's `fiado audit` replays
// those too. What a browser's Ed25519 does not confirm is counted apart: it is stricter than the protocol's
// rule about crafted signatures.

import { extend, headMessage } from "./chain.js";
import { withChange } from "./changes.js";
import { keyAt } from "./charter.js";
import {
  ACKNOWLEDGE, ADMIT, ANCHOR, CHARTER, DELEGATE, GUARANTEE, GUARDIANS, LEAVE, OBJECT, OWNERS, PAY, PAY_DELEGATED, PROPOSE,
  RECOVER, REKEY, RESTORE, VOTE, decodeEntry, entryMessage,
} from "./messages.js";
import { Office } from "./office.js";
import { ProofError, isSigned } from "./signing.js";

export class LogCheck {
  // `charter`: the founding one, with which every log begins; `number`: whose log it is.
  constructor(charter, number, head) {
    Object.assign(this, { charter, number, head, length: 0, time: 0, signatures: 0 });
    this.keys = new Map();
    this.recoveries = new Map(); // by account the key that it is to get
    // Of joint accounts: who owns them; of all: which keys may pay within caps, by place.
    this.owners = new Map();
    this.tills = new Map();
    this.office = new Office();
    this.unconfirmed = [];
    this.counts = {};
  }

  // Checks the next entries, up to `most` in all.
  async take(entries, most) {
    const checks = [];
    for (const bytes of entries.slice(0, most - this.length)) {
      this.head = await extend(this.head, bytes);
      this.length += 1;
      const { time, transaction } = decodeEntry(bytes);
      if (time < this.time) throw new ProofError(`entry ${this.length} is earlier than the one before it`);
      this.time = time;
      this.counts[transaction.kind] = (this.counts[transaction.kind] ?? 0) + 1;
      if (transaction.kind === CHARTER) {
        this.charter = await withChange(this.charter, transaction);
        this.signatures += transaction.signatures.length;
      }
      for (const [key, message, signature] of this.claims(transaction)) {
        checks.push(this.confirm(this.length, key, message, signature));
      }
      const founders = this.charter.coops.get(this.number)?.stewards.length ?? 0;
      this.office.follow(transaction, founders, { number: this.length, time });
    }
    await Promise.all(checks);
  }

  async confirm(number, key, message, signature) {
    this.signatures += 1;
    if (!(await isSigned(key, message, signature))) this.unconfirmed.push(number);
  }

  // [key, message, signature] of every signature that the entry must bear.
  claims(transaction) {
    const { federation } = this.charter;
    const message = () => entryMessage({ federation, coop: this.number }, transaction);
    switch (transaction.kind) {
      case PAY: return this.byAccount(transaction.payer, message(), transaction.signature);
      case PAY_DELEGATED: return [[this.tillOf(transaction.payer, transaction.delegate), message(), transaction.signature]];
      case DELEGATE: return this.delegate(transaction, message());
      case OWNERS: return this.own(transaction, message());
      case ADMIT:
        if (this.keys.has(transaction.account)) throw new ProofError(`entry ${this.length} admits an account twice`);
        this.keys.set(transaction.account, transaction.key);
        return [[transaction.key, message(), transaction.keySignature], ...this.stewards(transaction, message())];
      case VOTE:
      case GUARDIANS:
      case ACKNOWLEDGE:
      case OBJECT: return this.byAccount(transaction.account, message(), transaction.signature);
      case GUARANTEE: return this.byAccount(transaction.guarantor, message(), transaction.signature);
      case LEAVE: return [...this.byAccount(transaction.account, message(), transaction.signature),
        // Whoever owes nothing leaves alone; who owes what is for the rules, which are not replayed here.
        ...(transaction.stewards.length > 0 ? this.stewards(transaction, message()) : [])];
      case REKEY: return this.rekey(transaction, message());
      case RECOVER: return this.recover(transaction, message());
      case RESTORE: return this.restore(transaction);
      case PROPOSE: return transaction.members.length > 0
        ? transaction.members.map(([account, signature]) => [this.keyOf(account), message(), signature])
        : this.stewards(transaction, message());
      case ANCHOR: return this.anchor(transaction);
      default: return "stewards" in transaction ? this.stewards(transaction, message()) : [];
    }
  }

  // Of an account's signature (14.1): by its one key, or by several owners at their places.
  byAccount(account, message, signature) {
    const owners = this.owners.get(account);
    if (signature instanceof Uint8Array) {
      if (owners) throw new ProofError(`entry ${this.length} is by one owner of several`);
      return [[this.keyOf(account), message, signature]];
    }
    if (!owners || signature.length < owners.needed) throw new ProofError(`entry ${this.length} is not by enough owners`);
    return signature.map(([place, each]) => {
      if (place >= owners.keys.length) throw new ProofError(`entry ${this.length} is by somebody who is no owner`);
      return [owners.keys[place], message, each];
    });
  }

  tillOf(account, place) {
    const key = this.tills.get(account)?.get(place);
    if (!key) throw new ProofError(`entry ${this.length} is by a key that nobody delegated`);
    return key;
  }

  delegate({ account, place, key, signature }, message) {
    const claims = this.byAccount(account, message, signature);
    if (!this.tills.has(account)) this.tills.set(account, new Map());
    this.tills.get(account).set(place, key);
    return claims;
  }

  own({ account, needed, keys, signature }, message) {
    const claims = this.byAccount(account, message, signature);
    this.setKey(account, keys[0]);
    if (keys.length > 1) this.owners.set(account, { needed, keys });
    return claims;
  }

  // Whatever gives an account another key takes all others away.
  setKey(account, key) {
    this.keys.set(account, key);
    this.owners.delete(account);
    this.tills.delete(account);
  }

  rekey({ account, key, keySignature, signature }, message) {
    const before = this.keyOf(account);
    this.setKey(account, key);
    return [[before, message, signature], [key, message, keySignature]];
  }

  recover(transaction, message) {
    const { account, key, keySignature, guardians, members } = transaction;
    this.recoveries.set(account, key);
    const helpers = guardians === null
      ? this.stewards(transaction, message)
      : members.map(([guardian, signature]) => [this.keyOf(guardian), message, signature]);
    return [[key, message, keySignature], ...helpers];
  }

  // Nobody signs it: its key is the one that the recovery has named.
  restore({ account }) {
    const key = this.recoveries.get(account);
    if (key === undefined) throw new ProofError(`entry ${this.length} ends a recovery that never began`);
    this.recoveries.delete(account);
    this.setKey(account, key);
    return [];
  }

  keyOf(account) {
    const key = this.keys.get(account);
    if (key === undefined) throw new ProofError(`entry ${this.length} is of an account that was never admitted`);
    return key;
  }

  stewards({ stewards }, message) {
    const coop = this.charter.coops.get(this.number);
    if (coop === undefined) throw new ProofError(`entry ${this.length} is of a cooperative that is none yet`);
    // Bylaws and elections say how many sign; that much is for the rules, which are not replayed here.
    const isOfCharter = this.office.seats === null && !this.office.hasBylaws;
    const least = isOfCharter ? coop.threshold : 1;
    if (stewards.length < least) throw new ProofError(`entry ${this.length} lacks stewards' signatures`);
    return stewards.flatMap(([place, signature]) => {
      const key = this.office.keyAt(place, coop, this.keys);
      if (key !== undefined) return [[key, message, signature]];
      if (isOfCharter) throw new ProofError(`entry ${this.length} names a steward who is none`);
      this.unconfirmed.push(this.length);
      return [];
    });
  }

  anchor({ coop, length, head, signatures }) {
    const { federation, coops, witnessQuorum } = this.charter;
    const signers = signatures.map(([signer]) => signer);
    const isEnough = signers.includes(coop) && signatures.length > witnessQuorum
      && signers.every((signer) => coops.has(signer)) && coop !== this.number;
    if (!isEnough) throw new ProofError(`entry ${this.length} lacks cooperatives' signatures`);
    const message = headMessage({ federation, coop, length, head });
    const keyOf = (signer) => (signer === coop ? keyAt(coops.get(coop), length) : coops.get(signer).nodeKey);
    return signatures.map(([signer, signature]) => [keyOf(signer), message, signature]);
  }
}
