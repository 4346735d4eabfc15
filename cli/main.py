"""The entry point of the `fiado` command.

It gathers the commands; each group of commands lives in a module of its own.
"""

import click

import ledger
from cli import words_commands, words_node
from cli.command_group import CommandGroup
from cli.commands.account import balance, history, memo
from cli.commands.audit import audit
from cli.commands.doctor import doctor
from cli.commands.federation import federation
from cli.commands.join import join
from cli.commands.merchant import merchant
from cli.commands.node import node
from cli.commands.pay import pay, request
from cli.commands.receipt import receipt
from cli.commands.steward import steward
from cli.commands.wallet import wallet
from cli.demo.command import demo
from cli.index_commands import index_group

# Importing these registers the words of the errors.
_WORDS = (words_commands, words_node)


@click.group(cls=CommandGroup)
@click.version_option(ledger.__version__, prog_name="fiado")
def main() -> None:
    """Fiado: mutual credit between cooperatives, with books that anyone can audit."""


for command in (
    audit,
    balance,
    demo,
    doctor,
    federation,
    history,
    index_group,
    join,
    memo,
    merchant,
    node,
    pay,
    receipt,
    request,
    steward,
    wallet,
):
    main.add_command(command)
