//! Replay and sequencing of small histories: where they stop, and that nothing stays of what failed.

mod common;

use common::*;
use fiado_core::chapters::Row;
use fiado_core::effects::Effects;
use fiado_core::record::Record;
use fiado_core::refusal::Refusal;
use fiado_core::replay::Stop;
use fiado_core::validator::Validator;

fn blob(payments: &[Vec<u8>]) -> Vec<u8> {
    payments.iter().flat_map(|payment| entry(2, payment)).collect()
}

#[test]
fn sequencing_and_replay_lead_to_one_state() {
    let payments = payments(700, 20);
    let transactions: Vec<&[u8]> = payments.iter().map(Vec::as_slice).collect();
    let mut home = validator(20, 2);
    let done = home.sequence(1, 2, &transactions).unwrap();
    assert_eq!(done.count, 700);
    assert_eq!(done.outcomes, (21..=720).collect::<Vec<i64>>());
    for threads in [1, 2, 5] {
        let mut other = validator(20, threads);
        let replayed = replay(&mut other, 1, &done.entries);
        assert_eq!((replayed.next, replayed.stop), (700, Stop::End));
        assert_eq!(other.digest(), home.digest());
        assert_eq!(other.snapshot(), home.snapshot());
    }
}

#[test]
fn a_bad_signature_at_every_position_of_a_replay() {
    let good = payments(40, 6);
    for bad in 0..good.len() {
        let mut payments = good.clone();
        *payments[bad].last_mut().unwrap() ^= 1;
        check_stop(&payments, bad, Refusal::SignatureInvalid);
    }
}

#[test]
fn a_bad_signature_far_into_a_replay_takes_back_what_ran_ahead() {
    let mut payments = payments(3000, 50);
    *payments[1234].last_mut().unwrap() ^= 1;
    *payments[2345].last_mut().unwrap() ^= 1;
    check_stop(&payments, 1234, Refusal::SignatureInvalid);
}

#[test]
fn of_two_faults_the_earlier_entry_counts_then_the_order_of_checks() {
    let mut payments = payments(300, 6);
    // Entry 100 comes again under its used number, and its signature is bad as well.
    payments[200] = payments[100].clone();
    check_stop(&payments, 200, Refusal::SequenceUsed);
    *payments[200].last_mut().unwrap() ^= 1;
    check_stop(&payments, 200, Refusal::SignatureInvalid);
    *payments[50].last_mut().unwrap() ^= 1;
    check_stop(&payments, 50, Refusal::SignatureInvalid);
    payments[20] = vec![0x90];
    check_stop(&payments, 20, Refusal::EntryMalformed);
}

/// Replays and sequences payments of which number `bad` is the first that is refused.
fn check_stop(payments: &[Vec<u8>], bad: usize, refusal: Refusal) {
    let mut expected = validator(50, 1);
    assert_eq!(replay(&mut expected, 1, &blob(&payments[..bad])).stop, Stop::End);
    let mut replayed = validator(50, 2);
    let answer = replay(&mut replayed, 1, &blob(payments));
    assert_eq!((answer.next, answer.stop), (bad, Stop::Refused(refusal)));
    assert_eq!(replayed.snapshot(), expected.snapshot());
    let transactions: Vec<&[u8]> = payments.iter().map(Vec::as_slice).collect();
    let outcomes = validator(50, 2).sequence(1, 2, &transactions).unwrap().outcomes;
    assert_eq!(outcomes[bad], -i64::from(refusal.number()));
    assert!(outcomes[..bad].iter().all(|outcome| *outcome > 0));
}

/// Coop 1 pays two members of coop 2, then closes one of them before it anchors.
fn with_transit() -> (Validator, Vec<u8>) {
    let mut home = validator(3, 1);
    let head = *home.log(2).unwrap().heads.at(3).unwrap();
    let to = |payee, sequence| {
        let (coop, payer, payee_coop) = (1, 1, 2);
        pay(&Payment { coop, payer, sequence, payee_coop, payee, amount: 500, fee: 5 })
    };
    let transactions = [anchor(2, 3, &head), to(1, 1), to(2, 2), to(0, 3)];
    let transactions: Vec<&[u8]> = transactions.iter().map(Vec::as_slice).collect();
    let done = home.sequence(1, 5, &transactions).unwrap();
    assert_eq!(done.outcomes, [4, 5, 6, 7]);
    let place = home.log(2).unwrap().accounts.find(2).unwrap();
    let mut closed = home.log(2).unwrap().accounts.record(place);
    closed.status = fiado_core::record::Status::Closed;
    closed.closed = 4;
    closed.revision = 1;
    home.append(2, 6, b"closed", &opens(closed)).unwrap();
    (home, done.entries)
}

