"""`fiado audit`: replays all logs from the beginning, and says whether everything holds."""

import time
from pathlib import Path

import click

from cli.audit.findings import finding_as_json, finding_words
from cli.audit.signing_in import LogReader
from cli.audit.sources import audit_folder, audit_url
from cli.shell.describing import counted_payments
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units, marked, moment
from cli.shell.language import say
from cli.shell.parameters import (
    NODE_TARGET,
    output_option,
    passphrase_options,
    wallet_option,
)
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from ledger.founding import Founding
from node.audit import AuditReport


@click.command()
@click.argument("targets", type=NODE_TARGET, metavar="FOLDER|URL", nargs=-1, required=True)
@click.option(
    "--federation",
    metavar="ID",
    help="Fail unless this is the federation's id, as it was agreed on.",
)
@click.option(
    "--as-member",
    is_flag=True,
    help="Sign in with the wallet: a node may give its log to its members only.",
)
@wallet_option
@passphrase_options
@output_option
def audit(
    targets: tuple[Path | str, ...],
    federation: str | None,
    as_member: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Replay every log from its first entry, by the rules, and check that everything holds.

    A FOLDER is a node's, which may be running, or a copy of it. With a URL the logs are fetched from a
    node; nothing it says is believed without proof. With several targets, what they hold is compared.

    It ends with 0 only if everything holds; otherwise it names the log, the entry and the rule.
    """
    results = []
    reader = LogReader(wallet, passphrase) if as_member else None
    for number, target in enumerate(targets):
        if number:
            output.line()
        begun = time.monotonic()
        if isinstance(target, Path):
            founding, report = audit_folder(target, output)
        else:
            founding, report = audit_url(target, output, reader)
        seconds = time.monotonic() - begun
        _page(str(target), founding, report, seconds, output)
        results.append((str(target), founding, report, seconds))
    reports = [report for _, _, report, _ in results]
    digests = {report.digest for report in reports}
    equal = len(digests) == 1 and None not in digests
    if len(results) > 1:
        output.line()
        output.line(
            say("All of them hold the same state.")
            if equal
            else say(
                "THEY DO NOT HOLD THE SAME STATE. While payments are made that is normal for a "
                "moment: audit again once nothing is on its way."
            )
        )
    wrong = federation is not None and any(r.federation.hex() != federation for r in reports)
    if wrong:
        output.line(say("THIS IS NOT THE FEDERATION WITH THAT ID."))
    documents = [_as_json(target, founding, report, s) for target, founding, report, s in results]
    holds = all(report.holds for report in reports) and not wrong
    if len(documents) == 1:
        output.result({**documents[0], "holds": holds})
    else:
        output.result({"holds": holds, "digests_equal": equal, "audits": documents})
    if not holds or (len(results) > 1 and not equal):
        click.get_current_context().exit(int(ExitCode.AUDIT_FAILED))


def _page(
    target: str, founding: Founding, report: AuditReport, seconds: float, output: Output
) -> None:
    """The one page that a person reads."""
    output.line(say("Audit of {target}", target=target))
    output.fields(_facts(founding, report, seconds))
    output.line()
    _logs(report, output)
    _branches(report, output)
    output.line()
    if report.holds:
        output.line(say("Everything holds."))
    for finding in report.findings:
        for line in finding_words(finding, report.charter):
            output.line(line)
        output.line()


def _facts(founding: Founding, report: AuditReport, seconds: float) -> dict[str, str]:
    """What was found in all logs together, by name."""
    digest = (
        say("none: not every log could be replayed")
        if report.digest is None
        else report.digest.hex()
    )
    members = sum(log.members for log in report.logs)
    paid = sum(log.paid for log in report.logs)
    transit = sum(log.in_transit for log in report.logs)
    transit_amount = sum(log.in_transit_amount for log in report.logs)
    newest = max((log.time for log in report.logs), default=0)
    return {
        say("federation"): founding.name,
        say("federation id"): report.federation.hex(),
        say("charter version"): str(report.charter.version),
        say("members"): f"{members}",
        say("entries"): f"{report.entries}",
        say("payments"): say(
            "{payments}, of {amount} {unit} together",
            payments=report.payments,
            amount=in_units(paid),
            unit=founding.unit,
        ),
        say("newest entry"): moment(newest) if newest else say("none"),
        say("sum of everything"): in_units(report.total),
        **_loss(report),
        say("on its way"): f"{counted_payments(transit)}, {in_units(transit_amount)}",
        say("state digest"): digest,
        say("validator"): say(report.validator),
        say("took"): marked(f"{seconds:.1f} s"),
    }


def _logs(report: AuditReport, output: Output) -> None:
    """What each log has come to, and what of it is not signed yet."""
    rows = [
        [
            _name(report, log.coop),
            str(log.replayed)
            if log.replayed == log.length
            else say("{replayed} of {length}", replayed=log.replayed, length=log.length),
            str(log.members),
            str(log.payments),
            in_units(log.position),
            in_units(-log.clearing_limit),
            in_units(log.in_transit_amount),
        ]
        for log in report.logs
    ]
    headings = [
        say("log"),
        say("entries"),
        say("members"),
        say("payments"),
        say("position"),
        say("lowest"),
        say("on its way"),
    ]
    output.table(headings, rows, right_aligned=headings[1:])
    for log in report.logs:
        if log.signed < log.replayed and log.replayed == log.length:
            output.line(
                say(
                    "The last {value} entries of {name} are not yet covered by a signed head.",
                    value=log.replayed - log.signed,
                    name=_name(report, log.coop),
                )
            )


def _loss(report: AuditReport) -> dict[str, str]:
    """What a fork has lost, where there was one: exactly that is what the sum may be."""
    losses = {
        say("of it {name}", name=_name(report, coop)): in_units(loss)
        for coop, loss in report.losses.items()
    }
    return {} if not losses else {say("loss of a fork"): in_units(report.fork_loss), **losses}


def _branches(report: AuditReport, output: Output) -> None:
    """The histories of each log that has forked, and who goes by which."""
    for branch in report.branches:
        who = ", ".join(_name(report, coop) for coop in branch.gone_by) or say("nobody")
        stands = say("it stands") if branch.stands else say("it does not stand")
        output.line(
            say(
                "One history of {name} has {replayed} of {length} entries, head {head}: {stands}; it "
                "is gone by: {who}.",
                name=_name(report, branch.coop),
                replayed=branch.replayed,
                length=branch.length,
                head=branch.head.hex()[:16],
                stands=stands,
                who=who,
            )
        )


def _name(report: AuditReport, coop: int) -> str:
    """A coop's name; its number when no charter has it."""
    found = report.charter.coops.get(coop)
    return str(coop) if found is None else found.name


def _as_json(
    target: str, founding: Founding, report: AuditReport, seconds: float
) -> dict[str, object]:
    return {
        "target": target,
        "holds": report.holds,
        "federation": report.federation.hex(),
        "version": report.charter.version,
        "digest": None if report.digest is None else report.digest.hex(),
        "validator": report.validator,
        "entries": report.entries,
        "payments": report.payments,
        "members": sum(log.members for log in report.logs),
        "sum": report.total,
        "fork_loss": report.fork_loss,
        "losses": {_name(report, coop): loss for coop, loss in report.losses.items()},
        "branches": [
            {
                "coop": _name(report, branch.coop),
                "base": branch.base,
                "length": branch.length,
                "replayed": branch.replayed,
                "head": branch.head.hex(),
                "stands": branch.stands,
                "gone_by": [_name(report, coop) for coop in branch.gone_by],
            }
            for branch in report.branches
        ],
        "in_transit": sum(log.in_transit for log in report.logs),
        "in_transit_amount": sum(log.in_transit_amount for log in report.logs),
        "logs": [
            {
                "coop": _name(report, log.coop),
                "length": log.length,
                "replayed": log.replayed,
                "signed": log.signed,
                "payments": log.payments,
                "paid": log.paid,
                "members": log.members,
                "position": log.position,
                "clearing_limit": log.clearing_limit,
                "in_transit": log.in_transit,
                "in_transit_amount": log.in_transit_amount,
            }
            for log in report.logs
        ],
        "findings": [finding_as_json(finding, report.charter) for finding in report.findings],
        "seconds": round(seconds, 3),
    }
