"""What commands print when they are run is in the reader's language: many of them, against one node.

Each is run in English and in the other languages, by members who have done the same. What stands in both
outputs is English that no catalogue was asked for, or a name. Names are listed here.
"""

import asyncio
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cli.main import main
from ledger.signatures import SigningKey
from node.member.client import NodeClient
from node.member.wallet_file import create_wallet, read_wallet, replace_public, unlock_wallet
from node.member.wallet_format import KeyStretching
from node.member.wallet_lock import lock_wallet
from node.words.codes import NAMES, SOURCE_LANGUAGE
from tests.builders import Federation, build_federation, coop_name
from tests.cli.english import english_in
from tests.index_builders import index_lines
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop

PASSPHRASE = "cuatro palabras en un papel"
QUICK = KeyStretching(passes=1, memory_bytes=8_192)
OF_MEMBERS = """
    balance
    balances
    debts
    history
    pay NEXT@norte 12.50 --yes --memo pan
    pay NEXT@norte 12.50 --yes --memo pan
    pay NEXT@norte 999999 --yes
    pay nadie@norte 5 --yes
    pay nadie 5
    pay NEXT@norte
    history
    history --changes
    statement
    review
    contact add socia NEXT@norte
    contact list
    contact remove socia
    request 10 --memo pan
    account keys
    account delegate FIRST --per-payment 10 --per-day 50 --yes
    account keys
    account revoke 0 --yes
    account owners FIRST SECOND --needed 3 --yes
    name show
    opening show
    guarantee list
    guarantee show NEXT
    guarantee offer NEXT 20 --until 2027-06-30 --yes
    guarantee list
    guarantee withdraw NEXT --yes
    guarantee withdraw NEXT --yes
    recovery show
    recovery guardians NEXT=1 --needed 1 --yes
    recovery guardians NEXT OTHER --needed 2 --wait-days 7 --yes
    recovery guardians --none --yes
    recovery show
    recovery object --yes
    proposal list
    proposal show 1
    proposal vote 1 yes --yes
    merchant invoice create 3 --description pan
    merchant invoice create
    merchant invoice list
    merchant invoice show 00000000000000000000000000000000
    merchant invoice cancel nada
    merchant key create --label caja --power invoices
    merchant key list
    merchant key revoke nada
    merchant origins list
    merchant origins add https://tienda.example
    merchant origins add tienda
    merchant origins list
    merchant report
    merchant refund nada
    merchant webhook list
    merchant webhook add https://tienda.example/aviso
    merchant webhook list
    wallet show
    wallet show --check
    wallet new
    wallet node URL
    receipt show norte/1
    receipt show norte/99
    receipt verify MISSING
    leave --to NEXT --yes
    join --node URL --handle NEXT
    memo erase norte/1
"""
OF_OTHERS = """
    doctor --node URL
    doctor --node http://127.0.0.1:1
    doctor --folder NODE
    node status URL
    node status NODE
    node status http://127.0.0.1:1
    audit URL
    audit MISSING
    bylaws show --node URL
    bylaws show --node URL --all
    bylaws explain MISSING
    bylaws draft --node URL DRAFTED
    commons statement --node URL
    commons books --node URL
    federation show URL
    federation requests --node URL
    federation history --node URL
    federation fallen --node URL
    index show --node URL
    index history --node URL
    index convert --price 500 --node URL
    index convert --units 2 --node URL
    index units
    index verify --node URL
    index survey init NEW --currency ARS
    index survey check NEW
    index survey price NEW pan 5
    index backtest --prices MISSING
    steward key use URL
    steward members
    steward pending
    steward debts
    steward review FIRST
    steward guarantees FIRST
    steward freeze FROZEN --reason falta --yes
    steward pending
    steward sign nada --yes
    steward limit NEXT 100 --reason crece --yes
    steward admit nadie --yes
    steward close NEXT --reason vieja --yes
    steward claim NEXT --reason debe --yes
    steward discard nada --yes
    commons spend FIRST 5 --reason fiesta --yes
    federation propose quarantine sur --yes
    federation propose limit sur 10 --yes
    federation propose limit nadie 10 --yes
    federation propose quorums --decisions 2 --yes
    federation propose entries-per-day 5000 --yes
    federation endorse nada --yes
    index publish
    proposal new resolution --text TEXT --yes
    proposal new levy --have 1 --owe 1 --text TEXT --yes
    proposal new elect FIRST SECOND --until 2028-12-31 --threshold 1 --text TEXT --yes
    proposal new expel nadie --text TEXT --yes
    proposal new bylaws MISSING --text TEXT --yes
    balance nada
    balance --nada
    nada
"""
"""As somebody types them; words in capitals are filled in. What fails says something too."""