#[test]
fn anchors_and_returns_are_taken_back_with_what_follows_a_bad_signature() {
    let (mut home, _) = with_transit();
    let before = home.snapshot().unwrap();
    let head = *home.log(1).unwrap().heads.last();
    let mut give_back = vec![0x93, 8];
    give_back.extend_from_slice(&[1, 6]);
    let mut bad = pay(&Payment {
        coop: 2,
        payer: 1,
        sequence: 1,
        payee_coop: 1,
        payee: 0,
        amount: 1,
        fee: 0,
    });
    *bad.last_mut().unwrap() ^= 1;
    let mut bad_anchor = anchor(1, 7, &head);
    let delivered = entry(7, &anchor(1, 7, &head));
    let returned = entry(7, &give_back);
    // A bad anchor first: nothing of what runs ahead of its signature may stay.
    *bad_anchor.last_mut().unwrap() ^= 1;
    let blob = [entry(7, &bad_anchor), returned.clone(), entry(7, &bad)].concat();
    let answer = replay(&mut home, 2, &blob);
    assert_eq!((answer.next, answer.stop), (0, Stop::Refused(Refusal::SignatureInvalid)));
    assert_eq!(home.snapshot().unwrap(), before);
    // Then a good anchor and return, behind which a payment is bad.
    let blob = [delivered, returned, entry(7, &bad)].concat();
    let answer = replay(&mut home, 2, &blob);
    assert_eq!((answer.next, answer.stop), (2, Stop::Refused(Refusal::SignatureInvalid)));
    let log = home.log(2).unwrap();
    assert_eq!((log.position, log.held, log.commons), (1000, 0, 500));
    assert!(log.returnable.is_empty());
    assert_eq!(home.in_transit(2).unwrap().map(|(_, item)| item.amount).collect::<Vec<_>>(), [500]);
}

#[test]
fn an_anchor_of_a_head_that_is_not_held_waits() {
    let mut home = validator(3, 1);
    let before = home.digest();
    let unknown = anchor(2, 9, &[1; 32]);
    let answer = replay(&mut home, 1, &entry(5, &unknown));
    assert!(matches!(answer.stop, Stop::Waiting { coop: 2, length: 9, .. }));
    assert!(home.check_dependencies(1, &[&unknown]).is_err());
    assert!(home.sequence(1, 5, &[&unknown]).is_err());
    assert_eq!(home.digest(), before);
}

#[test]
fn a_snapshot_leads_to_the_same_state_and_goes_on() {
    let (home, _) = with_transit();
    let bytes = home.snapshot().unwrap();
    let mut loaded = Validator::load(FEDERATION, &charter(), 2, &bytes).unwrap();
    assert_eq!(loaded.snapshot().unwrap(), bytes);
    let head = *loaded.log(1).unwrap().heads.last();
    let answer = replay(&mut loaded, 2, &entry(7, &anchor(1, 7, &head)));
    assert_eq!(answer.stop, Stop::End);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(Validator::load(FEDERATION, &charter(), 1, &damaged).is_err(), "byte {at}");
    }
}

fn row(chapter: &str, key: u8, value: Option<&[u8]>) -> Row {
    Row { chapter: chapter.to_owned(), key: vec![key], value: value.map(<[u8]>::to_vec) }
}

#[test]
fn rows_of_chapters_are_kept_by_name_and_key() {
    let mut home = validator(3, 1);
    let without = home.snapshot().unwrap();
    let written =
        [row("b", 2, Some(&[1])), row("a", 9, Some(&[0xa1, b'x'])), row("a", 1, Some(&[0xc0]))];
    let effects = Effects { chapters: written.to_vec(), ..Effects::default() };
    home.append(1, 2, b"written", &effects).unwrap();
    let chapters = &home.log(1).unwrap().chapters;
    let rows: Vec<_> = chapters.rows("a").collect();
    assert_eq!(rows, [(&[1][..], &[0xc0][..]), (&[9], &[0xa1, b'x'])]);
    assert_eq!(chapters.get("b", &[2]), Some(&[1][..]));
    assert_eq!((chapters.get("b", &[1]), chapters.get("c", &[2])), (None, None));
    let bytes = home.snapshot().unwrap();
    let loaded = Validator::load(FEDERATION, &charter(), 1, &bytes).unwrap();
    assert_eq!(loaded.snapshot().unwrap(), bytes);
    // All are taken out again: nothing but two heads more is there than before.
    let gone = written.map(|row| Row { value: None, ..row });
    let effects = Effects { chapters: gone.to_vec(), ..Effects::default() };
    home.append(1, 2, b"gone", &effects).unwrap();
    assert_eq!(home.log(1).unwrap().chapters.len("a"), 0);
    assert_eq!(home.snapshot().unwrap().len(), without.len() + 2 * 32);
}

#[test]
fn effects_that_can_not_be_listed_change_nothing() {
    let mut home = validator(3, 1);
    let before = home.snapshot().unwrap();
    let account = home.log(1).unwrap().accounts.find(1).unwrap();
    let changed = Record { limit: 7, ..home.log(1).unwrap().accounts.record(account) };
    let good = row("a", 1, Some(&[1]));
    let wrong = [
        vec![good.clone(), row("", 1, Some(&[1]))],
        vec![good.clone(), row("a", 0xc1, Some(&[1]))],
        vec![good.clone(), row("a", 1, Some(&[1, 2]))],
        vec![good, row("index", 1, Some(&[1]))],
    ];
    for chapters in wrong {
        let effects = Effects { chapters, ..opens(changed.clone()) };
        assert!(home.append(1, 2, b"wrong", &effects).is_err(), "{effects:?}");
        assert_eq!(home.snapshot().unwrap(), before);
    }
}

#[test]
fn kinds_of_the_shared_rules_stop_a_replay_in_front_of_them() {
    let mut home = validator(3, 1);
    let payments = payments(2, 3);
    let admission = [0x98, 2, 9];
    let blob = [entry(2, &payments[0]), entry(2, &[&admission[..], &[0; 6]].concat())].concat();
    let answer = replay(&mut home, 1, &blob);
    assert_eq!((answer.next, answer.stop), (1, Stop::Shared));
    assert_eq!(home.log(1).unwrap().heads.length(), 4);
}
