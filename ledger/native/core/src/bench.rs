//! Bare batch verification of prepared signatures: the limit that the validator is measured against.
//!
//! Everything that is not verification has been done before: messages lie ready, keys are decompressed
//! and numbered. What remains is what the validator pays too: gathering into batches of the same
//! sizes, each key once in a batch, hashing, the equation, on the same threads.

use hashbrown::HashMap;

use crate::batch::{Find, Key};
use crate::crew::with_crew;
use crate::fault::Fault;
use crate::gather::{next_size, Gatherer, SMALLEST};
use crate::keys::{Owner, Signer};
use crate::signature::{decompress, is_admissible, Signed};

/// A signature with its message and key.
#[derive(Clone, Copy)]
pub struct Triple<'a> {
    pub key: &'a [u8; 32],
    pub message: &'a [u8],
    pub signature: &'a [u8; 64],
}

/// Signatures made ready, as a copy of their own.
#[derive(Default)]
pub struct Prepared {
    keys: Vec<Key>,
    messages: Vec<u8>,
    items: Vec<Line>,
}

struct Line {
    key: u32,
    message_end: usize,
    signature: [u8; 64],
}

impl Prepared {
    /// Numbers and decompresses the keys; a key that is no point makes its signatures invalid.
    pub fn new<'a>(triples: impl IntoIterator<Item = Triple<'a>>) -> Result<Self, Fault> {
        let mut places: HashMap<&[u8; 32], u32> = HashMap::new();
        let mut prepared = Prepared::default();
        for triple in triples {
            let place = *places.entry(triple.key).or_insert_with(|| {
                let point = decompress(triple.key);
                prepared.keys.push(Key { bytes: *triple.key, point, wanted_by: None });
                (prepared.keys.len() - 1) as u32
            });
            prepared.messages.extend_from_slice(triple.message);
            prepared.items.push(Line {
                key: place,
                message_end: prepared.messages.len(),
                signature: *triple.signature,
            });
        }
        match u32::try_from(prepared.items.len()) {
            Ok(_) => Ok(prepared),
            Err(_) => Err(Fault::Argument("at most 2^32 - 1 signatures")),
        }
    }

    /// How many signatures there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Verifies all on `threads` threads: for each, whether it is valid.
    pub fn verify(&self, threads: usize) -> Vec<bool> {
        let threads = if self.len() < SMALLEST { 1 } else { threads.max(1) };
        with_crew(threads, Find::All, |crew| {
            let mut gatherer = Gatherer::default();
            let mut size = next_size(SMALLEST, self.len(), threads);
            let mut start = 0;
            for (ordinal, line) in self.items.iter().enumerate() {
                let owner = Owner { coop: 0, signer: Signer::Key, account: line.key };
                let context = &self.messages[start..line.message_end];
                let signed = Signed { context, body: &[], signature: &line.signature };
                start = line.message_end;
                gatherer
                    .add(owner, ordinal as u32, signed, || self.keys[line.key as usize].clone());
                if gatherer.len() >= size {
                    crew.submit(gatherer.take());
                    size = next_size(size, self.len() - ordinal, threads);
                }
            }
            if !gatherer.is_empty() {
                crew.submit(gatherer.take());
            }
            let mut is_valid = vec![true; self.len()];
            for verified in crew.drain() {
                for position in verified.bad {
                    is_valid[verified.batch.items[position].ordinal as usize] = false;
                }
            }
            is_valid
        })
    }
}

/// For each key whether it is admissible, on `threads` threads.
pub fn are_admissible(keys: &[[u8; 32]], threads: usize) -> Vec<bool> {
    let mut answers = vec![false; keys.len()];
    let share = keys.len().div_ceil(threads.max(1)).max(16);
    std::thread::scope(|scope| {
        for (keys, answers) in keys.chunks(share).zip(answers.chunks_mut(share)) {
            let work = move || {
                for (key, answer) in keys.iter().zip(answers) {
                    *answer = is_admissible(key);
                }
            };
            scope.spawn(work);
        }
    });
    answers
}
