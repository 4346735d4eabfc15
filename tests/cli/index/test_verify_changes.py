"""Verifying an index whose charter has changed, from certificates and changes alone."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from cli.index.verify import Checked, _recompute
from cli.shell.errors import CliError
from ledger.charter_changes import SetClearingLimit
from ledger.decisions import IndexEntry
from ledger.entries import Entry, decode_entry, entry_kind, transaction_start
from ledger.index.table import PLACES_OF_A_TABLE
from ledger.validators.reference import ReferenceValidator
from node.changes import read_changes
from node.member.charters import known_charter
from node.member.client import Answer, NodeClient, NodeProblem, path_of
from tests.charter_builders import Union
from tests.index_builders import index_of, official, source_change, take_prints
from tests.ledger.rules.test_charter_index import (
    NOVEMBER,
    SECOND_WINDOW,
    indexed,
    set_index,
    to_surveys,
    zeros_fall,
)


@dataclass
class Certificates:
    """What a node answers whose own log is log 1 of these books."""

    union: Union
    url: str = "http://norte"

    def get_bytes(self, path: str, *, table: int) -> Any:
        for data in self.union.books.logs[1]:
            entry = decode_entry(data)
            assert isinstance(entry, Entry)
            found = entry.transaction
            if not isinstance(found, IndexEntry):
                continue
            run = 0 if found.turn is None else found.turn.place // PLACES_OF_A_TABLE
            name = path_of("v1", "index", "certificates", found.decision.value, found.number)
            if (name, run) == (path, table):
                return Answer(body=data[transaction_start(data) :], headers={})
        raise NodeProblem(self.url, 404, "certificate_not_found", "", "", "", False)


def recomputed(union: Union) -> Any:
    known = known_charter(union.federation.founding, read_changes(b"".join(union.versions)))
    return _recompute(cast("NodeClient", Certificates(union)), known, Checked())


def test_tables_currencies_and_sources_of_the_same_number() -> None:
    union = indexed(ReferenceValidator)
    union.decide(SetClearingLimit(coop=1, limit=9), 1)
    union.books.append(1, source_change(union.federation, 1, NOVEMBER))
    period = index_of(union.books.validator, 1).due_window.period
    union.books.append(1, official(union.federation, period, 20, source=1))
    union.decide(zeros_fall(SECOND_WINDOW + 3), 1)
    union.decide(set_index(step_cap=500), 1)
    take_prints(union.books, 400, coops=[1])
    assert recomputed(union) == union.books.validator.index(1)


def test_certificates_that_fell_away_are_not_needed() -> None:
    union = indexed(ReferenceValidator)
    take_prints(union.books, 20, 30, coops=[1])
    union.decide(set_index(step_cap=500), 1)
    take_prints(union.books, 31, coops=[1])
    assert recomputed(union) == union.books.validator.index(1)


def test_a_node_without_the_certificates_of_an_earlier_table_is_told() -> None:
    union = indexed(ReferenceValidator)
    take_prints(union.books, 20, coops=[1])
    union.decide(to_surveys(), 1)
    union.books.logs[1] = [
        data for data in union.books.logs[1] if entry_kind(data) != IndexEntry.kind
    ]
    with pytest.raises(CliError, match="lacks certificates"):
        recomputed(union)
