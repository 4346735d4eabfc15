//! Replay: applying a log's entries as another node wrote them.
//!
//! Rules run ahead while other threads verify signatures; a journal takes back what stood on a bad
//! one. The answer is that of checking entry by entry: of all that could be said against the entries,
//! what concerns the earliest entry counts, and within one entry the order of PROTOCOL section 7.

use std::sync::Arc;

use crate::ahead::Ahead;
use crate::anchor::{apply_anchor, check_claims, check_held, find_held};
use crate::batch::Find;
use crate::branches::settle;
use crate::change::Change;
use crate::charter::Openness;
use crate::crew::{with_crew, Crew, Verified};
use crate::entries::Boundaries;
use crate::fault::Fault;
use crate::federation::{LogName, Terms};
use crate::gather::{next_size, Gatherer, SMALLEST};
use crate::log::Log;
use crate::owning::find_payer;
use crate::payment::{apply_pay, apply_return, check_pay, check_return};
use crate::refusal::Refusal;
use crate::transaction::{decode_entry, Anchor, Decoded, Transaction};
use crate::undo::Journal;
use crate::validator::{gather_anchor, gather_pay, keep_keys, State, Validator};

/// Why a replay stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// There are no more entries.
    End,
    /// The next entry is refused.
    Refused(Refusal),
    /// The next entry is an anchor of a head that is not held.
    Waiting { coop: u32, length: u64, head: [u8; 32], signature: [u8; 64] },
    /// The next entry is of a kind that the shared rules decide.
    Shared,
}

/// How far a replay came: `next` is the entry that it stands before, and has applied nothing of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub next: usize,
    pub stop: Stop,
}

impl Validator {
    /// Applies entries of a coop's log from number `start` of them on.
    pub fn replay(
        &mut self,
        name: impl Into<LogName>,
        blob: &[u8],
        entries: &Boundaries,
        start: usize,
    ) -> Result<Replayed, Fault> {
        let home = self.position(name)?;
        let count = entries.count().saturating_sub(start);
        // Starting threads takes as long as verifying a few signatures.
        let threads = if count < SMALLEST { 1 } else { self.threads() };
        self.change(|federation, state| {
            let charter = Arc::clone(&state.logs[home].charter);
            let terms = Terms { federation, charter: &charter, home };
            let room = entries.room(blob, start);
            state.logs[home].heads.heads.reserve(room);
            let replayed = with_crew(threads, Find::First, |crew| {
                let run = Run {
                    terms,
                    openness: terms.openness(),
                    journal: Journal::new(terms, &state.logs, room),
                    state,
                    gatherer: Gatherer::default(),
                    first_bad: None,
                };
                run.run(crew, blob, entries, start, threads)
            });
            settle(federation, &mut state.logs, home);
            replayed
        })
    }
}

impl Validator {
    /// What stands against these bytes as the next entry of a coop's log; `End` when nothing does.
    /// Applies nothing.
    pub fn judge(&mut self, name: impl Into<LogName>, entry: &[u8]) -> Result<Stop, Fault> {
        let home = self.position(name)?;
        self.change(|federation, state| {
            let charter = Arc::clone(&state.logs[home].charter);
            let terms = Terms { federation, charter: &charter, home };
            let mut run = Run {
                terms,
                openness: terms.openness(),
                journal: Journal::new(terms, &state.logs, 1),
                state,
                gatherer: Gatherer::default(),
                first_bad: None,
            };
            let stop = run.step(&decode_entry(entry)).err().unwrap_or(Stop::End);
            let is_signed = run.gatherer.take().find_bad(Find::First).is_empty();
            run.journal.roll_back(&mut run.state.logs, 0);
            if is_signed {
                stop
            } else {
                Stop::Refused(Refusal::SignatureInvalid)
            }
        })
    }
}

struct Run<'a, 's> {
    terms: Terms<'a>,
    /// Whether the log may have such entries; its charter stays the same for a run.
    openness: Openness,
    state: &'s mut State,
    journal: Journal,
    gatherer: Gatherer<'a>,
    /// The earliest entry, counted from the start of the call, with a bad signature.
    first_bad: Option<u32>,
}

