"""Entries that the rules refuse, of many kinds, under a signed head that is in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.chain import extend_all
from ledger.codec import encode
from ledger.entries import encode_entry
from ledger.refusals import Refusal
from ledger.rules.government.recovery import next_restoration
from ledger.rules.government.register import open_proposals
from ledger.transactions import Anchor, Enact, Levy, Limit, Restore, encode_transaction
from ledger.validators.reading import LogReader
from node.engine.engine import Engine
from node.engine.wire import Entries
from tests.node.engine.inside import core_of
from tests.simulation.hands import Desk

if TYPE_CHECKING:
    from tests.simulation.culprits import Culprit

_PREFIX_ACCOUNT = 1_000


def invalid_entries(culprit: Culprit, engine: Engine, *, has_prefix: bool) -> Entries:
    """A message with an invalid entry, perhaps behind a valid one, perhaps before others."""
    validator, random = core_of(engine).validator, culprit.world.random
    log = validator.log(culprit.coop)
    makers = list(_MAKERS)
    random.shuffle(makers)
    bad = b""
    for make in makers:
        bad = make(culprit, engine)
        if isinstance(validator.judge(culprit.coop, bad), Refusal):
            break
    prefix = []
    if has_prefix and random.random() < 0.5:
        admit = culprit.sim.federation.admit(culprit.coop, _PREFIX_ACCOUNT)
        prefix = [encode_entry(log.time, admit)]
    suffix = [encode_entry(log.time, encode([8, 1, n])) for n in range(random.choice((0, 1, 5)))]
    entries = [*prefix, bad, *suffix]
    head = extend_all(log.head, entries)
    return Entries(
        first=log.length + 1,
        previous=log.head,
        entries=b"".join(entries),
        signed=culprit.sign(log.length + len(entries), head),
    )


def _pay(culprit: Culprit, engine: Engine, *, amount: int, behind: int = 0, forged: bool) -> bytes:
    log = core_of(engine).validator.log(culprit.coop)
    account = core_of(engine).validator.account(culprit.coop, 1)
    sequence = 1 if account is None else account.next_sequence - behind
    key = culprit.sim.federation.member_key(culprit.coop, 2) if forged else None
    payment = culprit.sim.federation.pay(
        culprit.coop,
        payer=1,
        sequence=max(sequence, 0),
        payee_coop=culprit.coop,
        payee=0,
        amount=amount,
        signed_by=key,
    )
    return encode_entry(log.time, payment)


def _overspend(culprit: Culprit, engine: Engine) -> bytes:
    return _pay(culprit, engine, amount=10**12, forged=False)


def _forged_payment(culprit: Culprit, engine: Engine) -> bytes:
    return _pay(culprit, engine, amount=1, forged=True)


def _sequence_again(culprit: Culprit, engine: Engine) -> bytes:
    return _pay(culprit, engine, amount=1, behind=1, forged=False)


def _forged_anchor(culprit: Culprit, engine: Engine) -> bytes:
    """An anchor of a head that its coop never signed: the signature is another's."""
    log = core_of(engine).validator.log(culprit.coop)
    coop = culprit.peers[0]
    head = culprit.sign(log.anchored[coop] + 1, bytes(32))
    anchor = Anchor(
        coop=coop, length=head.length, head=head.head, signatures=((coop, head.signature),)
    )
    return encode_entry(log.time, encode_transaction(anchor))


def _anchor_again(culprit: Culprit, engine: Engine) -> bytes:
    log = core_of(engine).validator.log(culprit.coop)
    return encode_entry(log.time, encode([6, culprit.peers[0], 0, bytes(32), []]))


def _time_falls(culprit: Culprit, engine: Engine) -> bytes:
    return encode_entry(1, encode([8, culprit.peers[0], 1]))


def _unknown_kind(culprit: Culprit, engine: Engine) -> bytes:
    return encode_entry(core_of(engine).validator.log(culprit.coop).time, encode([99]))


def _malformed(culprit: Culprit, engine: Engine) -> bytes:
    return encode(["not", "an", "entry"])


def _too_large(culprit: Culprit, engine: Engine) -> bytes:
    return encode_entry(
        core_of(engine).validator.log(culprit.coop).time, encode([1, bytes(40_000)])
    )


def _return_of_nothing(culprit: Culprit, engine: Engine) -> bytes:
    log = core_of(engine).validator.log(culprit.coop)
    return encode_entry(log.time, encode([8, culprit.peers[0], 10**6]))


def _admit_without_stewards(culprit: Culprit, engine: Engine) -> bytes:
    log = core_of(engine).validator.log(culprit.coop)
    admit = culprit.sim.federation.admit(culprit.coop, 2_000, stewards=())
    return encode_entry(log.time, admit)


def _limit_by_one_steward(culprit: Culprit, engine: Engine) -> bytes:
    """One of the coop's stewards owns the node, and would like to do without the others."""
    log = LogReader(core_of(engine).validator, culprit.coop)
    account = log.account(1)
    revision = 1 if account is None else account.revision + 1
    desk = Desk.of(log, culprit.sim.keys)
    bare = Limit(
        account=1, revision=revision, limit=10**9, from_=0, until=None, after=None, reason=bytes(32)
    )
    alone = list(desk.places())[: desk.needed(bare) - 1]
    return encode_entry(_time(culprit, engine), desk.sign(bare, alone))


def _wrong_count(culprit: Culprit, engine: Engine) -> bytes:
    """The end of a vote, with a count of its own."""
    votes = open_proposals(LogReader(core_of(engine).validator, culprit.coop))
    number, proposal = next(iter(votes.items()), (1, None))
    yes = 1 if proposal is None else proposal.counts.yes + 1
    time = max(_time(culprit, engine), 0 if proposal is None else proposal.ready_at())
    return encode_entry(time, encode_transaction(Enact(proposal=number, yes=yes, no=0, abstain=0)))


def _levy_at_will(culprit: Culprit, engine: Engine) -> bytes:
    levy = Levy(number=1, positive=50_000, negative=0)
    return encode_entry(_time(culprit, engine), encode_transaction(levy))


def _restore_early(culprit: Culprit, engine: Engine) -> bytes:
    log = LogReader(core_of(engine).validator, culprit.coop)
    found = next_restoration(log)
    restore = Restore(account=1, recovery=1) if found is None else found[0]
    return encode_entry(_time(culprit, engine), encode_transaction(restore))


def _time(culprit: Culprit, engine: Engine) -> int:
    return core_of(engine).validator.log(culprit.coop).time


_MAKERS: tuple[Callable[[Culprit, Engine], bytes], ...] = (
    _overspend,
    _forged_payment,
    _sequence_again,
    _forged_anchor,
    _anchor_again,
    _time_falls,
    _unknown_kind,
    _malformed,
    _too_large,
    _return_of_nothing,
    _admit_without_stewards,
    _limit_by_one_steward,
    _wrong_count,
    _levy_at_will,
    _restore_early,
)
