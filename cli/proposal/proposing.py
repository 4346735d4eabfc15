"""Making a proposal: by stewards as a draft at the desk, by members as a file that they pass around."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from nacl.utils import random

from cli.proposal.demand import Demand, render_demand
from cli.proposal.reader import Reader
from cli.shell.consent import agree_to_sign
from cli.shell.describing import describe
from cli.shell.language import say
from cli.shell.parameters import wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft, ReasonText
from cli.steward.signing import FILE, sign_draft, signing_options, waiting_drafts
from cli.steward.stewardship import Stewardship, open_stewardship
from cli.wallet.membership import open_membership
from ledger.government.actions import Action, Expel
from ledger.memos import MAX_PROPOSAL_BYTES, SALT_BYTES, proposal_hash
from ledger.transactions import Propose
from node.member.answers import integer, number
from node.member.client import Json, NodeClient, path_of
from node.member.membership import Membership
from node.member.voting import make_proposal

Command = TypeVar("Command", bound=Callable[..., Any])

_DAY_S: Final = 86_400
TIME_TO_SIGN_S: Final = 3 * _DAY_S
"""So much longer than the bylaws ask a vote is announced, so that others have time to sign it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What all ways to propose have in common, as the options say it."""

    text: Path
    ballot: Path | None
    days: int | None
    demand: Path | None
    out: Path | None
    yes: bool
    wallet: Path
    key_path: Path
    passphrase: PassphraseSource
    output: Output


def proposing_options(command: Command) -> Command:
    """Add the options of every proposal; the command gets them together as `wish`."""

    def with_wish(
        *,
        text: Path,
        ballot: Path | None,
        days: int | None,
        demand: Path | None,
        out: Path | None,
        yes: bool,
        wallet: Path,
        key_path: Path,
        passphrase: PassphraseSource,
        output: Output,
        **own: Any,
    ) -> None:
        wish = Wish(
            text=text,
            ballot=ballot,
            days=days,
            demand=demand,
            out=out,
            yes=yes,
            wallet=wallet,
            key_path=key_path,
            passphrase=passphrase,
            output=output,
        )
        command(wish=wish, **own)

    with_wish.__doc__, with_wish.__name__ = command.__doc__, command.__name__
    with_wish.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        wallet_option,
        click.option(
            "--demand",
            type=FILE,
            help="Propose as a member, without stewards: write a file here for others to sign.",
        ),
        click.option(
            "--days",
            type=click.IntRange(min=0),
            help="So many days from now the vote may close at first. When left out, three days later than "
            "the bylaws ask (a minute, where they ask for less than a day), for others to sign.",
        ),
        click.option(
            "--ballot",
            type=FILE,
            help="The vote is secret and held elsewhere: the file of that election.",
        ),
        click.option(
            "--text", type=FILE, required=True, help="What is decided about, in words: a text file."
        ),
        signing_options,
    ):
        with_wish = option(with_wish)
    return with_wish  # type: ignore[return-value]


@contextmanager
def proposer(wish: Wish) -> Iterator[tuple[Reader, Stewardship | Membership]]:
    """Whoever proposes, with a session, for the `with` block."""
    if wish.demand is None:
        with open_stewardship(wish.key_path, wish.passphrase) as steward:
            steward.open_session()
            yield _reader(steward), steward
        return
    with open_membership(wish.wallet, wish.passphrase) as member:
        member.open_session()
        yield _reader(member), member


def _reader(who: Stewardship | Membership) -> Reader:
    account = who.account if isinstance(who, Membership) else None
    return Reader(charter=who.charter, coop=who.coop, client=who.client, account=account)


def account_named(reader: Reader, who: str) -> int:
    """The account of a member, by handle, address or number."""
    handle = who.removesuffix(f"@{reader.coop.name}")
    if handle.isdecimal():
        return int(handle)
    found = reader.client.get(path_of("v1", "accounts", reader.coop.name, f"@{handle}"))
    return integer(reader.client, found, "account")


def propose(
    wish: Wish,
    who: tuple[Reader, Stewardship | Membership],
    action: Action,
    *,
    about: tuple[int, ...] = (),
) -> None:
    """Show, ask, sign, and pass the proposal on."""
    reader, person = who
    terms = reader.client.get("/v1/proposals", limit=1)["terms"]
    text = read_text(wish.text)
    ballot = None if wish.ballot is None else hashlib.sha256(wish.ballot.read_bytes()).digest()
    first = first_close(reader.client, terms, action, days=wish.days)
    proposal = make_proposal(
        number=integer(reader.client, terms, "next"),
        action=action,
        text=proposal_hash(salt=text.salt, text=text.text),
        about=about,
        first=first,
        second=first + integer(reader.client, terms, "second_call"),
        ballot=ballot,
    )
    if isinstance(person, Membership):
        _demand(wish, person, proposal, text, needed=integer(reader.client, terms, "demanded"))
        return
    _tell_of_the_same_number(person, proposal, wish.output)
    draft = Draft(charter=person.charter, coop=person.coop, transaction=proposal, reason=text)
    wish.output.result(sign_draft(person, draft, out=wish.out, yes=wish.yes, output=wish.output))


def _tell_of_the_same_number(steward: Stewardship, proposal: Propose, output: Output) -> None:
    """Texts and dates differ from draft to draft, so two stewards who type the same make two drafts."""
    for other in waiting_drafts(steward):
        if isinstance(other.transaction, Propose) and other.transaction.number == proposal.number:
            output.note(
                say(
                    "Draft {id}, signed by {names}, is a proposal {number} too, and only one of the two "
                    "can be opened. If it says what you want, sign it instead: `fiado steward sign {id}`.",
                    id=other.id_,
                    names=", ".join(other.signed_by) or say("nobody"),
                    number=proposal.number,
                )
            )


def _demand(
    wish: Wish, member: Membership, proposal: Propose, text: ReasonText, *, needed: int
) -> None:
    assert wish.demand is not None, "who demands has said where the file goes"
    output = wish.output
    demand = Demand(
        federation=member.charter.federation,
        coop=member.coop.number,
        transaction=proposal,
        text=text,
    )
    signed = sign_demand(member, demand, yes=wish.yes, output=output)
    wish.demand.write_text(render_demand(signed), encoding="utf-8")
    output.line(
        say(
            "Signed, in {demand}. {needed} members have to sign it: `fiado proposal sign "
            "{demand}`, then `fiado proposal submit {demand}`.",
            demand=wish.demand,
            needed=needed,
        )
    )
    output.result(demand_as_json(signed, needed) | {"file": str(wish.demand)})


def sign_demand(member: Membership, demand: Demand, *, yes: bool, output: Output) -> Demand:
    """Show a demand, ask, and sign it."""
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    names = {(member.coop.number, member.account): member.handle}
    for line in describe(
        demand.transaction,
        charter=member.charter,
        coop=member.coop.number,
        reason=demand.text.text,
        names=names,
    ):
        output.line(line)
    if not yes:
        agree_to_sign(say("Sign this?"))
    return demand.sign(member.key, member.account)


def demand_as_json(demand: Demand, needed: int | None) -> Json:
    """A demand for programs."""
    return {
        "proposal": demand.transaction.number,
        "signed_by": [account for account, _ in demand.transaction.members],
        "needed": needed,
    }


def read_text(path: Path) -> ReasonText:
    """The text of a proposal from a file, with a new salt."""
    text = path.read_text(encoding="utf-8").strip()
    if not text or len(text.encode("utf-8")) > MAX_PROPOSAL_BYTES:
        raise click.UsageError(
            say(
                "--text {path}: it has to say something, in at most {max_proposal_bytes} bytes.",
                path=path,
                max_proposal_bytes=MAX_PROPOSAL_BYTES,
            )
        )
    return ReasonText(salt=random(SALT_BYTES), text=text)


def first_close(client: NodeClient, terms: Json, action: Action, *, days: int | None) -> int:
    """When the vote may close at first: as soon as the bylaws let it, with time to sign, or in `days`."""
    notice = number(client, terms, "notice")
    if isinstance(action, Expel):
        notice = max(notice, number(client, terms, "hearing"))
    now = number(client, terms, "time")
    if days is not None:
        return now + days * _DAY_S
    # Short terms are for trying things out: whoever has them will not wait for days.
    return now + notice + (TIME_TO_SIGN_S if notice >= _DAY_S else min(60, notice))
