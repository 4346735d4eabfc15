//! What an entry changes that the shared rules decided: PROTOCOL's effects as values.

use crate::accounts::Accounts;
use crate::chapters::Row;
use crate::codec::Reader;
use crate::fault::Fault;
use crate::index::Days;
use crate::log::Log;
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
}

impl Effects {
    /// From what `ledger.validators.shared_rules` writes: `[[account's row, ...],
    /// [[chapter, key, value or nil], ...], days or nil]`.
    pub fn read(data: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(data);
        let effects = read_effects(&mut reader).filter(|_| reader.is_done());
        effects.ok_or(Fault::Argument("these are no effects of an entry"))
    }

    /// Whether a log with these accounts can take all of it.
    pub fn check(&self, accounts: &Accounts) -> Result<(), Fault> {
        accounts.check_put(&self.accounts)?;
        self.chapters.iter().try_for_each(Row::check)?;
        self.days.as_ref().map_or(Ok(()), Days::check)
    }

    /// Carries checked effects out.
    pub fn apply(&self, log: &mut Log) -> Result<(), Fault> {
        self.accounts.iter().try_for_each(|record| log.accounts.put(record))?;
        self.chapters.iter().for_each(|row| log.chapters.put(row));
        if let Some(days) = &self.days {
            log.days = Some(days.clone());
        }
        Ok(())
    }
}

fn read_effects(reader: &mut Reader<'_>) -> Option<Effects> {
    (reader.array()? == 3).then_some(())?;
    Some(Effects {
        accounts: (0..reader.array()?).map(|_| Record::read(reader)).collect::<Option<_>>()?,
        chapters: (0..reader.array()?).map(|_| read_row(reader)).collect::<Option<_>>()?,
        days: if reader.take_nil() { None } else { Some(Days::read(reader)?) },
    })
}

fn read_row(reader: &mut Reader<'_>) -> Option<Row> {
    (reader.array()? == 3).then_some(())?;
    Some(Row {
        chapter: reader.text()?.to_owned(),
        key: reader.binary()?.to_vec(),
        value: if reader.take_nil() { None } else { Some(reader.binary()?.to_vec()) },
    })
}
