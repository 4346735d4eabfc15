// Runs the vectors through the pages' modules. An expression: an async function that takes the
// modules and the vectors and returns what it checked and every difference, in words.
(async (modules, vectors) => {
  const { bookings, bytes, chain, charter, codec, contacts, guarantees, guards, messages, mnemonic, names, owners_drafts: drafts, owning, receipts, sealing, signing, tally } = modules;
  const { toHex, fromHex } = bytes;
  const differences = [];
  let checked = 0;
  // A browser's driver hands objects over with their keys sorted: only the values count.
  const plain = (value) => JSON.stringify(value, (_, each) =>
    each !== null && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1))) : each);
  const same = (what, actual, expected) => {
    checked += 1;
    if (actual !== expected) differences.push(`${what}: ${actual} is not ${expected}`);
  };
  const refused = async (what, attempt) => {
    checked += 1;
    try {
      await attempt();
      differences.push(`${what}: was accepted`);
    } catch (error) {
      if (!(error instanceof codec.EncodingError || error instanceof signing.ProofError)) {
        differences.push(`${what}: ${error}`);
      }
    }
  };
  const value = (given) => {
    if (given === null) return null;
    if (Array.isArray(given)) return given.map(value);
    if ("int" in given) return BigInt(given.int);
    if ("bin" in given) return fromHex(given.bin);
    return given.text ?? given.str;
  };

  // Owners sign one after the other, the last one first; one of them has not signed, and one alone is not enough.
  const ownersSign = async ({ note, bytes: hex, signatures }, whole) => {
    const where = { federation: fromHex(vectors.transactions.federation), coop: vectors.transactions.coop };
    const signers = await Promise.all(signatures.map(({ seed }) => signing.keyFromSeed(fromHex(seed))));
    const places = Array.isArray(whole.signature) ? whole.signature.map(([place]) => place) : [0];
    const spare = await signing.keyFromSeed(new Uint8Array(32).fill(7));
    const owners = Array.from({ length: places.at(-1) + 1 }, (_, place) => signers[places.indexOf(place)]?.publicKey ?? spare.publicKey);
    let found = { transaction: owning.asRead(whole), missing: places.length };
    for (const [done, key] of [...signers].reverse().entries()) {
      found = await owning.withSignature(found.transaction, { owners, needed: places.length }, { ...key, ...where });
      same(`owners ${note}, still needed`, found.missing, places.length - done - 1);
    }
    same(`owners ${note}`, toHex(messages.encodeTransaction(found.transaction)), hex);
    const again = await owning.withSignature(found.transaction, { owners, needed: places.length }, { ...signers[0], ...where }).catch((error) => error);
    if (owners.length > 1) same(`owners ${note}, twice`, toHex(messages.encodeTransaction(again.transaction)), hex);
    const fails = async (what, type, given, key) => {
      const error = await owning.withSignature(given, { owners, needed: 2 }, { ...key, ...where }).catch((each) => each);
      same(`owners ${note}, ${what}`, error instanceof type, true);
    };
    await fails("a stranger", owning.NotAnOwner, found.transaction, await signing.keyFromSeed(new Uint8Array(32).fill(8)));
    if (owners.length === 1) return;
    const [[place, signature]] = found.transaction.signature;
    await fails("one who is none any more", owning.DraftStale, { ...found.transaction, signature: [[place + 1, signature]] }, signers[0]);
    await fails("a place that no owner has", owning.DraftStale, { ...found.transaction, signature: [[owners.length, signature]] }, signers[0]);
  };

  for (const { value: given, bytes: hex } of vectors.codec.valid) {
    same(`codec encode ${hex}`, toHex(codec.encode(value(given))), hex);
    same(`codec round ${hex}`, toHex(codec.encode(codec.decode(fromHex(hex)))), hex);
  }
  for (const { note, bytes: hex } of vectors.codec.invalid) {
    await refused(`codec ${note}`, () => codec.decode(fromHex(hex)));
  }
  for (const each of vectors.messages.cases) {
    const federation = fromHex(each.federation);
    const message = signing.signedBytes(each.tag, {
      federation, coop: each.coop, body: fromHex(each.body),
    });
    same(`message ${each.tag}`, toHex(message), each.message);
    const key = await signing.keyFromSeed(fromHex(each.seed));
    same(`key ${each.tag}`, toHex(key.publicKey), each.public_key);
    same(`signature ${each.tag}`, toHex(await signing.sign(key.privateKey, message)), each.signature);
    same(`verify ${each.tag}`, await signing.isSigned(key.publicKey, message, fromHex(each.signature)), true);
  }
  const federation = fromHex(vectors.transactions.federation);
  for (const each of vectors.transactions.cases) {
    const transaction = messages.decodeTransaction(fromHex(each.bytes));
    same(`transaction ${each.note}`, toHex(messages.encodeTransaction(transaction)), each.bytes);
    same(`entry ${each.note}`, messages.decodeEntry(fromHex(each.entry)).time, vectors.transactions.time);
    if (each.signed_part) {
      same(`signed part ${each.note}`, toHex(messages.signedPart(transaction)), each.signed_part);
      const message = messages.entryMessage({ federation, coop: vectors.transactions.coop }, transaction);
      same(`entry message ${each.note}`, toHex(message), each.message);
    }
  }
  const reshaped = vectors.transactions.cases.map(({ bytes: hex }) => messages.decodeTransaction(fromHex(hex)));
  for (const [at, whole] of reshaped.entries()) {
    const isOwned = whole.kind === messages.DELEGATE || whole.kind === messages.OWNERS
      || (whole.kind === messages.PAY && Array.isArray(whole.signature));
    if (isOwned) await ownersSign(vectors.transactions.cases[at], whole);
  }
  // What is passed on from owner to owner: only what several sign, in a link, bare, or as the program's file.
  for (const [at, whole] of reshaped.entries()) {
    const { note, bytes: hex } = vectors.transactions.cases[at];
    const isCarried = Array.isArray(whole.signature);
    const text = bytes.toBase64url(fromHex(hex));
    const file = JSON.stringify({ format: "fiado draft of owners", transaction: text });
    for (const given of [text, ` https://norte.example/owners?lang=es#draft=${text}\n`, file]) {
      const read = drafts.readDraft(given);
      same(`draft ${note}`, read === null ? null : toHex(messages.encodeTransaction(read)), isCarried ? hex : null);
    }
    same(`draft ${note}, another file`, drafts.readDraft(file.replace("fiado", "other")), null);
    same(`draft ${note}, cut short`, drafts.readDraft(text.slice(0, -2)), null);
  }
  // What a till's page signs nothing of, by the caps that the node tells; a payment at each bound is let through.
  const till = { perPayment: 20, perDay: 30, spentToday: 10, until: 100, payees: [[1, 7]] };
  const paid = (cost) => ({ payeeCoop: 1, payee: 7, amount: cost - 1, fee: 1 });
  for (const [what, payment, found] of [
    [null, paid(20), {}], [null, { ...paid(20), payee: 8 }, { till: { ...till, payees: null } }],
    ["account_frozen", paid(20), { status: "frozen" }], ["delegate_expired", paid(20), { time: 100 }],
    ["delegate_payment_cap", paid(21), {}], ["delegate_day_cap", paid(20), { till: { ...till, spentToday: 11 } }],
    ["delegate_payee", { ...paid(20), payee: 8 }, {}], ["delegate_payee", { ...paid(20), payeeCoop: 2 }, {}],
  ]) same(`till ${what}`, owning.whatForbids(payment, { status: "open", time: 99, till, ...found }), what);
  for (const each of vectors.transactions.malformed) {
    await refused(`malformed ${each.note}`, () => messages.decodeEntry(fromHex(each.entry)));
  }
  for (const { entry, note, refusal } of vectors.index.cases) {
    if (refusal === 2) await refused(`index ${note}`, () => messages.decodeEntry(fromHex(entry)));
  }
  const decided = vectors.index.histories.flatMap((history) => Object.values(history.logs).flat());
  for (const hex of decided) {
    const { transaction } = messages.decodeEntry(fromHex(hex));
    same("index entry", hex.endsWith(toHex(messages.encodeTransaction(transaction))), true);
  }
  const read = await charter.readCharter(new TextEncoder().encode(vectors.receipts.charter));
  for (const each of vectors.receipts.valid) {
    const receipt = receipts.decodeReceipt(fromHex(each.receipt));
    await receipts.checkReceipt(receipt, read);
    same("receipt", toHex(receipts.encodeReceipt(receipt)), each.receipt);
    same("receipt's entry", [receipt.length, toHex(receipt.entry)].join(), [each.length, each.entry].join());
    const short = bytes.fromBase45(bytes.toBase45(receipts.encodeShortReceipt(receipt)));
    const long = receipts.decodeShortReceipt(short, read.federation);
    same("short receipt", toHex(receipts.encodeReceipt(long)), each.receipt);
  }
  for (const { note, receipt } of vectors.receipts.invalid) {
    await refused(`receipt ${note}`, () =>
      receipts.checkReceipt(receipts.decodeReceipt(fromHex(receipt)), read));
  }
  for (const each of vectors.memos.cases) {
    const given = { salt: fromHex(each.salt), text: each.text };
    same("memo", toHex(await messages.memoReference(given)), each.memo_reference);
    same("reason", toHex(await messages.reasonHash(given)), each.reason_hash);
  }
  for (const { seed, public_key: key, secret, salt, text, sealed } of vectors.memos.sealed) {
    const given = { salt: fromHex(salt), text };
    const wallet = await signing.keyFromSeed(fromHex(seed));
    const reference = await messages.memoReference(given);
    const kept = [wallet.privateKey.wrappingKey ?? wallet.privateKey, wallet.memoKey?.privateKey];
    same("a key that scripts can read out", kept.some((each) => each?.extractable), false);
    same(`sealed ${text}`, toHex(await sealing.sealMemo(given, fromHex(key), fromHex(secret))), sealed);
    same(`opened ${text}`, await sealing.openMemo(fromHex(sealed), { wallet, reference }), text);
    const again = await sealing.sealMemo(given, fromHex(key));
    same(`sealed by chance ${text}`, await sealing.openMemo(again, { wallet, reference }), text);
    same(`sealed ${text} differs`, toHex(again) === sealed, false);
    const other = await signing.keyFromSeed(fromHex(salt + salt));
    same(`somebody else's ${text}`, await sealing.openMemo(fromHex(sealed), { wallet: other, reference }), null);
    const elsewhere = { wallet, reference: fromHex(seed) };
    same(`of another payment ${text}`, await sealing.openMemo(fromHex(sealed), elsewhere), null);
    same(`cut ${text}`, await sealing.openMemo(fromHex(sealed).slice(0, 40), { wallet, reference }), null);
  }
  for (const text of vectors.memos.too_long) same("too long", messages.isMemo(text), false);
  for (const { text } of vectors.memos.cases) same("not too long", messages.isMemo(text), true);
  for (const each of vectors.mnemonic) {
    const list = vectors.words[each.language];
    const words = await mnemonic.wordsFromEntropy(fromHex(each.entropy), list);
    same("words", words.join(" ").normalize("NFC"), each.words);
    same("typed words", (await mnemonic.parseWords(`  ${each.words.toUpperCase()}\n`, list)).join(" "), words.join(" "));
    for (const typed of [
      words.map((word, place) => `${place + 1}. ${word}`).join("\n"),
      words.map((word, place) => `${place + 1}) ${word},`).join("\r\n\t"),
      words.map((word, place) => `${place + 1}-${word}`).join(" "),
      words.map((word, place) => `${place + 1}${word}`).join(" "),
      words.join(", ").toUpperCase(),
      words.join(";"),
      words.join("\u3000\u200b\u00a0"),
      `"${words.join('" "').normalize("NFC")}".`,
    ]) same("typed words", (await mnemonic.parseWords(typed, list)).join(" "), words.join(" "));
    const seed = await mnemonic.seedFromWords(words);
    same("seed", toHex(seed), each.seed);
    same("public key", toHex((await signing.keyFromSeed(seed)).publicKey), each.public_key);
  }
  for (const { note, bytes: hex, forms } of vectors.longer_forms.cases) {
    codec.decode(fromHex(hex), 65_535);
    for (const [at, length, put] of forms) {
      const longer = hex.slice(0, 2 * at) + put + hex.slice(2 * (at + length));
      await refused(`longer form of ${note} at ${at}: ${put}`, () => codec.decode(fromHex(longer), 65_535));
    }
  }
  const { amounts, tables, links, unseen } = modules;
  for (const { text, minor } of vectors.numbers.read) {
    same(`amount ${text}`, amounts.parseAmount(text).minor, minor);
    same(`amount ${minor} again`, amounts.parseAmount(amounts.plainAmount(minor)).minor, minor);
  }
  for (const { text, minor } of vectors.numbers.typed) {
    same(`amount ${text}`, amounts.parseAmount(text).minor, minor);
    same(`amount ${text} in a link`, amounts.parseAmount(text, { isGrouped: false }).fault, "thousands_mark");
  }
  for (const { text, fault, readings = [] } of vectors.numbers.refused) {
    const found = amounts.parseAmount(text);
    same(`amount ${text}`, found.fault, fault);
    same(`readings of ${text}`, (found.readings ?? []).join(" "), readings.join(" "));
  }
  for (const { note, cells, ...lines } of vectors.csv.cases) {
    const row = cells.map((cell) => cell.text ?? cell.number ?? tables.amountCell(cell.minor));
    for (const separator of [",", ";"]) {
      same(`csv ${note} ${separator}`, tables.csvLine(row, separator), lines[separator]);
    }
  }
  same("csv", tables.csvText([["a"], [1]], ";"), '\ufeff"a"\r\n"1"\r\n');
  same("separators", ["es-AR", "pt-BR", "en-GB"].map(tables.separatorOf).join(" "), "; ; ,");
  for (const { note, coop, memo, line, bookings: expected } of vectors.statement.cases) {
    same(`statement ${note}`, plain(bookings.bookingsOf(line, { coop, memo })), plain(expected));
  }
  for (const { text, is_shown: isShown, seen } of vectors.texts.texts) {
    same(`shown ${text}`, contacts.isShown(text), isShown);
    same(`seen of ${text}`, unseen.withoutUnseen(text), seen);
  }
  const shownAt = (code) => code < 0 || code > 0x10ffff || contacts.isShown(`a${String.fromCodePoint(code)}b`);
  for (const [first, last] of vectors.texts.hidden) {
    const around = [first - 1, first, last, last + 1].map(shownAt);
    same(`hidden ${first} to ${last}`, around.join(), "true,false,false,true");
  }
  for (const { text, name } of vectors.contacts.names) same(`name ${text}`, contacts.parseName(text), name);
  for (const text of vectors.contacts.refused) same(`name ${text}`, contacts.parseName(text), null);
  for (const { name, handle } of vectors.contacts.handles) same(`handle ${name}`, contacts.handleOf(name), handle);
  const inBook = Object.entries(vectors.contacts.contacts).map(([name, address]) => ({ name, address }));
  for (const { text, found } of vectors.contacts.finds) {
    same(`contact ${text}`, contacts.findContact(inBook, text)?.address ?? null, found);
  }
  for (const { text, to, amount, purpose, reference, federation: of, bill } of vectors.payment_links.read) {
    const found = links.readLink(text);
    same(`link ${text}: bill`, plain(found?.bill ?? null), plain(bill && links.readBillLink(bill)));
    if (to === undefined) continue;
    const { handle, coop } = found?.address ?? {};
    same(`link ${text}`, `${handle}@${coop}`, to);
    const read = [found?.amount, unseen.withoutUnseen(found?.purpose ?? ""), found?.reference, found?.federation];
    same(`link ${text}: fields`, JSON.stringify(read), JSON.stringify([amount, purpose, reference, of]));
  }
  for (const { text } of vectors.payment_links.refused) {
    same(`link ${text}`, links.readLink(text), null);
  }
  const { federation: mine, known, followed } = vectors.payment_links;
  for (const { text, is_foreign: isForeign, strange } of followed) {
    const found = links.checkLink(links.readLink(text), { federation: mine, known });
    same(`follow ${text}`, plain(found), plain({ isForeign, strange }));
  }
  const { paying } = vectors;
  for (const { problem, ends_first: first, ends_later: later } of paying.endings) {
    same(`${problem.code} ends a first send`, guards.isEnded(problem, { isFirst: true }), first);
    same(`${problem.code} ends a later send`, guards.isEnded(problem, { isFirst: false }), later);
  }
  for (const { amount, rate, payee_coop: payeeCoop, payee, fee } of paying.contributions) {
    const found = guards.contributionOf({ amount, payeeCoop, payee }, { coop: 1, rate });
    same(`the contribution of ${amount} at ${rate}`, found, fee);
  }
  const camel = ({ payee_coop: payeeCoop, next_sequence: nextSequence, reference, ...rest }) =>
    ({ ...rest, payeeCoop, nextSequence, reference: reference === null ? null : fromHex(reference) });
  for (const { note, wish, paid, is_twin: isTwin } of paying.twins) {
    const found = guards.twinsOf(camel(wish), [camel(paid), camel(paid)], paying.now);
    same(`twin: ${note}`, found.map(({ id }) => id).join(), isTwin ? paid.id : "");
  }
  const shops = await charter.readCharter(new TextEncoder().encode(paying.charter));
  for (const { note, view, left, state } of paying.bills.valid) {
    const bill = await guards.readBill(view, paying.bills.id, shops);
    same(`bill ${note}`, [bill.amount, bill.state].join(), [left, state].join());
  }
  for (const { note, view } of paying.bills.invalid) {
    await refused(`bill ${note}`, () => guards.readBill(view, paying.bills.id, shops));
  }
  for (const { text, is_taken: isTaken } of paying.ways_back) {
    same(`way back ${text}`, guards.webAddress(text), isTaken ? text : null);
  }
  for (const { paid, heard, is_on_its_way: isOnItsWay } of paying.on_its_way) {
    const reference = new Uint8Array(32);
    const twins = paid.map((amount) => ({ amount, reference }));
    const others = [{ amount: 1, reference: null }, { amount: 1, reference: fromHex("01".repeat(32)) }];
    const found = guards.isOnItsWay({ reference }, [...twins, ...others], heard === null ? null : { heard });
    same(`on its way: ${paid} and ${heard}`, found, isOnItsWay);
  }
  for (const { note, roll, rules, opened, votes } of vectors.tally.cases) {
    const listed = ({ first: earlier, second: later, counts: { yes, no, abstain }, isSecond, hasMoved, closes, passes }) =>
      JSON.stringify([earlier, later, yes, no, abstain, isSecond, hasMoved, closes, passes]);
    const shown = (vote) => listed({ ...vote, closes: tally.closesAt(vote), passes: tally.passes(vote) });
    const meant = ({ is_second: isSecond, has_moved: hasMoved, ...rest }) => listed({ ...rest, isSecond, hasMoved });
    const { first, second } = opened;
    let vote = tally.openedVote({
      roll, first, second, rules: {
        firstQuorum: rules.first_quorum, secondQuorum: rules.second_quorum, lateWindow: rules.late_window,
        extension: rules.extension, numerator: rules.numerator, denominator: rules.denominator,
      },
    });
    same(`tally ${note}, ${roll}: opened`, shown(vote), meant(opened));
    for (const { time, before, after, then } of votes) {
      vote = tally.withVote(vote, { before, after, time });
      same(`tally ${note}, ${roll}: at ${time}`, shown(vote), meant(then));
    }
  }
  for (const { note, before: cap, needed, wanted, room, worst, room_after: after } of vectors.guarantees.changes) {
    const found = guarantees.lookAhead({ cap, needed: Math.min(cap, needed), wanted, room });
    same(`guarantee ${note}`, [found.worst, found.roomAfter, found.held].join(), [worst, after, worst - wanted].join());
  }
  for (const { coop, handle, salt, commitment: hex, opens } of vectors.names.openings) {
    const opening = { federation: fromHex(vectors.names.federation), coop, salt: fromHex(salt), handle, committed: fromHex(hex) };
    if (opens) same(`name ${handle}`, toHex(await names.commitment(opening)), hex);
    if (opens) await names.checkOpening(opening);
    else await refused(`name ${handle} ${salt} ${coop}`, () => names.checkOpening(opening));
  }
  return { checked, differences, who: await signing.whoSigns() };
})
