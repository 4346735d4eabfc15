//! Worker threads for batches: the caller prepares the next batch while others verify the last.
//!
//! The caller is one of the threads: once enough batches wait it verifies one itself, so `threads` is
//! how many run in all, and what waits is bounded. Threads live for one call; nothing outlives it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};

use crate::batch::{Batch, Find};

/// How many batches may wait for each of the other threads. They have to last until the caller has verified one itself and
/// filled the next.
const WAITING_FOR_EACH: usize = 4;

/// A batch that has been verified: its keys are decompressed, `bad` are positions in `items`.
pub struct Verified<'a> {
    pub batch: Batch<'a>,
    pub bad: Vec<usize>,
}

struct Shared<'a> {
    waiting: VecDeque<Batch<'a>>,
    done: Vec<Verified<'a>>,
    running: usize,
    is_closed: bool,
    has_panicked: bool,
}

/// Where the caller puts batches and takes verified ones.
pub struct Crew<'a> {
    shared: Mutex<Shared<'a>>,
    changed: Condvar,
    threads: usize,
    find: Find,
}

/// Calls `work` with a crew of `threads` threads, itself included, and ends the others after it.
pub fn with_crew<'a, R>(threads: usize, find: Find, work: impl FnOnce(&Crew<'a>) -> R) -> R {
    let crew = Crew {
        shared: Mutex::new(Shared {
            waiting: VecDeque::new(),
            done: Vec::new(),
            running: 0,
            is_closed: false,
            has_panicked: false,
        }),
        changed: Condvar::new(),
        threads: threads.max(1),
        find,
    };
    std::thread::scope(|scope| {
        for _ in 1..crew.threads {
            scope.spawn(|| crew.serve());
        }
        // Ends the workers when `work` panics, too; without that the scope would wait for ever.
        let _closing = Closing(&crew);
        work(&crew)
    })
}

struct Closing<'c, 'a>(&'c Crew<'a>);

impl Drop for Closing<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.changed.notify_all();
    }
}

/// Gives a batch back as panicked unless it was finished.
struct Running<'c, 'a>(&'c Crew<'a>, Option<Verified<'a>>);

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        let mut shared = self.0.lock();
        shared.running -= 1;
        match self.1.take() {
            Some(verified) => shared.done.push(verified),
            None => shared.has_panicked = true,
        }
        drop(shared);
        self.0.changed.notify_all();
    }
}

impl<'a> Crew<'a> {
    fn lock(&self) -> MutexGuard<'_, Shared<'a>> {
        // A poisoned lock means a panic elsewhere, which `drain` reports; the data is still whole.
        self.shared.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn serve(&self) {
        let mut shared = self.lock();
        while !shared.is_closed {
            match shared.waiting.pop_front() {
                Some(batch) => {
                    shared.running += 1;
                    drop(shared);
                    self.verify(batch);
                    shared = self.lock();
                }
                None => {
                    shared =
                        self.changed.wait(shared).unwrap_or_else(|poisoned| poisoned.into_inner());
                }
            }
        }
    }

    /// Verifies a batch that is counted in `running`.
    fn verify(&self, mut batch: Batch<'a>) {
        let mut running = Running(self, None);
        let bad = batch.find_bad(self.find);
        running.1 = Some(Verified { batch, bad });
    }

    fn verify_one_waiting(&self) -> bool {
        let mut shared = self.lock();
        let Some(batch) = shared.waiting.pop_front() else {
            return false;
        };
        shared.running += 1;
        drop(shared);
        self.verify(batch);
        true
    }

    /// Hands a batch in; when there is enough for the others to do, verifies one here first.
    pub fn submit(&self, batch: Batch<'a>) {
        let waiting = {
            let mut shared = self.lock();
            shared.waiting.push_back(batch);
            shared.waiting.len()
        };
        self.changed.notify_one();
        if waiting > WAITING_FOR_EACH * (self.threads - 1) {
            self.verify_one_waiting();
        }
    }

    /// What has been verified since the last call, in no order.
    pub fn finished(&self) -> Vec<Verified<'a>> {
        std::mem::take(&mut self.lock().done)
    }

    /// Verifies until nothing waits or runs, then as `finished`.
    pub fn drain(&self) -> Vec<Verified<'a>> {
        while self.verify_one_waiting() {}
        let mut shared = self.lock();
        while shared.running > 0 && !shared.has_panicked {
            shared = self.changed.wait(shared).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        assert!(!shared.has_panicked, "verification panicked in a worker");
        std::mem::take(&mut shared.done)
    }
}
