"""What an attacker says over a link about the charter: requests to join, branches, versions, words."""

import time
from collections.abc import Iterator
from itertools import count, cycle
from typing import Final

from ledger.agreement import CHARTER_DECISION, Subject, Turn, support_hash, support_message
from ledger.charter import Steward
from ledger.charter_changes import Join
from ledger.codec import encode
from ledger.signatures import SigningKey
from node.engine.wire import GetBranch
from node.engine.wire_charter import JoinNews, VersionNews
from node.engine.wire_decisions import Due, Signed, Supported
from node.hosted_requests import PLACES, HostedRequest, hosting_message
from node.join_requests import sign_request
from tests.builders import Federation, signing_key

REQUESTS: Final = 600
STEWARDS: Final = 60
WORDS: Final = 600


def _joining(number: int) -> tuple[SigningKey, Join]:
    """A coop with many stewards, each key of which has to be looked at."""
    key = signing_key("newcomer", number)
    stewards = tuple(
        Steward(name=f"s{place}", key=signing_key("its steward", number, place).public_key)
        for place in range(STEWARDS)
    )
    return key, Join(
        coop=number,
        name=f"coop-{number}",
        title="A",
        node_key=key.public_key,
        clearing_limit=1,
        steward_threshold=1,
        stewards=stewards,
    )


def joins(federation: Federation, attacker: int) -> Iterator[bytes]:
    """Requests to join, right in everything, at all places of the attacker, again and again."""
    now, key = int(time.time()), federation.node_keys[attacker]
    prepared = []
    for number in range(REQUESTS):
        newcomer, change = _joining(100 + number)
        request = sign_request(
            newcomer, change.value(), federation=federation.id, url=None, time=now
        ).encode()
        place, at = number % PLACES, now + number
        message = hosting_message(
            federation=federation.id, host=attacker, place=place, time=at, request=request
        )
        hosted = HostedRequest(
            host=attacker, place=place, time=at, request=request, signature=key.sign(message)
        )
        prepared.append(JoinNews(hosted).encode())
    return cycle(prepared)


def branches(federation: Federation, attacker: int) -> Iterator[bytes]:
    """Questions for histories that nobody has, of a long log, at lengths within its segments."""
    return (
        GetBranch(coop=1, first=1, length=2 + number % 20_000, head=bytes(32)).encode()
        for number in count()
    )


def changes(federation: Federation, attacker: int) -> Iterator[bytes]:
    """What comes next, asked again and again, and versions that there are not."""
    return (
        VersionNews(number).encode() if number % 2 else Due("charter", 0, (1,)).encode()
        for number in count()
    )


def words(federation: Federation, attacker: int) -> Iterator[bytes]:
    """Support for another change in each round, rightly signed, with many keys to be looked at."""
    key, base = federation.node_keys[attacker], federation.charter.base
    prepared = []
    for number in range(WORDS):
        _, change = _joining(100 + number)
        content, turn = encode([base, change.value()]), Turn(place=0, round=number)
        hashed = support_hash(decision=CHARTER_DECISION, number=1, content=content)
        message = support_message(
            federation=federation.id,
            coop=attacker,
            subject=Subject.CHARTER,
            turn=turn,
            content_hash=hashed,
        )
        decided = Signed(
            decision=CHARTER_DECISION,
            number=1,
            content=content,
            turn=turn,
            signatures=((attacker, key.sign(message)),),
        )
        prepared.append(Supported(decided=decided).encode())
    return cycle(prepared)
