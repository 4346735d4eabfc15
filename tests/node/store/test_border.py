"""Whatever names and numbers come from outside: no store takes them for a fault of its disk.

A fault of the store makes a node open it again, and a few of them end it; so what a stranger can send must
never look like one. What can't be held is the caller's mistake, and the store goes on.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.errors import StoreMisuse, ValueUnstorable
from node.store import (
    Document,
    DocumentKind,
    Evidence,
    HistoryPlace,
    Memo,
    Reason,
    Record,
    Store,
    Witnessed,
    Write,
)
from tests.node.store.logs import Log
from tests.node.store.places import Kept, Place

names = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.sampled_from(["", "\0", "a\0b", "\ud800", "\udfff\ud800", "x" * 5_000, "é" * 1_000, "%00"]),
)
edges = st.sampled_from(
    [
        sign * (2**power + step)
        for power in (31, 32, 53, 63, 64, 200)
        for step in (-1, 0, 1)
        for sign in (1, -1)
    ]
)
numbers = st.one_of(st.integers(-2, 9), edges, st.integers())
keys = st.one_of(st.binary(max_size=40), st.just(bytes(5_000)), st.just(b""))


def uses(name: str, number: int, other: int, key: bytes) -> list[Callable[[Store], object]]:
    """Every method that takes a name or a number, given these."""
    draft, letter = DocumentKind.DRAFT, Kept.LETTER
    record = Record(kind=letter, id=name, shelf="s", created=number, data=b"")
    writes = [
        Write(documents=[Document(kind=draft, id=name, created=number, data=b"")]),
        Write(documents=[Document(kind=draft, id="d", created=other, data=b"")]),
        Write(dropped_documents=[(draft, name)], dropped_records=[(letter, name)]),
        Write(records=[record]),
        Write(
            new_records=[Record(kind=letter, id=name, shelf=name, created=1, data=b"", due=other)]
        ),
        Write(records=[Record(kind=letter, id="i", shelf="s", created=1, data=b"", mark=key)]),
        Write(memos=[Memo(reference=key, coop=number, account=other, sealed=b"")]),
        Write(erased_memos=[(key, number, other)]),
        Write(evidence=[Evidence(digest=key, coop=number, kind="fork", data=b"")]),
        Write(reasons=[Reason(hash=key, salted_text=b"")]),
        Write(witnessed=[Witnessed(coop=number, length=other, head=b"h" * 32)]),
        Write(meta={name: b""}),
    ]
    commits: list[Callable[[Store], object]] = [
        lambda store, write=write: store.commit(write)  # type: ignore[misc]
        for write in writes
    ]
    place = HistoryPlace(time=number, log=other, number=number)
    return [
        *commits,
        lambda store: list(store.segments(number, other)),
        lambda store: list(store.segments(7, other)),
        lambda store: store.entries(7, other, max_bytes=100),
        lambda store: store.entry(7, number),
        lambda store: store.entry(number, other),
        lambda store: store.entries_at(number, [other, number]),
        lambda store: store.head_at(7, number),
        lambda store: store.signed_head(7, number),
        lambda store: store.signed_head(number, other),
        lambda store: store.newest_signed_head(number),
        lambda store: store.evidence(number),
        lambda store: store.witnessed(number),
        lambda store: store.memo(key, coop=number, account=other),
        lambda store: store.reason(key),
        lambda store: store.document(draft, name),
        lambda store: store.record(letter, name),
        lambda store: store.records(letter, name, limit=3),
        lambda store: store.records(letter, "s", before=(number, name), limit=3),
        lambda store: store.due_records(letter, name, upto=number, limit=3),
        lambda store: store.meta(name),
        lambda store: store.history(coop=number, account=other, before=place, limit=3),
        lambda store: store.history(coop=1, account=1, before=place, limit=3),
        lambda store: store.find_payments(1, [(number, other)]),
        lambda store: store.find_payments(number, [(1, other)]),
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=names, number=numbers, other=numbers, key=keys)
def test_nothing_from_outside_is_a_fault_of_the_store(
    place: Place, name: str, number: int, other: int, key: bytes
) -> None:
    with place.open() as store:
        if not store.logs():
            store.commit(Write(segments=[Log(7).grow(3)]))
        for use in uses(name, number, other, key):
            with suppress(StoreMisuse):
                use(store)
        assert store.logs() == {7: (3, _head())}
        store.commit(Write(meta={"still": b"here"}))
        assert store.meta("still") == b"here"


def _head() -> bytes:
    log = Log(7)
    log.grow(3)
    return log.head()


def test_what_no_store_can_hold_is_named(place: Place) -> None:
    with place.open() as store:
        for name in ("a\0", "\ud800", "x" * 2_000):
            for use in (
                lambda name: store.document(DocumentKind.JOIN, name),
                lambda name: store.record(Kept.LETTER, name),
                lambda name: store.commit(Write(meta={name: b""})),
            ):
                with pytest.raises(ValueUnstorable):
                    use(name)
