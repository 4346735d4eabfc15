"""Keys that change in both validators, down to the last row; and nobody but who may changes one."""

from random import Random

import pytest

from ledger.codec import decode, encode
from ledger.entries import decode_transaction
from ledger.government.actions import DecideRecovery
from ledger.government.recovery import RECOVERIES_CHAPTER, recovery_of
from ledger.signatures import SigningKey
from ledger.transactions import Rekey, Restore
from ledger.validators.interface import Validator
from tests.builders import START, build_federation
from tests.ledger.rules.recovery_tables import RECOVERY_TABLES, stage_keys
from tests.ledger.rules.tables import HOME
from tests.parity.both import Both
from tests.recovery_builders import (
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    rekey,
    restore,
)
from tests.voting_builders import DAY, NOTICE, SECOND_CALL, YES, enact, propose, vote

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="parity of keys", coops=1)
MEMBERS = 6


def test_all_that_is_refused_and_taken_is_so_in_both() -> None:
    books = stage_keys()
    for table in RECOVERY_TABLES:
        both = Both(books.federation.founding)
        both.replay(HOME, b"".join(books.logs[HOME]))
        both.check_state()
        faults = [table.transaction(books, fault) for fault in table.faults]
        both.sequence(HOME, books.now, [*faults, table.transaction(books), *faults])
        both.check_state()


def keys_of(both: Both) -> dict[int, bytes]:
    def ask(validator: Validator) -> dict[int, bytes]:
        return {account.number: account.key for account in validator.accounts(HOME)}

    return both.ask(ask)


def offers(random: Random, held: dict[int, SigningKey], now: int, votes: int) -> list[bytes]:
    """What people may try at once: most of it is refused."""
    account, nth = random.randint(1, MEMBERS), random.randint(1, 3)
    others = [number for number in range(1, MEMBERS + 1) if number != account]
    two = sorted(random.sample(others, 2))
    key, fresh = held[account], new_key(account, random.randint(1, 50))
    action = DecideRecovery(account=account, recovery=nth, is_new_key=random.random() < 0.5)
    first = now + NOTICE
    choices = [
        rekey(FEDERATION, HOME, account, revision=nth, key=fresh, signed_by=key),
        rekey(FEDERATION, HOME, account, revision=nth, key=fresh, signed_by=held[two[0]]),
        name_guardians(FEDERATION, HOME, account, *two, revision=nth, signed_by=key),
        recover(FEDERATION, HOME, account, recovery=nth, key=fresh),
        recover(FEDERATION, HOME, account, recovery=nth, key=fresh, stewards=(0,)),
        recover(
            FEDERATION,
            HOME,
            account,
            recovery=nth,
            key=fresh,
            guardians=guardian_list(*two),
            members=two,
        ),
        object_to(FEDERATION, HOME, account, recovery=nth, signed_by=key),
        propose(
            FEDERATION,
            HOME,
            votes + 1,
            first=first,
            second=first + SECOND_CALL,
            action=action,
            about=(account,),
        ),
        vote(FEDERATION, HOME, account, max(votes, 1), YES, signed_by=key),
        enact(max(votes, 1), yes=random.randint(0, 2)),
        *(restore(each, number) for each in range(1, MEMBERS + 1) for number in (1, 2, 3)),
    ]
    return random.sample(choices, 12)


@pytest.mark.parametrize("seed", range(6))
def test_no_key_changes_but_by_its_owner_or_after_a_wait(seed: int) -> None:
    random = Random(seed)
    both = Both(FEDERATION.founding)
    admitted = [FEDERATION.admit(HOME, number) for number in range(1, MEMBERS + 1)]
    entries = both.sequence(HOME, START, admitted).entries
    held = {number: FEDERATION.member_key(HOME, number) for number in range(1, MEMBERS + 1)}
    known = {
        new_key(account, nth).public_key: new_key(account, nth)
        for account in held
        for nth in range(1, 51)
    }
    now, votes, changed = START, 0, 0
    for _ in range(150):
        now += random.choice([0, 3_600, DAY, 3 * DAY])
        for data in offers(random, held, now, votes):
            before = keys_of(both)
            running = dict(both.ask(lambda validator: validator.rows(HOME, RECOVERIES_CHAPTER)))
            done = both.sequence(HOME, now, [data])
            entries += done.entries
            votes += done.count if data[1] == 9 else 0
            after = keys_of(both)
            for account in (each for each in before if before[each] != after[each]):
                changed += 1
                transaction = decode_transaction(data)
                assert isinstance(transaction, Rekey | Restore)
                assert transaction.account == account
                if isinstance(transaction, Restore):
                    recovery = recovery_of(running[encode(account)])
                    assert recovery is not None
                    assert recovery.key == after[account]
                    assert now >= recovery.due() >= recovery.began + 7 * DAY
                else:
                    assert held[account].public_key == before[account]
                held[account] = known[after[account]]
    both.check_state()
    again = Both(FEDERATION.founding)
    done_again = again.replay(HOME, entries)
    assert done_again is not None and done_again.refusal is None
    again.check_state()
    assert again.reference.digest() == both.reference.digest()
    assert changed >= 5
    assert all(isinstance(decode(key), int) for key in running)
