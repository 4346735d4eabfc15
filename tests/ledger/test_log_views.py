"""What was read of a log is read again when it may be another, whatever was done to which log."""

import pytest

from tests.builders import START, build_federation


def test_figures_of_logs_are_those_of_now() -> None:
    pytest.importorskip("ledger._native")
    from ledger.validators.native import NativeValidator
    from ledger.validators.native_values import read_log

    federation = build_federation(coops=3, stewards=1, threshold=1)
    home, copy = NativeValidator(federation.founding), NativeValidator(federation.founding)

    def check() -> None:
        for validator in (home, copy):
            for coop in (1, 2, 3):
                assert validator.log(coop) == read_log(coop, validator._core.log(coop, 0))

    def record(coop: int, *transactions: bytes) -> None:
        check()
        done = home.sequence(coop, START, transactions)
        assert done.count == len(transactions)
        check()
        assert copy.replay(coop, done.entries).count == done.count
        check()

    record(1, federation.admit(1, 1, limit=1_000))
    record(2, federation.admit(2, 1, limit=1_000))
    log = home.log(2)
    record(1, federation.anchor(2, length=log.length, head=log.head))
    record(1, federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=10))
    log = home.log(1)
    record(2, federation.anchor(1, length=log.length, head=log.head))
    assert home.log(2).position == copy.log(2).position != 0