impl<'a> Run<'a, '_> {
    fn run(
        mut self,
        crew: &Crew<'a>,
        blob: &'a [u8],
        entries: &Boundaries,
        start: usize,
        threads: usize,
    ) -> Replayed {
        let mut size = next_size(SMALLEST, entries.count() - start.min(entries.count()), threads);
        let mut stop = Stop::End;
        let mut ahead = Ahead::new(blob, entries, start);
        for index in start..entries.count() {
            if self.gatherer.len() >= size {
                crew.submit(self.gatherer.take());
                self.note(crew.finished());
                if self.first_bad.is_some() {
                    break;
                }
                size = next_size(size, entries.count() - index, threads);
            }
            let decoded = ahead.next(self.state, self.terms.home, index);
            if let Err(found) = self.step(decoded) {
                stop = found;
                break;
            }
            let head = ahead.head(self.state, self.terms.home, index);
            self.state.logs[self.terms.home].heads.heads.push_back(head);
        }
        if !self.gatherer.is_empty() {
            crew.submit(self.gatherer.take());
        }
        self.note(crew.drain());
        self.finish(start, stop)
    }

    fn note(&mut self, verified: Vec<Verified<'a>>) {
        for Verified { batch, bad } in verified {
            let first = bad.first().map(|position| batch.items[*position].ordinal);
            self.first_bad = self.first_bad.into_iter().chain(first).min();
            keep_keys(self.state, &batch.keys);
        }
    }

    fn finish(mut self, start: usize, mut stop: Stop) -> Replayed {
        if let Some(bad) = self.first_bad {
            self.journal.roll_back(&mut self.state.logs, bad as usize);
            stop = Stop::Refused(Refusal::SignatureInvalid);
        }
        let next = start + self.journal.len();
        self.journal.commit(&mut self.state.logs);
        Replayed { next, stop }
    }

    /// Checks the next entry but for its signatures, which it gathers, and applies it but for its head.
    #[inline]
    fn step(&mut self, decoded: &Decoded<'a>) -> Result<(), Stop> {
        let (time, transaction) = match decoded {
            Ok((time, transaction)) => (*time, transaction),
            Err(refusal) => return Err(Stop::Refused(*refusal)),
        };
        let before = self.state.logs[self.terms.home].moment;
        let is_payment = matches!(transaction, Transaction::Pay(_));
        if !matches!(transaction, Transaction::Shared) {
            if time < self.terms.earliest_time(&self.state.logs[self.terms.home]) {
                return Err(Stop::Refused(Refusal::TimeFalls));
            }
            before.check_day(self.terms.charter, time, is_payment).map_err(Stop::Refused)?;
            let log = &self.state.logs[self.terms.home];
            self.openness.check(log).map_err(Stop::Refused)?;
        }
        let change = self.check_and_apply(time, transaction)?;
        self.journal.push(before, change);
        let log: &mut Log = &mut self.state.logs[self.terms.home];
        log.moment = before.after(self.terms.charter, time, is_payment);
        Ok(())
    }

    #[inline]
    fn check_and_apply(
        &mut self,
        time: u64,
        transaction: &Transaction<'a>,
    ) -> Result<Change, Stop> {
        let ordinal = self.journal.len() as u32;
        let terms = self.terms;
        let home = terms.home;
        let State { logs, keys } = &mut *self.state;
        let number = logs[home].heads.length() + 1;
        match transaction {
            Transaction::Pay(pay) => {
                let accounts = &logs[home].accounts;
                let payer =
                    accounts.find(pay.payer).ok_or(Stop::Refused(Refusal::AccountUnknown))?;
                let by = find_payer(&logs[home], accounts.get(payer), pay);
                let by = (payer, &by.map_err(Stop::Refused)?);
                let gatherer = &mut self.gatherer;
                gather_pay(gatherer, terms, (&logs[home], keys), by, ordinal, pay);
                let payee = check_pay(terms, logs, time, by, pay).map_err(Stop::Refused)?;
                Ok(apply_pay(&mut logs[home], (number, time), by, payee, pay))
            }
            Transaction::Anchor(anchor) => {
                let other = check_claims(terms, &logs[home], anchor).map_err(Stop::Refused)?;
                gather_anchor(&mut self.gatherer, terms, ordinal, anchor);
                let held = find_held(terms, logs, other, anchor);
                let held = held.ok_or_else(|| waiting(anchor))?;
                check_held(terms, logs, held, anchor.length).map_err(Stop::Refused)?;
                Ok(apply_anchor(terms, logs, held, anchor.length))
            }
            Transaction::Return(back) => {
                let coop = check_return(terms, &logs[home], back).map_err(Stop::Refused)?;
                Ok(apply_return(&mut logs[home], number, coop, back))
            }
            Transaction::Shared => Err(Stop::Shared),
        }
    }
}

fn waiting(anchor: &Anchor<'_>) -> Stop {
    let own = anchor.signatures().find(|(signer, _)| *signer == anchor.coop);
    let (_, signature) = own.expect("a checked anchor carries the anchored coop's signature");
    Stop::Waiting {
        coop: anchor.coop,
        length: anchor.length,
        head: *anchor.head,
        signature: *signature,
    }
}
