// What accounts are called, as the node says to whoever has a session: bytes have their numbers, which stand beside.

export class AccountNames {
  constructor(session, charter) {
    Object.assign(this, { session, charter, handles: new Map() });
  }

  // `accounts`: pairs of cooperative and account.
  async learn(accounts) {
    const unknown = accounts.filter((each) => !this.handles.has(each.join("/")));
    await Promise.all(unknown.map(async ([coop, account]) => {
      const found = await this.session.get(`/v1/accounts/${coop}/${account}`).catch(() => null);
      if (found !== null && !found.handle.startsWith("#")) this.handles.set(`${coop}/${account}`, found.handle);
    }));
  }

  of(coop, account) {
    const coopName = this.charter.coops.get(coop)?.name ?? coop;
    const handle = this.handles.get(`${coop}/${account}`);
    return handle === undefined ? `#${account}@${coopName}` : `${handle}@${coopName} (#${account})`;
  }
}
