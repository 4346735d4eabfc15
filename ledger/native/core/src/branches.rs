//! Branches: the histories of a log that has forked, PROTOCOL section 7.11.
//!
//! A branch is a log at a place of its own, whose home has the coop's number. Logs are known to each other by the
//! place of branch 0; which branch one goes by is asked only where a log has more than one.

use crate::chain::{genesis, Head};
use crate::charter::Stand;
use crate::effects::LetStand;
use crate::fault::Fault;
use crate::federation::{Federation, LogName};
use crate::log::Log;
use crate::validator::Validator;

use std::ops::RangeInclusive;
use std::sync::Arc;

/// Up to which length two branches of one log are the same.
pub fn common_length(one: &Log, other: &Log) -> u64 {
    let (mut low, mut high) = (0, one.heads.length().min(other.heads.length()));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if one.heads.at(middle) == other.heads.at(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// Up to which length the log at `home` has taken in the branch at `branch`, on whichever branch it did.
pub fn taken_in(federation: &Federation, logs: &[Log], home: usize, branch: usize) -> u64 {
    let first = federation.home(branch).first;
    let (anchored, present) = (logs[home].anchored[first], logs[home].gone_by(first));
    match present == branch {
        true => anchored,
        false => anchored.min(common_length(&logs[present], &logs[branch])),
    }
}

/// The places of all branches of the log at `first`, in the order of their heads.
pub fn in_order(federation: &Federation, logs: &[Log], first: usize) -> Vec<usize> {
    let mut branches: Vec<usize> = federation.branches(first).collect();
    if branches.len() > 1 {
        branches.sort_by(|one, other| logs[*one].heads.heads.cmp(&logs[*other].heads.heads));
    }
    branches
}

/// Whether a branch can be the one that was decided to stand.
pub fn has_stand(branch: &Log, stands: Option<Stand>) -> bool {
    stands.is_none_or(|stands| branch.heads.at(stands.length) == Some(&stands.head))
}

/// What was decided last about the branches of the log at `first`, in any log.
fn newest_stand(federation: &Federation, logs: &[Log], first: usize) -> Option<Stand> {
    let number = federation.home(first).number;
    let decided = logs.iter().filter_map(|log| log.charter.coop(number)?.stands);
    decided.max_by_key(|stands| stands.version)
}

/// The place of the branch of the log at `first` that counts in the books.
fn standing(federation: &Federation, logs: &[Log], first: usize) -> usize {
    let mut branches = in_order(federation, logs, first);
    if branches.len() > 1 {
        let stands = newest_stand(federation, logs, first);
        let can_stand = |place: &usize| has_stand(&logs[*place], stands);
        if branches.iter().any(can_stand) {
            branches.retain(can_stand);
        }
    }
    let count = |branch: &usize| anchoring(federation, logs, *branch);
    // The last of those with the most would be taken, so they are looked at from behind.
    branches.iter().copied().rev().max_by_key(count).unwrap_or(first)
}

/// How many other coops have a log that has anchored nothing but what is in this branch.
fn anchoring(federation: &Federation, logs: &[Log], branch: usize) -> usize {
    let first = federation.home(branch).first;
    let is_within =
        |home: usize| taken_in(federation, logs, home, branch) == logs[home].anchored[first];
    let others = federation.coops().filter(|(_, other)| *other != first);
    others.filter(|(_, other)| federation.branches(*other).any(is_within)).count()
}

/// Up to which length all branches of the log at `first` are the same.
fn fork_length(federation: &Federation, logs: &[Log], first: usize) -> u64 {
    let lengths =
        federation.branches(first).map(|branch| common_length(&logs[first], &logs[branch]));
    lengths.min().unwrap_or(0)
}

/// The place of a branch of the log at `first` that has a head: the one that the log at `home` goes by, if it has.
fn with_head(
    federation: &Federation,
    logs: &[Log],
    home: usize,
    first: usize,
    (length, head): (u64, &Head),
) -> Option<usize> {
    let present = std::iter::once(logs[home].gone_by(first));
    let mut branches = present.chain(in_order(federation, logs, first));
    branches.find(|place| logs[*place].heads.at(length) == Some(head))
}

/// What a log was credited from a coop beyond a length.
fn received_beyond(log: &Log, coop: u32, length: u64) -> i64 {
    let received = log.received.get(&coop).into_iter().flatten();
    received.filter(|(number, _)| *number > length).map(|(_, amount)| amount).sum()
}

/// Lets the log at `home` go by the branch that stands, as if it had anchored nothing else, and charges its
/// commons. What it has still to give back of the payments that don't stand stays with its commons.
pub fn let_stand(
    federation: &Federation,
    logs: &mut [Log],
    home: usize,
    stand: &LetStand,
) -> Result<(), Fault> {
    const NOT_HELD: Fault = Fault::Argument("the branch that stands is not held");
    let first = federation.place(stand.coop).ok_or(NOT_HELD)?;
    let head = (stand.length, &stand.head);
    let branch = match federation.home(home).first == first {
        true => home,
        false => with_head(federation, logs, home, first, head).ok_or(NOT_HELD)?,
    };
    logs[home].commons -= stand.charge;
    logs[home].position -= stand.charge;
    if branch == home {
        return Ok(());
    }
    let shared = taken_in(federation, logs, home, branch);
    let log = &mut logs[home];
    if shared < log.anchored[first] {
        log.anchored[first] = shared;
        let received = log.received.entry(stand.coop).or_default();
        received.retain(|(number, _)| *number <= shared);
        keep_returnable(log, stand.coop, shared);
    }
    log.go_by_branch(first, branch);
    Ok(())
}

fn keep_returnable(log: &mut Log, coop: u32, shared: u64) {
    let held = &mut log.held;
    log.returnable.retain(|(from, number), item| {
        let stays = *from != coop || *number <= shared;
        if !stays {
            *held -= item.amount;
        }
        stays
    });
}

/// Forgets what nobody needs any more, after the log at `home` has changed.
pub fn settle(federation: &Federation, logs: &mut [Log], home: usize) {
    if !federation.has_branches() {
        return;
    }
    let first = federation.home(home).first;
    for (_, other) in federation.coops() {
        let is_either_forked = federation.is_forked(first) || federation.is_forked(other);
        if other != first && is_either_forked {
            for (payer, payee) in [(first, other), (other, first)] {
                forget_items(federation, logs, payer, payee);
                forget_received(federation, logs, payer, payee);
            }
        }
    }
}

/// Drops what every branch of the payee's log has taken in, or never will.
fn forget_items(federation: &Federation, logs: &mut [Log], payer: usize, payee: usize) {
    for branch in federation.branches(payer) {
        if logs[branch].transit[payee].is_empty() {
            continue;
        }
        let homes = federation.branches(payee);
        let awaited: Vec<_> = homes.map(|home| awaited(federation, logs, home, branch)).collect();
        let queue = &mut logs[branch].transit[payee];
        queue.retain(|item| awaited.iter().any(|numbers| numbers.contains(&item.number)));
    }
}

/// The numbers of what the log at `home` may still take in of the branch at `branch`. Where another branch was
/// decided to stand, it takes in nothing beyond the point where the two part.
fn awaited(
    federation: &Federation,
    logs: &[Log],
    home: usize,
    branch: usize,
) -> RangeInclusive<u64> {
    let taken = taken_in(federation, logs, home, branch);
    let (first, number) = (federation.home(branch).first, federation.home(branch).number);
    let stands = logs[home].charter.coop(number).and_then(|coop| coop.stands);
    let can_stand = |place: &usize| has_stand(&logs[*place], stands);
    let last = match federation.branches(first).find(can_stand) {
        Some(standing) if !can_stand(&branch) => common_length(&logs[standing], &logs[branch]),
        // A log that has not forked does not keep all its heads.
        Some(_) | None => logs[branch].heads.length(),
    };
    taken + 1..=last
}

/// Drops what came to the log at `first` from before the point where the branches of `other` part.
fn forget_received(federation: &Federation, logs: &mut [Log], first: usize, other: usize) {
    let number = federation.home(other).number;
    for home in federation.branches(first) {
        if logs[home].received.get(&number).is_none_or(Vec::is_empty) {
            continue;
        }
        let shared = fork_length(federation, logs, other);
        let received = logs[home].received.entry(number).or_default();
        received.retain(|(number, _)| *number > shared);
    }
}

impl Validator {
    /// How many branches of a coop's log are held.
    pub fn branches(&self, coop: u32) -> Result<usize, Fault> {
        Ok(self.federation.branches(self.position(coop)?).count())
    }

    /// Holds one more branch of a coop's log, which has no entry here yet; its number.
    pub fn add_branch(&mut self, coop: u32) -> Result<usize, Fault> {
        let first = self.position(coop)?;
        self.logs()?;
        let logs = &mut self.state.logs;
        if self.federation.branches(first).any(|place| logs[place].heads.length() > 0) {
            return Err(Fault::Argument("a branch is added before its log has an entry here"));
        }
        let charter = Arc::clone(&logs[first].charter);
        let number = self.federation.add_branch(first);
        let genesis = genesis(&self.federation.id, coop);
        let places = logs.len() + 1;
        logs.push(Log::new(genesis, charter, places));
        logs.iter_mut().for_each(|log| log.make_room(places));
        Ok(number)
    }

    /// The number of the branch of the log of `other` that a log goes by: the lowest that has what it anchored.
    pub fn gone_by(&self, name: LogName, other: u32) -> Result<usize, Fault> {
        let (home, other) = (self.position(name)?, self.position(other)?);
        let (federation, logs) = (&self.federation, self.logs()?);
        let anchored = logs[home].anchored[other];
        let mut branches = federation.branches(other);
        let found = branches.position(|each| taken_in(federation, logs, home, each) == anchored);
        Ok(found.expect("the branch that a log goes by has what it anchored"))
    }

    /// Up to which length a log has taken in a branch of another.
    pub fn taken_in(&self, name: LogName, other: LogName) -> Result<u64, Fault> {
        let (home, branch) = (self.position(name)?, self.position(other)?);
        Ok(taken_in(&self.federation, self.logs()?, home, branch))
    }

    /// The number of the branch of a coop's log that counts in the books.
    pub fn standing(&self, coop: u32) -> Result<usize, Fault> {
        let first = self.position(coop)?;
        Ok(self.federation.branch(standing(&self.federation, self.logs()?, first)))
    }

    /// What a log was credited from other branches of the log of `other` than the one that stands.
    pub fn fork_loss(&self, name: LogName, other: u32) -> Result<i64, Fault> {
        let (home, first) = (self.position(name)?, self.position(other)?);
        let (federation, logs) = (&self.federation, self.logs()?);
        let shared = taken_in(federation, logs, home, standing(federation, logs, first));
        Ok(received_beyond(&logs[home], other, shared))
    }

    /// What a log was credited from other branches of the log of `other` than one that has that head; None when
    /// none such is held.
    pub fn loss_by(
        &self,
        name: LogName,
        other: u32,
        length: u64,
        head: &Head,
    ) -> Result<Option<i64>, Fault> {
        let (home, logs) = (self.position(name)?, self.logs()?);
        let federation = &self.federation;
        let Some(first) = federation.place(other) else {
            return Ok(None);
        };
        let branch = with_head(federation, logs, home, first, (length, head));
        let shared = branch.map(|branch| taken_in(federation, logs, home, branch));
        Ok(shared.map(|shared| received_beyond(&logs[home], other, shared)))
    }

    /// Whether the branch of the log of `other` with that head is one of those that a log's charter lets stand
    /// so far. Where one branch is held, it is the one that stood before.
    pub fn may_stand(
        &self,
        name: LogName,
        other: u32,
        length: u64,
        head: &Head,
    ) -> Result<bool, Fault> {
        let (home, first) = (self.position(name)?, self.position(other)?);
        let (federation, logs) = (&self.federation, self.logs()?);
        let branch = with_head(federation, logs, home, first, (length, head));
        let branch = branch.filter(|_| federation.is_forked(first));
        let stands = logs[home].charter.coop(other).and_then(|coop| coop.stands);
        Ok(branch.is_none_or(|branch| has_stand(&logs[branch], stands)))
    }
}
