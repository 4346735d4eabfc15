// One list made of several that the node gives newest first: as much of each is asked for as is shown.
//
// A cursor of the node begins with the time, in milliseconds, down to which its list has been read. So a page
// may be short or empty, and what the other lists have above that time can be shown all the same.

const reachOf = (next) => (next === null ? -Infinity : Number.parseInt(next, 10) / 1000);

export class Newest {
  #rows = new Map();
  #lists;

  // Each of `sources` gives for a cursor, or null at first, a promise of {rows, next}; rows have an `id` of
  // their own and a `time` in seconds.
  constructor(sources) {
    this.#lists = sources.map((ask) => ({ ask, next: null, reach: Infinity }));
  }

  // All rows that are known, in no order; older ones may be missing.
  get known() {
    return [...this.#rows.values()];
  }

  has(id) {
    return this.#rows.has(id);
  }

  put(rows) {
    for (const row of rows) this.#rows.set(row.id, row);
  }

  drop(id) {
    this.#rows.delete(id);
  }

  // The newest `count` rows, and whether these are all; asks for more of the lists where that is needed.
  async newest(count) {
    let rows = this.#complete();
    while (rows.length <= count && this.#reach() > -Infinity) {
      await this.#read();
      rows = this.#complete();
    }
    return { rows: rows.slice(0, count), isAll: rows.length <= count };
  }

  #reach() {
    return Math.max(...this.#lists.map(({ reach }) => reach));
  }

  // What no list that is read further can put a row above.
  #complete() {
    const reach = this.#reach();
    return this.known.filter(({ time }) => time > reach).sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1));
  }

  async #read() {
    const reach = this.#reach();
    await Promise.all(this.#lists.filter((each) => each.reach === reach).map(async (list) => {
      const { rows, next } = await list.ask(list.next);
      this.put(rows);
      list.next = next;
      list.reach = reachOf(next);
    }));
  }
}
