//! What an entry changes that the shared rules decided: PROTOCOL's effects as values.

use crate::accounts::Accounts;
use crate::chain::Head;
use crate::chapters::Row;
use crate::codec::Reader;
use crate::fault::Fault;
use crate::governance::{read_pledged, set_pledged, Levy, PaymentTerms, LEVY_OUT_OF_RANGE};
use crate::index::Days;
use crate::log::Log;
use crate::payment::MAX_AMOUNT;
use crate::record::Record;

/// What is different in a log after an entry; all else stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Accounts as they are after it.
    pub accounts: Vec<Record>,
    /// Rows of chapters as they are after it.
    pub chapters: Vec<Row>,
    /// The values of the index as they are after it; None when they are as before.
    pub days: Option<Days>,
    /// What a decision about a fork does to the log; None for all else.
    pub stand: Option<LetStand>,
    /// By how much the balance of the commons changes.
    pub commons: i64,
    /// A levy on all accounts, which the commons gets.
    pub levy: Option<Levy>,
    /// What payments have to know of the bylaws; None when it is as before.
    pub terms: Option<PaymentTerms>,
    /// Accounts whose pledges change, with the sum of what they have pledged then.
    pub pledged: Vec<(u32, i64)>,
}

/// A log goes by the branch of a coop's log that has `head` at `length`; `charge` leaves its commons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetStand {
    pub coop: u32,
    pub length: u64,
    pub head: Head,
    pub charge: i64,
}

impl Effects {
    /// From what `ledger.validators.shared_rules` writes: `[[account's row, ...],
    /// [[chapter, key, value or nil], ...], days or nil, [coop, length, head, charge] or nil, change of the
    /// commons, [rate, rate] of a levy or nil, terms or nil, [[account, sum of its pledges], ...]]`.
    pub fn read(data: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(data);
        let effects = read_effects(&mut reader).filter(|_| reader.is_done());
        effects.ok_or(Fault::Argument("these are no effects of an entry"))
    }

    /// Whether a log with these accounts and commons can take all of it.
    pub fn check(&self, accounts: &Accounts, commons: i64) -> Result<(), Fault> {
        accounts.check_put(&self.accounts)?;
        if accounts.moved(&self.accounts) + i128::from(self.commons) != 0 {
            return Err(Fault::Argument("what an entry moves adds up to nothing"));
        }
        let is_amount = |amount: i64| (-MAX_AMOUNT..=MAX_AMOUNT).contains(&amount);
        let after = commons.checked_add(self.commons).filter(|after| is_amount(*after));
        if after.is_none() || !self.accounts.iter().all(|account| is_amount(account.balance)) {
            return Err(Fault::Argument("balances stay in their range"));
        }
        if let Some(levy) = self.levy {
            let is_alone = self.accounts.is_empty() && self.commons == 0;
            levy.total(accounts, commons).filter(|_| is_alone).ok_or(LEVY_OUT_OF_RANGE)?;
        }
        self.chapters.iter().try_for_each(Row::check)?;
        self.days.as_ref().map_or(Ok(()), Days::check)
    }

    /// Carries checked effects out.
    pub fn apply(&self, log: &mut Log) -> Result<(), Fault> {
        self.accounts.iter().try_for_each(|record| log.accounts.put(record))?;
        self.chapters.iter().for_each(|row| log.put_row(row));
        if let Some(days) = &self.days {
            log.days = Some(days.clone());
        }
        log.commons += self.commons;
        if let Some(levy) = self.levy {
            log.commons += levy.collect(&mut log.accounts);
        }
        if let Some(terms) = &self.terms {
            log.payment_terms = terms.clone();
        }
        set_pledged(&mut log.pledged, &self.pledged);
        Ok(())
    }
}

fn read_effects(reader: &mut Reader<'_>) -> Option<Effects> {
    (reader.array()? == 8).then_some(())?;
    Some(Effects {
        accounts: (0..reader.array()?).map(|_| Record::read(reader)).collect::<Option<_>>()?,
        chapters: (0..reader.array()?).map(|_| read_row(reader)).collect::<Option<_>>()?,
        days: if reader.take_nil() { None } else { Some(Days::read(reader)?) },
        stand: if reader.take_nil() { None } else { Some(read_stand(reader)?) },
        commons: reader.integer()?,
        levy: if reader.take_nil() { None } else { Some(Levy::read(reader)?) },
        terms: if reader.take_nil() { None } else { Some(PaymentTerms::read(reader)?) },
        pledged: read_pledged(reader)?,
    })
}

fn read_stand(reader: &mut Reader<'_>) -> Option<LetStand> {
    (reader.array()? == 4).then_some(())?;
    let (coop, length) = (reader.number()?, reader.uint()?);
    Some(LetStand { coop, length, head: *reader.hash()?, charge: reader.integer()? })
}

fn read_row(reader: &mut Reader<'_>) -> Option<Row> {
    (reader.array()? == 3).then_some(())?;
    Some(Row {
        chapter: reader.text()?.to_owned(),
        key: reader.binary()?.to_vec(),
        value: if reader.take_nil() { None } else { Some(reader.binary()?.to_vec()) },
    })
}
