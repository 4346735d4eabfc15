"""Days that are typed, and how their ends are told."""

import cli.paying.words  # noqa: F401
from cli.shell.account_keys_words import describe_caps
from cli.shell.days import read_day, read_last_day
from cli.shell.errors import explain
from cli.shell.language import speaking
from ledger.account_keys import Caps
from node.member.paying.invoices import InvoiceNotOpen


def test_a_last_day_belongs_to_what_it_ends() -> None:
    begin = read_day("2027-01-31", "--until")
    until = read_last_day("2027-01-31", "--until")
    assert until == begin + 86_400
    (line,) = describe_caps(Caps(per_payment=1, per_day=1, until=until))
    assert line.endswith("until the end of 2027-01-31.")
    (line,) = describe_caps(Caps(per_payment=1, per_day=1, until=until + 60))
    assert line.endswith("until 2027-02-01 00:01 UTC.")


def test_a_bills_state_is_told_in_the_language() -> None:
    with speaking("es"):
        told = explain(InvoiceNotOpen("settled"))
        assert told is not None and "settled" not in told.message
