"""`fiado index verify`: recompute a node's index from the certificates, believing nothing but the charter.

Every certificate is fetched and checked by the ledger's own rules: publishers, quorum, signatures,
observations, median, caps. From them the table of values is computed anew and compared with what the node
says. Surveys' files are fetched too: their hashes have to fit, and their levels to follow from their prices.
"""

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

from cli.index.print_words import level_words
from cli.index.survey_closed import level_of_file
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import day
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, output_option
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from ledger.charter import Charter
from ledger.charter_index import Redenominate, SetIndex
from ledger.decisions import Decision, IndexEntry
from ledger.entries import decode_transaction
from ledger.errors import CharterError
from ledger.founding import parse_founding
from ledger.index.days import text_from_day
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.index import decide_index, index_of_new_log
from ledger.rules.index_rows import index_row, load_index
from node.member.charters import KnownCharter, known_charter, with_news
from node.member.client import NodeClient, NodeMisbehaved, NodeProblem, path_of

_MOST_DECISIONS: Final = 20_000
_VALUES_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLevel:
    """A coop signed a level that the prices of its survey don't give: that coop's doing, not the node's."""

    coop: str
    period: str
    signed: int
    survey: str

    def words(self) -> str:
        """For people, a sentence."""
        return say(
            "{period}: the level that {coop} signed, {level}, does not follow from its survey {name}.",
            period=self.period,
            coop=self.coop,
            level=level_words(self.signed),
            name=self.survey,
        )


@dataclass(slots=True)
class Checked:
    """What was checked."""

    prints: int = 0
    sources: int = 0
    surveys: int = 0
    surveys_missing: list[str] = field(default_factory=list)
    wrong: list[WrongLevel] = field(default_factory=list)


@click.command()
@click.option(
    "--node", "url", required=True, type=NODE_URL, metavar="URL", help="The node to check."
)
@click.option(
    "--charter",
    "charter_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The charter that you trust; the node's own by default, whose id is shown.",
)
@output_option
def verify(*, url: str, charter_file: Path | None, output: Output) -> None:
    """Check a node's values of the unit: recompute them all from the cooperatives' signatures.

    A cooperative whose survey's prices don't give the level that it signed is named with the week, and the
    check goes on; it ends with 6 then, as where the index itself does not hold.
    """
    with NodeClient(url) as client:
        source = charter_file.read_bytes() if charter_file else client.get_bytes("/v1/charter").body
        try:
            known = with_news(client, known_charter(parse_founding(source)))
        except CharterError as error:
            raise NodeMisbehaved(
                url, say("its charter can't be read: {error}", error=retold(str(error)))
            ) from error
        charter = known.charter
        if charter.index is None:
            raise CliError(
                ExitCode.REFUSED,
                "no_index",
                say("This federation's unit is not indexed to prices."),
                say("There is nothing to check."),
            )
        checked = Checked()
        index = _recompute(client, known, checked)
        days = _compare_values(client, index)
    output.fields(
        {
            say("federation"): charter.federation.hex(),
            say("prints"): str(checked.prints),
            say("changes of source"): str(checked.sources),
            say("survey files"): say(
                "{surveys}, not to be had {count}",
                surveys=checked.surveys,
                count=len(checked.surveys_missing),
            ),
            say("days"): say("{days}, to {day}", days=days, day=day(index.known_until)),
        }
    )
    output.line(say("Every value follows from the charter and what the cooperatives signed."))
    for wrong in checked.wrong:
        output.line(wrong.words())
    if checked.wrong:
        output.line(
            say("Ask those cooperatives for their prices: the values hold by what was signed.")
        )
    output.result(
        {
            "federation": charter.federation.hex(),
            "prints": checked.prints,
            "sources": checked.sources,
            "surveys": checked.surveys,
            "surveys_missing": checked.surveys_missing,
            "wrong_levels": [asdict(wrong) for wrong in checked.wrong],
            "days": days,
            "known_until": text_from_day(index.known_until),
        }
    )
    if checked.wrong:
        click.get_current_context().exit(int(ExitCode.AUDIT_FAILED))


