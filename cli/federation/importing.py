"""`fiado federation import`: a community moves in with its members and balances."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from cli.federation.moving import show_plan, submit_plan
from cli.federation.moving_plan import MovingPlan, make_plan, read_plan, render_plan
from cli.federation.old_systems import SYSTEMS, ImportProblem, OldBooks, read_old_books
from cli.shell.consent import agree_to_sign
from cli.shell.csv_text import csv_text, separator_here
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import LIMIT, output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.office import able
from cli.steward.signing import new_reason
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from node.member.answers import objects
from node.member.client import Json
from node.member.mnemonic import Language, entropy_length, seed_from_words, words_from_entropy
from node.member.private_files import DiskFiles

FILE = click.Path(path_type=Path, dir_okay=False)
_WORDS = 24
_PAGE = 200
_MOST_HANDLES = 20
_FAR_FROM_ZERO = 4
"""A sum beyond this part of all balances together is told, as a sign may be wrong."""

_system = click.option(
    "--from",
    "system",
    required=True,
    type=click.Choice(sorted(SYSTEMS)),
    help="The system that the file is an export of.",
)
_limit = click.option(
    "--limit", type=LIMIT, default=0, help="The credit limit of members for whom the file has none."
)


@click.group("import")
def import_group() -> None:
    """Move in from another system: members, limits and balances, from its export as CSV."""


@import_group.command("check")
@click.argument("file", type=FILE)
@_system
@_limit
@output_option
def check(file: Path, system: str, limit: int, output: Output) -> None:
    """Say what an import of FILE would do, and do nothing.

    Every row is read; the first that can't be taken in is named with its line.
    """
    books = _books(file, system)
    tell_books(books, limit, output)
    output.line(say("Nothing was changed. `fiado federation import prepare` makes the plan."))
    output.result(books_as_json(books, limit))


@import_group.command("prepare")
@click.argument("file", type=FILE)
@_system
@_limit
@click.option(
    "--resolution",
    required=True,
    metavar="TEXT",
    help="What was resolved, and when; at most 512 bytes.",
)
@click.option("--out", required=True, type=FILE, help="Where the plan is written; a new file.")
@click.option(
    "--invitations",
    required=True,
    type=FILE,
    help="Where each member's words are written, as CSV; a new file.",
)
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.SPANISH.value,
    help="The language of the members' words.",
)
@click.option("--yes", is_flag=True, help="Sign without asking; for scripts.")
@steward_key_option
@passphrase_options
@output_option
def prepare(
    file: Path,
    system: str,
    limit: int,
    resolution: str,
    out: Path,
    invitations: Path,
    language: str,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Make the plan to move in with FILE, sign it, and write an invitation for each member.

    Each invitation has 24 words, with which the member's wallet takes over the account; until then who has
    the file of invitations could pay from every account. Give each member theirs, then delete it.
    """
    _check_free(out, invitations)
    reason = new_reason(resolution)
    books = _books(file, system)
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        tell_books(books, limit, output)
        if not yes:
            agree_to_sign(say("Sign this?"))
        spoken = [
            words_from_entropy(os.urandom(entropy_length(_WORDS)), language=Language(language))
            for _ in books.members
        ]
        plan = make_plan(
            books,
            [seed_from_words(words) for words in spoken],
            charter=steward.charter,
            coop=steward.coop,
            first_account=_next_account(steward),
            limit=limit,
            resolution=reason,
        ).sign(steward.key)
        _write_invitations(invitations, books, plan, spoken)
        DiskFiles().replace(out, render_plan(plan).encode("utf-8"))
        _tell_signed(plan, out, output)
        output.line(
            say("{file} has everybody's words: who reads it can pay as anybody.", file=invitations)
        )
        output.result(books_as_json(books, limit) | _signed_as_json(plan, out))


def _check_free(out: Path, invitations: Path) -> None:
    """Two new files: of the members' words there is no other copy."""
    if out.resolve() == invitations.resolve():
        raise CliError(
            ExitCode.USAGE,
            "same_file",
            say("The plan and the invitations can't be the same file, {file}.", file=out),
            say("Give --out and --invitations each a place of its own."),
        )
    for path in (out, invitations):
        if path.is_symlink() or path.exists():
            raise CliError(
                ExitCode.USAGE,
                "file_exists",
                say(
                    "There is a file at {path} already, and a new plan never replaces one.",
                    path=path,
                ),
                say(
                    "Choose another place with --out or --invitations, or move the file away if you "
                    "are sure."
                ),
            )


def _next_account(steward: Stewardship) -> int:
    """The number after the last account that there is."""
    last, after = 0, 0
    while True:
        page = steward.client.get(f"/v1/members?after={after}&limit={_PAGE}")
        rows = objects(steward.client, page, "members")
        last = max([last, *(int(row["account"]) for row in rows)])
        if page.get("next") is None:
            return last + 1
        after = int(str(page["next"]))