OF_DATA = frozenset({"index units"})
"""Commands that print data of this program: official units, with their names and sources as published."""
NAMES_OF_THINGS = frozenset(
    {
        *(
            "id",
            "fiado",
            "norte",
            "sur",
            "este",
            "Cooperativa norte",
            "Cooperativa sur",
            "Ferias fiado",
        ),
        *(
            "Python",
            "CPython",
            "libsodium",
            "PyNaCl",
            "SQLite",
            "Error",
            "CER",
            "cer",
            "ARS",
            "ok",
            "ms",
            "UTC",
            "Etc/UTC",
        ),
        *("pan", "socia", "caja", "falta", "crece", "vieja", "debe", "fiesta", "tienda"),
        *("invoices", "the statistics office"),
    }
)
"""What is called the same in every language, or was written by a person."""
_DATA = re.compile("the statistics office")
"""What the charter of the test says in English."""
_NAME = re.compile(r"\b(member\d+(?!@)|steward \d|nada|nadie)\b")
_NO_WORDS = re.compile(
    r"`[^`]*`|“[^”]*”|'[^']*'|https?://\S+|\S*/\S+|\S+@\S+|--[a-z-]+"
    r"|\w+_\w+|fiado:\S+|\b[0-9a-f]{8,}\b|[\w+/=-]{28,}|\d+"
)
_APART = re.compile(r"\s{2,}|(?<=[.:;,?!]) |[()]|\n")
_WORD = re.compile(r"[^\W\d_]{2,}")


class _People:
    """Wallets of members and of a steward, and a running node."""

    def __init__(self, root: Path, town: Town) -> None:
        self.root, self.town = root, town
        self.passphrase = root / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text(PASSPHRASE, encoding="utf-8")
        (root / "text.txt").write_text("Lo que se vota.", encoding="utf-8")
        federation = town.federation
        for account in range(1, 3 * len(NAMES) + 1):
            key = federation.member_key(1, account)
            self._wallet(self.wallet(account), key, federation, account)
        self._wallet(root / "steward" / "steward.json", federation.steward_keys[1][0])

    def wallet(self, account: int) -> Path:
        return self.root / f"member-{account}" / "wallet.json"

    def _wallet(
        self, path: Path, key: SigningKey, federation: Federation | None = None, account: int = 0
    ) -> None:
        path.parent.mkdir()
        with lock_wallet(path) as lock:
            create_wallet(lock, seed=key.seed, passphrase=PASSPHRASE, stretching=QUICK)
            if federation is not None:
                unlocked = unlock_wallet(read_wallet(path), passphrase=PASSPHRASE)
                public = replace(
                    unlocked.public,
                    federation=federation.id,
                    coop=coop_name(1),
                    account=account,
                    handle=f"member{account}",
                    node_url=self.town.node.url,
                )
                replace_public(lock, unlocked, public=public)

    async def run(self, line: str, code: str) -> str:
        """What a command prints in a language, to its people."""
        first = 3 * list(NAMES).index(code) + 1
        words = shlex.split(self._filled(line, code, first))
        taken = _options(words)
        words += ["--wallet", str(self.wallet(first))] if "--wallet" in taken else []
        if "--key" in taken and "--wallet" not in taken:
            words += ["--key", str(self.root / "steward" / "steward.json")]
        if "--passphrase-file" in taken:
            words += ["--passphrase-file", str(self.passphrase)]
        runner = CliRunner(env={"FIADO_LANG": code, "COLUMNS": "200"})
        result = await asyncio.to_thread(runner.invoke, main, words, prog_name="fiado")
        assert result.exception is None or isinstance(result.exception, SystemExit), line
        return result.output

    def _filled(self, line: str, code: str, first: int) -> str:
        folder = self.town.node.folder.folder
        values = {
            "FIRST": f"member{first}",
            "NEXT": f"member{first + 1}",
            "OTHER": f"member{first + 2}",
            "SECOND": f"member{first + 1}",
            "FROZEN": f"member{first + 2}",
            "URL": self.town.node.url,
            "NODE": str(folder),
            "MISSING": str(self.root / "nowhere"),
            "DRAFTED": str(self.root / f"bylaws-{code}.toml"),
            "NEW": str(self.root / f"survey-{code}"),
            "TEXT": str(self.root / "text.txt"),
        }
        return re.sub("|".join(values), lambda found: values[found[0]], line)


