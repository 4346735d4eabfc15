// What the browser keeps: the wallet, the one payment that may be under way, receipts, the charter.
//
// IndexedDB, with durable commits: when `beginPayment` has resolved, the signed bytes are on the disk. The
// private key in it is one that no script can read out.

import { isEqual } from "../protocol/bytes.js";

const NAME = "fiado";
const VERSION = 1;
const KEPT = "kept";
const RECEIPTS = "receipts";
const SESSION_MS = 3_000_000; // a node keeps one for an hour

// The browser lets this page keep nothing, or has thrown away what it kept.
export class StorageDenied extends Error {}

// Another payment is under way; it has to be finished first.
export class PaymentPending extends Error {}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

// A page that is left may be laid aside by the browser as it is. Left while it makes the stores, it would keep every other
// page waiting for them; a page that listens for its end is not laid aside.
async function notLaidAside(work) {
  const nothing = () => {};
  addEventListener("unload", nothing);
  try {
    return await work;
  } finally {
    removeEventListener("unload", nothing);
  }
}

export class Store {
  // StorageDenied where the browser allows none: private windows of some, and pages whose data is blocked.
  // What a till's key keeps has another name, so that it never stands in the place of a wallet.
  static async open(name = NAME) {
    try {
      const request = indexedDB.open(name, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(KEPT);
        request.result.createObjectStore(RECEIPTS, { keyPath: "id" });
      };
      return new Store(await notLaidAside(settled(request)));
    } catch (error) {
      throw new StorageDenied(error?.message, { cause: error });
    }
  }

  // `onGone` is called when the browser throws away what is kept while the page is open.
  constructor(database) {
    this.database = database;
    this.onGone = () => {};
    database.onclose = () => this.onGone();
  }

  read(name) {
    return settled(this.database.transaction(KEPT).objectStore(KEPT).get(name));
  }

  // One durable transaction over both stores.
  async write(change) {
    const stores = [KEPT, RECEIPTS];
    const transaction = this.database.transaction(stores, "readwrite", { durability: "strict" });
    const done = committed(transaction);
    change(transaction.objectStore(KEPT), transaction.objectStore(RECEIPTS));
    await done;
  }

  // {privateKey, publicKey, federation, coop, coopName, account?, handle?, join?, isBackedUp}
  wallet() {
    return this.read("wallet");
  }

  saveWallet(wallet) {
    return this.write((kept) => kept.put(wallet, "wallet"));
  }

  forgetWallet() {
    return this.write((kept, receipts) => {
      for (const name of ["wallet", "session", "sequence", "me", "addresses", "agreed-nodes", "contacts"]) kept.delete(name);
      for (const name of ["sequence", "first"]) kept.delete(IDBKeyRange.bound(`${name}-`, `${name}.`));
      receipts.clear();
    });
  }

  // Where a session of the wallet's account keeps its token from page to page, for no longer than a node may know it.
  session({ account, publicKey }) {
    return {
      read: async () => {
        const kept = await this.read("session");
        const isOurs = kept?.account === account && isEqual(kept.publicKey, publicKey);
        const age = Date.now() - kept?.since;
        return isOurs && age >= 0 && age < SESSION_MS ? kept.token : null;
      },
      write: (token) => this.write((kept) => kept.put({ token, account, publicKey, since: Date.now() }, "session")),
    };
  }

  pending() {
    return this.read("pending");
  }

  // The highest sequence number of an account that is known to be used. Earlier versions of this page knew
  // one number for all accounts.
  async lastSequence(account) {
    return (await this.read(`sequence-${account}`)) ?? (await this.read("sequence")) ?? 0;
  }

  // Below this number the wallet has signed nothing: an earlier key of the account may have. Earlier versions of this
  // page didn't write it down.
  async firstSequence(account) {
    return (await this.read(`first-${account}`)) ?? 1;
  }

  // Writes down what is about to be sent; PaymentPending when something is already under way.
  async beginPayment(payment) {
    const { account, sequence } = payment;
    const isFirst = (await this.lastSequence(account)) === 0;
    const before = (await this.read(`first-${account}`)) ?? (isFirst ? sequence : undefined);
    try {
      await this.write((kept) => {
        kept.add(payment, "pending");
        if (before !== undefined) kept.put(Math.min(before, sequence), `first-${account}`);
      });
    } catch (error) {
      throw error?.name === "ConstraintError" ? new PaymentPending() : error;
    }
  }

  // The node recorded it: its bytes are forgotten and its receipt kept, in one step.
  finishRecorded(payment, receipt) {
    return this.write((kept, receipts) => {
      kept.delete("pending");
      kept.put(payment.sequence, payment.account === undefined ? "sequence" : `sequence-${payment.account}`);
      if (payment.account !== undefined) kept.delete("sequence");
      receipts.put(receipt);
    });
  }

  finishRefused() {
    return this.write((kept) => kept.delete("pending"));
  }

  receipt(id) {
    return settled(this.database.transaction(RECEIPTS).objectStore(RECEIPTS).get(id));
  }

  receipts() {
    return settled(this.database.transaction(RECEIPTS).objectStore(RECEIPTS).getAll());
  }

  keepCharter(source) {
    return this.write((kept) => kept.put(source, "charter"));
  }

  charter() {
    return this.read("charter");
  }
}
