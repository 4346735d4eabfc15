"""A log that was cut: its end is signed if an anchor signs it, and it waits for nothing from before."""

from ledger.state import Waiting
from node.engine.replication.ends import sign_end
from tests.node.engine.inside import core_of
from tests.node.engine.rig import joined


def test_an_end_without_a_signature_gets_that_of_an_anchor() -> None:
    rig = joined(1, 2)
    store = rig.stores[1]
    length = 1  # in the middle of a segment
    head = store.head_at(2, length)
    assert head is not None
    store.set_aside(2, length)
    newest = store.newest_signed_head(2)
    assert newest is None or newest.length < length
    signed = rig.federation.signed_head(2, length=length, head=head)
    sign_end(store, rig.federation.signed_head(2, length=length, head=bytes(32)))  # of another one
    assert store.newest_signed_head(2) == newest
    sign_end(store, signed)
    assert store.newest_signed_head(2) == signed


def test_a_log_that_begins_anew_does_not_wait_for_what_it_waited_for() -> None:
    rig = joined(1, 2)
    replicas = rig.engines[1]._replicas
    assert core_of(rig.engines[1]).length(2) > 0
    replicas.waiting[2] = Waiting(coop=1, length=1_000, head=bytes(32), signature=b"")
    replicas.begin_anew(2)
    assert replicas.waiting == {}