def _recompute(client: NodeClient, known: KnownCharter, checked: Checked) -> Index:
    """The index after all certificates of the node, under each table that the charter has had."""
    index = index_of_new_log(known.founding.genesis)
    rows: dict[bytes, bytes] = {}
    for before, after, entry in zip(
        known.charters, known.charters[1:], known.entries, strict=False
    ):
        change = entry.change
        if isinstance(change, SetIndex) and index is not None:
            index = _take_in(client, before, index, rows, checked, until=change.first_day - 1)
            if index.known_until != change.first_day - 1:
                raise _wrong(
                    say(
                        "it lacks certificates from before version {version}", version=after.version
                    )
                )
        if isinstance(change, SetIndex | Redenominate):
            index = load_index(after, sorted(rows.items()))
    assert index is not None, "the newest charter has an index"
    return _take_in(client, known.charter, index, rows, checked)


def _take_in(
    client: NodeClient,
    charter: Charter,
    index: Index,
    rows: dict[bytes, bytes],
    checked: Checked,
    *,
    until: int | None = None,
) -> Index:
    """Take in certificates, changes of source first, up to a day, or until the node has no next one.

    `rows` are those of the chapter of the index; those taken in are added.
    """
    for _ in range(_MOST_DECISIONS):
        if until is not None and index.known_until >= until:
            return index
        due = (
            (Decision.SOURCE, len(index.sources) + 1),
            (Decision.PRINT, index.due_window.period),
        )
        for decision, number in due:
            entry = _certificate(client, decision, number, table=index.line.run)
            if entry is None:
                continue
            decided = decide_index(entry, charter=charter, index=index)
            if isinstance(decided, Refusal):
                if decision is Decision.SOURCE:
                    continue  # its turn may come after the next print
                raise _wrong(
                    say(
                        "the certificate of period {number} is refused: {code}",
                        number=number,
                        code=decided.code,
                    )
                )
            index, row = decided, index_row(entry.decided, run=decided.line.run)
            assert row.value is not None, "a decision that is taken in leaves a row"
            rows[row.key] = row.value
            checked.prints += decision is Decision.PRINT
            checked.sources += decision is Decision.SOURCE
            _check_surveys(client, charter, entry, checked)
            break
        else:
            return index
    raise _wrong(say("it has no end of certificates"))


def _certificate(
    client: NodeClient, decision: Decision, number: int, *, table: int
) -> IndexEntry | None:
    path = path_of("v1", "index", "certificates", decision.value, number)
    try:
        entry = decode_transaction(client.get_bytes(path, table=table).body)
    except NodeProblem as problem:
        if problem.code == "certificate_not_found":
            return None
        raise
    if not isinstance(entry, IndexEntry) or not _answers(entry, decision, number):
        raise NodeMisbehaved(client.url, say("its certificate is of something else"))
    return entry


def _answers(entry: IndexEntry, decision: Decision, number: int) -> bool:
    """Whether it is what was asked for: for a print that there is not, the one that covers its period."""
    is_covering = decision is Decision.PRINT and entry.number > number
    return entry.decision is decision and (entry.number == number or is_covering)


def _check_surveys(
    client: NodeClient, charter: Charter, entry: IndexEntry, checked: Checked
) -> None:
    for seen in entry.observations or ():
        name = seen.survey_hash.hex()
        try:
            data = client.get_bytes(path_of("v1", "index", "surveys", name)).body
        except NodeProblem as problem:
            if problem.code != "survey_not_found":
                raise
            checked.surveys_missing.append(name)
            continue
        if sha256(data).digest() != seen.survey_hash:
            raise _wrong(say("the survey file {name} has another hash", name=name))
        checked.surveys += 1
        if level_of_file(data) != seen.level:
            assert charter.index is not None, "a certificate was taken in under it"
            checked.wrong.append(
                WrongLevel(
                    coop=charter.coops[seen.coop].name,
                    period=charter.index.parameters.periods.name(entry.number),
                    signed=seen.level,
                    survey=name,
                )
            )


def _compare_values(client: NodeClient, index: Index) -> int:
    """Compare every day's value; how many there are."""
    base = index.parameters.base_day
    for start in range(0, len(index.values), _VALUES_AT_ONCE):
        answer = client.get(
            "/v1/index/values", first=text_from_day(base + start), count=_VALUES_AT_ONCE
        )
        expected = [
            {"day": text_from_day(base + start + place), "value": value}
            for place, value in enumerate(index.values[start : start + _VALUES_AT_ONCE])
        ]
        if answer.get("values") != expected:
            raise _wrong(say("the node's values are not those that follow from the certificates"))
    return len(index.values)


def _wrong(what: str) -> CliError:
    return CliError(
        ExitCode.AUDIT_FAILED,
        "index_wrong",
        say("The index of this node does not hold: {what}.", what=what),
        say(
            "Show this to your cooperative, and check another cooperative's node with the same "
            "charter."
        ),
    )