def _write_invitations(
    path: Path, books: OldBooks, plan: MovingPlan, spoken: Sequence[Sequence[str]]
) -> None:
    rows: list[Sequence[str | int]] = [("id", "name", "address", "account", "words")]
    for member, draft, words in zip(books.members, plan.admissions, spoken, strict=True):
        address = f"{member.handle}@{plan.coop.name}"
        account = getattr(draft.transaction, "account")  # noqa: B009
        rows.append((member.id, member.name, address, account, " ".join(words)))
    DiskFiles().replace(path, csv_text(rows, separator=separator_here(os.environ)).encode("utf-8"))


@import_group.command("sign")
@click.argument("plan", type=FILE)
@click.option("--yes", is_flag=True, help="Sign without asking; for scripts.")
@steward_key_option
@passphrase_options
@output_option
def sign(
    plan: Path, yes: bool, key_path: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Look at a PLAN and sign it, as every steward does; the file is written again."""
    with open_stewardship(key_path, passphrase) as steward:
        found = read_plan(plan, steward.charter, steward.coop)
        show_plan(found, output)
        signed = found.sign(steward.key)
        if signed == found:
            output.note(say("You had signed already."))
        elif not yes:
            agree_to_sign(say("Sign this?"))
        DiskFiles().replace(plan, render_plan(signed).encode("utf-8"))
        _tell_signed(signed, plan, output)
        output.result(_signed_as_json(signed, plan))


@import_group.command("submit")
@click.argument("plan", type=FILE)
@steward_key_option
@passphrase_options
@output_option
def submit(plan: Path, key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Let the node record a PLAN that all stewards have signed: first the members, then their balances.

    What is recorded already is passed over, so a plan can be submitted again after an interruption.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        found = read_plan(plan, steward.charter, steward.coop)
        output.result(submit_plan(found, steward, output))


def _books(file: Path, system: str) -> OldBooks:
    try:
        return read_old_books(file, SYSTEMS[system])
    except ImportProblem as problem:
        put_right = say("Put it right in the file or in the system before; nothing was changed.")
        place = say("{file}, line {line}", file=file, line=problem.line) if problem.line else file
        raise CliError(
            ExitCode.REFUSED,
            "import_malformed",
            say("{place}: {problem}.", place=place, problem=problem.problem),
            " ".join(filter(None, (problem.remedy, put_right))),
        ) from problem


def tell_books(books: OldBooks, limit: int, output: Output) -> None:
    """What an import would do."""
    owed = -sum(member.balance for member in books.members if member.balance < 0)
    output.fields(
        {
            say("system before"): books.system.name,
            say("members"): str(len(books.members)),
            say("organisations"): str(sum(member.is_organisation for member in books.members)),
            say("owed by members"): in_units(owed),
            say("the commons will have"): in_units(-books.total),
            say("without a limit in the file"): str(
                sum(member.limit is None for member in books.members)
            ),
            say("hash of the file"): books.statement.hex(),
        }
    )
    _warn_of_sum(books, output)
    _tell_handles(books, output)
    if books.unknown_columns:
        output.note(say("Columns passed over: {names}.", names=", ".join(books.unknown_columns)))
    beyond = [
        member
        for member in books.members
        if -member.balance > (limit if member.limit is None else member.limit)
    ]
    if beyond:
        output.note(
            say(
                "{count} members owe more than their limit; they can spend again once they owe less.",
                count=len(beyond),
            )
        )


def _warn_of_sum(books: OldBooks, output: Output) -> None:
    moved = sum(abs(member.balance) for member in books.members)
    if abs(books.total) * _FAR_FROM_ZERO > moved:
        output.note(
            say(
                "The balances sum to {total}, far from zero for {moved} in all: a sign or a column may be "
                "wrong.",
                total=in_units(books.total),
                moved=in_units(moved),
            )
        )


def _tell_handles(books: OldBooks, output: Output) -> None:
    """Who will be called otherwise than in the system before."""
    changed = [member for member in books.members if member.has_other_handle]
    if not changed:
        return
    output.line(say("Handles that differ from the file:"))
    for member in changed[:_MOST_HANDLES]:
        output.line(
            say(
                "  line {line}: “{id}” becomes {handle}",
                line=member.line,
                id=member.id,
                handle=member.handle,
            )
        )
    if len(changed) > _MOST_HANDLES:
        output.line(say("  and {count} more; --json has all.", count=len(changed) - _MOST_HANDLES))


def books_as_json(books: OldBooks, limit: int) -> Json:
    """The same for programs."""
    return {
        "system": books.system.name,
        "statement": books.statement.hex(),
        "commons": -books.total,
        "unknown_columns": list(books.unknown_columns),
        "members": [
            {
                "line": member.line,
                "id": member.id,
                "handle": member.handle,
                "has_other_handle": member.has_other_handle,
                "class": "organisation" if member.is_organisation else "person",
                "balance": member.balance,
                "limit": limit if member.limit is None else member.limit,
            }
            for member in books.members
        ],
    }


def _tell_signed(plan: MovingPlan, path: Path, output: Output) -> None:
    output.line(
        say(
            "Signed, in {file}, by {names}; all {count} stewards have to.",
            file=path,
            names=", ".join(plan.signed_by),
            count=able(plan.coop),
        )
    )


def _signed_as_json(plan: MovingPlan, path: Path) -> Json:
    return {"file": str(path), "signed_by": plan.signed_by, "parts": len(plan.parts)}
