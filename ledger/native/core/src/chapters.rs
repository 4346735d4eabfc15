//! Chapters: named rows of a log's state, which the shared rules read and write.
//!
//! Nothing here understands them: they are kept in order, listed, hashed and put into snapshots. So a new
//! kind of entry that keeps rows needs nothing of this crate. PROTOCOL section 7.8 says how they are listed.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::codec::{is_canonical, write, Reader, MAX_DEPTH};
use crate::fault::Fault;

/// The chapter of the index. It is older than the others: how many rows it has stands in the first line
/// of its log, and a row is listed without its key, which is the row's first two elements.
pub const INDEX: &str = "index";

/// The chapter of what a log has changed of its charter.
pub const CHARTER: &str = "charter";

const MAX_NAME_BYTES: usize = 32;

/// A row as an entry leaves it; without a value it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub chapter: String,
    /// The encoding of one value.
    pub key: Vec<u8>,
    /// The encoding of one value.
    pub value: Option<Vec<u8>>,
}

impl Row {
    /// Whether this can be listed, and read again.
    pub fn check(&self) -> Result<(), Fault> {
        if !(1..=MAX_NAME_BYTES).contains(&self.chapter.len()) {
            return Err(Fault::Argument("the name of a chapter has 1 to 32 bytes"));
        }
        let is_value = |bytes: &[u8]| is_canonical(bytes, MAX_DEPTH - 1);
        if !is_value(&self.key) || !self.value.as_deref().is_none_or(is_value) {
            return Err(Fault::Argument("key and value of a row are one value each"));
        }
        if self.chapter == INDEX && !self.has_key_of_index() {
            return Err(Fault::Argument("a row of the index begins with its key"));
        }
        Ok(())
    }

    fn has_key_of_index(&self) -> bool {
        let key = |value: &[u8]| key_of_index(&mut Reader::new(value));
        self.value.as_deref().is_none_or(|value| key(value).as_ref() == Some(&self.key))
    }
}

/// By keys that lie in the map itself: nearly all are short, and each payment by a till looks for one.
type Rows = BTreeMap<SmallVec<[u8; 16]>, Vec<u8>>;

/// The chapters of one log that have rows. Names and keys are in the order of their bytes.
#[derive(Default)]
pub struct Chapters {
    chapters: BTreeMap<String, Rows>,
}

impl Chapters {
    /// The value of a row.
    pub fn get(&self, chapter: &str, key: &[u8]) -> Option<&[u8]> {
        self.chapters.get(chapter)?.get(key).map(Vec::as_slice)
    }

    /// Key and value of each row of a chapter, rising.
    pub fn rows(&self, chapter: &str) -> impl Iterator<Item = (&[u8], &[u8])> {
        let rows = self.chapters.get(chapter).into_iter().flatten();
        rows.map(|(key, value)| (key.as_slice(), value.as_slice()))
    }

    /// How many rows a chapter has.
    pub fn len(&self, chapter: &str) -> usize {
        self.chapters.get(chapter).map_or(0, BTreeMap::len)
    }

    /// Puts a checked row in, in the place of the one that has its key, or takes it out.
    pub fn put(&mut self, row: &Row) {
        if let Some(value) = &row.value {
            self.insert(&row.chapter, row.key.clone(), value.clone());
        } else if let Some(rows) = self.chapters.get_mut(&row.chapter) {
            rows.remove(row.key.as_slice());
            if rows.is_empty() {
                self.chapters.remove(&row.chapter);
            }
        }
    }

    /// The value of a row that is there, to be written anew.
    pub fn row_mut(&mut self, chapter: &str, key: &[u8]) -> &mut Vec<u8> {
        let row = self.chapters.get_mut(chapter).and_then(|rows| rows.get_mut(key));
        row.expect("a row that was read is there")
    }

    fn insert(&mut self, chapter: &str, key: Vec<u8>, value: Vec<u8>) {
        self.chapters.entry(chapter.to_owned()).or_default().insert(key.into(), value);
    }

    /// Appends all lines, and lets `pass` have them in pieces.
    pub fn write(&self, out: &mut Vec<u8>, mut pass: impl FnMut(&mut Vec<u8>)) {
        for (_, value) in self.rows(INDEX) {
            out.extend_from_slice(value);
            pass(out);
        }
        for (name, rows) in self.chapters.iter().filter(|(name, _)| *name != INDEX) {
            write::array(out, 3);
            write::text(out, b"chapter");
            write::text(out, name.as_bytes());
            write::unsigned(out, rows.len() as u64);
            for (key, value) in rows {
                write::array(out, 2);
                out.extend_from_slice(key);
                out.extend_from_slice(value);
                pass(out);
            }
        }
    }

    /// Takes the lines of a log off the front of what is read, `indexed` of them of the index.
    pub fn read(reader: &mut Reader<'_>, indexed: u64) -> Option<Self> {
        let mut chapters = Chapters::default();
        for _ in 0..indexed {
            let key = key_of_index(&mut reader.clone())?;
            chapters.insert(INDEX, key, reader.any_value()?.to_vec());
        }
        while let Some((name, rows)) = read_opening(reader) {
            for _ in 0..rows {
                (reader.array()? == 2).then_some(())?;
                let (key, value) = (reader.any_value()?, reader.any_value()?);
                chapters.insert(name, key.to_vec(), value.to_vec());
            }
        }
        Some(chapters)
    }
}

/// The key of the row of the index that is next: the array of its first two elements.
fn key_of_index(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    reader.array().filter(|items| *items >= 2)?;
    let mut key = Vec::new();
    write::array(&mut key, 2);
    key.extend_from_slice(reader.any_value()?);
    key.extend_from_slice(reader.any_value()?);
    Some(key)
}

/// The name of a chapter and how many rows it has, if one begins here.
fn read_opening<'a>(reader: &mut Reader<'a>) -> Option<(&'a str, u64)> {
    let mut ahead = reader.clone();
    (ahead.array()? == 3 && ahead.text()? == "chapter").then_some(())?;
    let opening = (ahead.text()?, ahead.uint()?);
    *reader = ahead;
    Some(opening)
}