def _options(words: list[str]) -> set[str]:
    """The options that a command takes."""
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(click.Context(command), word)
        if found is None:
            return set()
        command = found
    return {name for parameter in command.params for name in parameter.opts}


def runs(text: str) -> Iterator[str]:
    """What stands together in what was printed: sentences and cells, without what is no word."""
    for part in _APART.split(_NO_WORDS.sub(" ", _NAME.sub(" ", text))):
        if words := _WORD.findall(part):
            yield " ".join(words)


def told_in_english(english: str, other: str) -> list[str]:
    """What both have and is no name or command, and lines with words that only English has."""
    both = set(runs(english)) & set(runs(other))
    told = [each for each in both - NAMES_OF_THINGS if not each.startswith("fiado ")]
    return sorted(told) + english_in(_DATA.sub(" ", other))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not there is not asked again after a while."""
    plain = NodeClient.__init__

    def without_pauses(self: NodeClient, url: str, **options: Any) -> None:
        plain(self, url, **{**options, "sleep": lambda _: None})

    monkeypatch.setattr(NodeClient, "__init__", without_pauses)


def test_english_is_found() -> None:
    """What stands in both, a word too; not what only one has, and no name."""
    english = "account  norte\nNobody owes you anything. Paid 12.50 of 13.00."
    assert (
        told_in_english(english, "cuenta  norte\nNadie te debe nada. Pagado 12,50 de 13,00.") == []
    )
    assert told_in_english(english, "account  norte\nNadie te debe nada.") == ["account"]
    both = told_in_english(english, "cuenta  norte\nNobody owes you anything. Pagado.")
    assert both[0] == "Nobody owes you anything"


@pytest.mark.parametrize("commands", [OF_MEMBERS, OF_OTHERS], ids=["members", "others"])
def test_no_command_prints_english_to_others(tmp_path: Path, commands: str) -> None:
    found: list[str] = []

    @on_loop
    async def run() -> None:
        federation = build_federation(coops=2, index=index_lines(coops=2))
        async with one_node(tmp_path / "node", federation=federation, members=9) as town:
            people = _People(tmp_path, town)
            for line in filter(None, map(str.strip, commands.splitlines())):
                english = await people.run(line, SOURCE_LANGUAGE)
                for code in NAMES.keys() - {SOURCE_LANGUAGE}:
                    told = told_in_english(english, await people.run(line, code))
                    if told and line not in OF_DATA:
                        found.append(f"{code}: {line}: {told}")

    run()
    assert found == [], "\n".join(found)
