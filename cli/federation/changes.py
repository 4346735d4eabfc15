"""`fiado federation propose`: each change of the charter as a command."""

from datetime import UTC, datetime
from typing import Any, Final

import click

from cli.federation.branches import branch_to_stand
from cli.federation.changes_of_prices import currency, index
from cli.federation.proposing import coop_named, log_of, propose, signing_options
from cli.shell.language import say
from cli.shell.parameters import LIMIT
from cli.steward.stewardship import Stewardship
from ledger.charter import Steward
from ledger.charter_changes import (
    DecideBranch,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_entries import MAX_CHARTER_SIGNATURES
from ledger.codec import MAX
from ledger.shapes import MAX_ANCHOR_SIGNATURES
from node.member.answers import decode_hex, number

KEY_BYTES: Final = 32


class KeyType(click.ParamType[bytes]):
    """A public key as the programs print it."""

    name = "key"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """Read the text."""
        if isinstance(value, bytes):
            return value
        try:
            key = bytes.fromhex(str(value))
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            self.fail(say("{value} is not a key of 64 hex digits.", value=repr(value)), param, ctx)
        return key


KEY = KeyType()


class MomentType(click.ParamType[int]):
    """A time such as 2026-03-01T12:00, universal, in Unix seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text."""
        if isinstance(value, int):
            return value
        try:
            found = datetime.strptime(str(value), "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
        except ValueError:
            self.fail(
                say("{value} is not a time such as 2026-03-01T12:00.", value=repr(value)),
                param,
                ctx,
            )
        return int(found.timestamp())


MOMENT = MomentType()


@click.group("propose")
def propose_group() -> None:
    """Propose a change of the charter to the other cooperatives, as a steward.

    Your node stands for it when enough stewards of your cooperative do; it holds once enough cooperatives
    stand for it. Who asks to join is endorsed with `fiado federation endorse`.
    """


@propose_group.command("limit")
@click.argument("coop", metavar="COOP")
@click.argument("limit", type=LIMIT, metavar="UNITS")
@signing_options
def limit(coop: str, limit: int, **signing: Any) -> None:
    """How far all members of a cooperative together may owe the others."""

    def find(steward: Stewardship) -> SetClearingLimit:
        return SetClearingLimit(coop=coop_named(steward.charter, coop).number, limit=limit)

    propose(find, **signing)


@propose_group.command("key")
@click.argument("coop", metavar="COOP")
@click.argument("key", type=KEY, metavar="HEX")
@click.option(
    "--length",
    type=click.IntRange(0, MAX),
    help="The entry up to which the old key has signed; as your node holds the log when left out.",
)
@signing_options
def key(coop: str, key: bytes, length: int | None, **signing: Any) -> None:
    """Another key for a cooperative's node, such as when the old one is lost.

    Ask that cooperative by other means than the network whether the key is theirs. What the old key signed up
    to the length counts; nothing that it signs beyond.
    """

    def find(steward: Stewardship) -> SetNodeKey:
        found = coop_named(steward.charter, coop)
        return SetNodeKey(coop=found.number, key=key, length=_length(steward, coop, length))

    propose(find, **signing)


def _length(steward: Stewardship, coop: str, given: int | None) -> int:
    """The length given, or that of the log as the node holds it."""
    if given is not None:
        return given
    log = log_of(steward, coop_named(steward.charter, coop))
    return number(steward.client, log, "length")


@propose_group.command("quarantine")
@click.argument("coop", metavar="COOP")
@signing_options
def quarantine(coop: str, **signing: Any) -> None:
    """Shut a cooperative out until it is readmitted: nobody pays it, and it pays nobody outside."""

    def find(steward: Stewardship) -> Quarantine:
        return Quarantine(coop=coop_named(steward.charter, coop).number)

    propose(find, **signing)


@propose_group.command("readmit")
@click.argument("coop", metavar="COOP")
@click.option(
    "--node-key", type=KEY, metavar="HEX", help="Its node's key; the old one when left out."
)
@click.option(
    "--limit", type=LIMIT, metavar="UNITS", help="Its clearing limit; the old one when left out."
)
@signing_options
def readmit(coop: str, node_key: bytes | None, limit: int | None, **signing: Any) -> None:
    """Let a cooperative in quarantine be a member again.

    Its log goes on from where your node holds it now. With evidence against its node it gets another key.
    """

    def find(steward: Stewardship) -> Readmit:
        found = coop_named(steward.charter, coop)
        log = log_of(steward, found)
        if log.get("accused") is True and node_key in (None, found.node_key):
            raise click.UsageError(
                say(
                    "--node-key: with the key that {coop} has it signed what is evidence against it. Let "
                    "it make another one (`fiado node init`), and name that.",
                    coop=coop,
                )
            )
        return Readmit(
            coop=found.number,
            key=node_key or found.node_key,
            limit=found.clearing_limit if limit is None else limit,
            length=number(steward.client, log, "length"),
            head=decode_hex(steward.client, log, "head"),
        )

    propose(find, **signing)


@propose_group.command("standing")
@click.argument("coop", metavar="COOP")
@click.option(
    "--head",
    metavar="HEX",
    help="How the head of another history begins; the one that counts in the books when left out.",
)
@signing_options
def standing(coop: str, head: str | None, **signing: Any) -> None:
    """Which history of a cooperative's log stands, after it has signed several.

    What others took in from another history is charged to that cooperative's common fund. Propose it once
    the cooperative is in quarantine and your node has what the others took in.
    """

    def find(steward: Stewardship) -> DecideBranch:
        return branch_to_stand(steward, coop_named(steward.charter, coop), head)

    propose(find, **signing)


@propose_group.command("quorums")
@click.option("--witnesses", type=click.IntRange(0, MAX_ANCHOR_SIGNATURES - 1), metavar="N")
@click.option("--decisions", type=click.IntRange(1, MAX_CHARTER_SIGNATURES), metavar="N")
@signing_options
def quorums(witnesses: int | None, decisions: int | None, **signing: Any) -> None:
    """How many witness what one takes in from another, and how many sign a decision.

    What each number bears and costs is told in docs/FEDERATION.md.
    """

    def find(steward: Stewardship) -> SetQuorums:
        charter = steward.charter
        return SetQuorums(
            witness_quorum=charter.witness_quorum if witnesses is None else witnesses,
            decision_quorum=charter.decision_quorum if decisions is None else decisions,
        )

    propose(find, **signing)


@propose_group.command("leave")
@click.argument("coop", metavar="COOP")
@signing_options
def leave(coop: str, **signing: Any) -> None:
    """A cooperative leaves. Its log ends by itself once every balance in it is zero. There is no way back."""
    propose(lambda steward: Leave(coop=coop_named(steward.charter, coop).number), **signing)


@propose_group.command("time-fall")
@click.argument("coop", metavar="COOP")
@click.option("--to", "to", type=MOMENT, required=True, help="The earliest time: 2026-03-01T12:00.")
@click.option(
    "--length",
    type=click.IntRange(0, MAX),
    help="The entry after which it may fall; what your node holds of the log and one more by default.",
)
@signing_options
def time_fall(coop: str, to: int, length: int | None, **signing: Any) -> None:
    """Let the time in a cooperative's log fall once, after a clock ran ahead. Times are universal.

    The change is itself an entry of that log, with the wrong time still. So it may fall after that entry.
    """

    def find(steward: Stewardship) -> LetTimeFall:
        found = coop_named(steward.charter, coop)
        after = _length(steward, coop, None) + 1 if length is None else length
        return LetTimeFall(coop=found.number, length=after, time=to)

    propose(find, **signing)


@propose_group.command("entries-per-day")
@click.argument("count", type=click.IntRange(0, MAX), metavar="N")
@signing_options
def entries_per_day(count: int, **signing: Any) -> None:
    """How many payments a log takes in a day, and how many other entries; 0: no bound."""
    propose(lambda _: SetEntriesPerDay(entries_per_day=count or None), **signing)


@propose_group.command("stewards")
@click.argument("coop", metavar="COOP")
@click.option(
    "--steward",
    "people",
    multiple=True,
    required=True,
    metavar="NAME:HEX",
    help="A steward and the key that `fiado steward key new` printed; give all of them.",
)
@click.option("--threshold", type=click.IntRange(1), required=True, help="How many have to sign.")
@signing_options
def stewards(coop: str, people: tuple[str, ...], threshold: int, **signing: Any) -> None:
    """Other stewards for a cooperative: all of them, those who stay as well."""
    named = stewards_from(people)
    if threshold > len(named):
        raise click.UsageError(
            say(
                "--threshold {threshold}: there are {count} stewards.",
                threshold=threshold,
                count=len(named),
            )
        )

    def find(steward: Stewardship) -> SetStewards:
        number_ = coop_named(steward.charter, coop).number
        return SetStewards(coop=number_, threshold=threshold, stewards=named)

    propose(find, **signing)


def stewards_from(people: tuple[str, ...]) -> tuple[Steward, ...]:
    """Stewards as options name them, `NAME:HEX`; usage errors for anything else."""
    found = []
    for person in people:
        name, mark, key = person.rpartition(":")
        if not mark or not name:
            raise click.UsageError(
                say("--steward {person}: write a name, a colon and a key.", person=person)
            )
        found.append(Steward(name=name, key=KEY.convert(key, None, None)))
    if len({steward.key for steward in found}) < len(found):
        raise click.UsageError(say("--steward: two of them have the same key."))
    return tuple(found)


for more in (currency, index):
    propose_group.add_command(more)
