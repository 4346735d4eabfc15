"""The entry point of the `fiado` command.

It knows the commands by name; each group of commands lives in a module of its own, which is loaded when
one of them is typed. `tests/cli/test_start.py` lists what must not be loaded before that.
"""

from typing import Final

import click

import ledger
from cli.shell.command_group import CommandGroup
from cli.shell.errors import words_stand_in
from cli.shell.lazy_commands import LazyCommands
from node.words.codes import NAMES

PLACES: Final = {
    "account": "cli.keys.commands:account",
    "audit": "cli.audit.commands:audit",
    "balance": "cli.account.balance:balance",
    "balances": "cli.account.review:balances",
    "bylaws": "cli.bylaws.commands:bylaws",
    "commons": "cli.commons.commands:commons",
    "contact": "cli.contact.commands:contact",
    "debts": "cli.leaving.commands:debts",
    "demo": "cli.demo.command:demo",
    "doctor": "cli.node.doctor:doctor",
    "federation": "cli.federation.commands:federation",
    "guarantee": "cli.guarantee.commands:guarantee",
    "history": "cli.account.commands:history",
    "index": "cli.index:index_group",
    "join": "cli.account.join:join",
    "leave": "cli.leaving.commands:leave",
    "memo": "cli.account.commands:memo",
    "name": "cli.account.name:name",
    "merchant": "cli.merchant.commands:merchant",
    "node": "cli.node.commands:node",
    "notices": "cli.account.notices:notices",
    "opening": "cli.account.opening:opening",
    "pay": "cli.paying.commands:pay",
    "proposal": "cli.proposal.commands:proposal",
    "recovery": "cli.recovery.commands:recovery",
    "receipt": "cli.paying.receipt_command:receipt",
    "review": "cli.account.review:review",
    "request": "cli.paying.requesting:request",
    "statement": "cli.account.statement:statement",
    "steward": "cli.steward.commands:steward",
    "wallet": "cli.wallet.commands:wallet",
}

words_stand_in("cli.shell.words", "cli.shell.words_of_nodes", "cli.wallet.words")

READING: Final = frozenset(
    {
        *("bylaws explain", "bylaws show", "commons books", "commons statement"),
        *(
            "audit",
            "balance",
            "debts",
            "doctor",
            "history",
            "receipt",
            "request",
            "federation history",
        ),
        *("balances", "contact list", "review", "statement"),
        *("federation requests", "federation show"),
        *("index backtest", "index compute", "index convert", "index history", "index plot"),
        *("index show", "index verify", "merchant invoice list", "merchant invoice show"),
        *("merchant key list", "merchant report", "merchant webhook deliveries"),
        *(
            "merchant webhook list",
            "node status",
            "proposal list",
            "proposal minutes",
            "proposal show",
            "proposal verify",
            "recovery show",
            "guarantee list",
            "guarantee show",
            "steward guarantees",
            "steward debts",
            "steward members",
            "steward pending",
            "steward review",
        ),
        "name show",
        "notices list",
        "opening show",
        "federation import check",
        "account keys",
        "wallet show",
    }
)
"""Commands that change nothing."""


@click.group(cls=CommandGroup, commands=LazyCommands(PLACES), reading=READING)
@click.option(
    "--lang",
    type=click.Choice(sorted(NAMES)),
    expose_value=False,
    help="Speak this language; otherwise the one that FIADO_LANG, LC_ALL, LC_MESSAGES or LANG names.",
)
@click.version_option(ledger.__version__, prog_name="fiado")
def main() -> None:
    """Fiado: mutual credit between cooperatives, with books that anyone can audit."""
