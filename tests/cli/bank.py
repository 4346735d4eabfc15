"""A small honest node in the test's process, and a wallet of one of its members.

`Bank` answers what the member's commands ask, from real books: its receipts are signed and true, the same
bytes are recorded once. `bend` may change or lose any answer, or keep a request away from the books, so a
test decides at which point the network fails or the node lies. What reached the books is `recorded`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from click.testing import CliRunner, Result

from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.entries import decode_entry, decode_transaction
from ledger.government.articles import Article
from ledger.refusals import Refusal
from ledger.rules.office import bylaws_in_force
from ledger.transactions import Pay
from ledger.validators.reading import LogReader
from node.member.answers import encode_bytes, read_bytes
from node.member.wallet_file import create_wallet, read_wallet, replace_public, unlock_wallet
from node.member.wallet_format import KeyStretching
from node.member.wallet_lock import lock_wallet
from tests.builders import Books, books_with_members, build_federation
from tests.cli.fake_node import Answer, Request

PASSPHRASE = "cuatro palabras en un papel"
QUICK = KeyStretching(passes=1, memory_bytes=8_192)
LOST = Answer(is_lost=True)

Bend = Callable[[Request, Callable[[], Answer]], Answer]


def honest(request: Request, answer: Callable[[], Answer]) -> Answer:
    """Nothing is bent."""
    return answer()


def problem(code: str, status: int = 503, *, number: int | None = None) -> Answer:
    """A node's problem document."""
    document = {"code": code, "title": code, "status": status, "retryable": status >= 500}
    if number is not None:
        document["number"] = number
    return Answer(status, document, content_type="application/problem+json")


@dataclass
class Bank:
    """The node of coop `home`. Members are `member1`, `member2`, … of each coop."""

    books: Books = field(default_factory=lambda: books_with_members(build_federation(seed="bank")))
    home: int = 1
    bend: Bend = honest
    troubles: tuple[dict[str, Any], ...] = ()
    recorded: list[bytes] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)
    tells_history: bool = False
    """Whether the history has what was recorded; without, nothing is in it."""
    memos: dict[str, str] = field(default_factory=dict)
    """The payer's sealed memos by the reference."""

    def __call__(self, request: Request) -> Answer:
        """Answer a request, as bent."""
        self.seen.append(request)
        return self.bend(request, lambda: self.answer(request))

    def answer(self, request: Request) -> Answer:
        """What the honest node answers."""
        path = urlsplit(request.path).path
        for pattern, find in _ROUTES.items():
            found = re.fullmatch(pattern, path)
            if found is not None:
                return find(self, request, *found.groups())
        return problem("not_found", 404)

    @property
    def sent(self) -> set[bytes]:
        """The different bodies that were sent as payments."""
        return {request.body for request in self.seen if request.path == "/v1/payments"}

    def charter(self, request: Request) -> Answer:
        return Answer(body=self.books.federation.founding.source)

    def signatures(self, request: Request) -> Answer:
        return Answer(body=self.books.federation.charter_signatures())

    def status(self, request: Request) -> Answer:
        charter = self.books.federation.charter
        return Answer(
            document={
                "coop": charter.coops[self.home].name,
                "coop_number": self.home,
                "federation": charter.federation.hex(),
                "troubles": list(self.troubles),
                "time": self.books.now,
            }
        )

    def challenge(self, request: Request) -> Answer:
        federation = self.books.federation.id.hex()
        asked = {"challenge": "AAAA", "coop_number": self.home, "federation": federation}
        return Answer(document=asked)

    def session(self, request: Request) -> Answer:
        if request.method == "DELETE":
            return Answer(204)
        number = json.loads(request.body)["number"]
        return Answer(201, {"token": f"token-{number}"})

    def account(self, request: Request, coop: str, handle: str) -> Answer:
        found = self.books.federation.charter.coop_named(coop)
        number = int(handle.removeprefix("member")) if handle.startswith("member") else 0
        account = None if found is None else self.books.validator.account(found.number, number)
        if found is None or account is None:
            return problem("account_not_found", 404)
        document = {"coop": coop, "coop_number": found.number, "account": number, "handle": handle}
        return Answer(document=document | {"key": account.key.hex(), "status": "open"})

    def numbered(self, request: Request, coop: str, account: str) -> Answer:
        return self.account(request, coop, f"member{account}")

    def me(self, request: Request) -> Answer:
        number = int(request.headers["authorization"].rpartition("-")[2])
        account = self.books.validator.account(self.home, number)
        assert account is not None
        facts = {
            "account": number,
            "balance": account.balance,
            "limit": 100_000,
            "soft_limit": 80_000,
            "is_near_limit": account.balance <= -80_000,
            "available": account.balance + 100_000,
            "next_sequence": account.next_sequence,
            "contribution": bylaws_in_force(LogReader(self.books.validator, self.home)).value(
                Article.CONTRIBUTION
            ),
            "status": "open",
            "schedule": {"until": None, "after": None},
            "time": self.books.now,
        }
        return Answer(document=facts)

    def changes(self, request: Request) -> Answer:
        return Answer(document={"changes": [], "unknown": 0})

    def history(self, request: Request) -> Answer:
        if not self.tells_history:
            return Answer(document={"items": [], "next": None, "complete": True})
        number = int(request.headers["authorization"].rpartition("-")[2])
        return Answer(document={"items": self._items(number), "next": None, "complete": True})

    def _items(self, number: int) -> list[dict[str, Any]]:
        """The payments of a member, newest first, as a node tells them."""
        name = self.books.federation.charter.coops[self.home].name
        items: list[dict[str, Any]] = []
        for entry_number, data in enumerate(self.books.logs[self.home], start=1):
            entry = decode_entry(data)
            assert not isinstance(entry, Refusal)
            pay = entry.transaction
            if isinstance(pay, Pay) and pay.payer == number:
                reference = None if pay.reference is None else pay.reference.hex()
                coop = self.books.federation.charter.coops[pay.payee_coop].name
                items.append(
                    {
                        "direction": "out",
                        "coop": name,
                        "number": entry_number,
                        "time": entry.time,
                        "amount": pay.amount,
                        "sequence": pay.sequence,
                        "other": {"coop": coop, "handle": f"member{pay.payee}"},
                        "reference": reference,
                        "memo": self.memos.get(reference or ""),
                    }
                )
        return items[::-1]

    def receipt(self, request: Request, coop: str, index: str) -> Answer:
        reach = int(parse_qs(urlsplit(request.path).query).get("reach", ["0"])[0])
        receipt = self.books.receipt(self.home, int(index), signed_at=max(int(index), reach))
        return Answer(document={"receipt": encode_bytes(receipt.encode())})

    def pay(self, request: Request) -> Answer:
        transaction = read_bytes(json.loads(request.body)["transaction"])
        is_repeated = transaction in self.recorded
        if not is_repeated:
            (outcome,) = self.books.offer(self.home, transaction)
            if outcome < 0:
                return problem(Refusal(-outcome).code, 422, number=-outcome)
            self.recorded.append(transaction)
            memo, pay = json.loads(request.body).get("memo"), decode_transaction(transaction)
            if memo is not None and isinstance(pay, Pay) and pay.reference is not None:
                self.memos[pay.reference.hex()] = memo["payer"]
        number = next(
            place
            for place, entry in enumerate(self.books.logs[self.home], start=1)
            if entry.endswith(transaction)
        )
        receipt = self.books.receipt(self.home, number)
        document = {
            "status": "recorded",
            "coop": self.books.federation.charter.coops[self.home].name,
            "coop_number": self.home,
            "number": number,
            "repeated": is_repeated,
            "receipt": encode_bytes(receipt.encode()),
        }
        return Answer(document=document)

    def payment(self, request: Request, coop: str, index: str) -> Answer:
        return Answer(document={"status": "delivered", "reference": None})


_ROUTES: dict[str, Callable[..., Answer]] = {
    "/v1/charter": Bank.charter,
    "/v1/charter/signatures": Bank.signatures,
    "/v1/status": Bank.status,
    "/v1/sessions/challenge": Bank.challenge,
    "/v1/sessions": Bank.session,
    "/v1/accounts/([a-z]+)/@([a-z0-9]+)": Bank.account,
    "/v1/accounts/([a-z]+)/([0-9]+)": Bank.numbered,
    "/v1/receipts/([a-z]+)/([0-9]+)": Bank.receipt,
    "/v1/me": Bank.me,
    "/v1/me/changes": Bank.changes,
    "/v1/me/history": Bank.history,
    "/v1/payments": Bank.pay,
    "/v1/payments/([a-z]+)/([0-9]+)": Bank.payment,
}


@dataclass(frozen=True)
class Person:
    """Somebody with a wallet, who runs commands."""

    wallet: Path
    passphrase: Path

    def run(
        self,
        *words: str,
        json_too: bool = True,
        typed: str | None = None,
        is_secret: bool = True,
    ) -> Result:
        """Run a command; with `json_too` as a program does, and with the passphrase if it takes one."""
        options = ["--wallet", str(self.wallet)]
        options += ["--passphrase-file", str(self.passphrase)] if is_secret else []
        given = [*words, *(["--json"] if json_too else []), *options]
        return CliRunner().invoke(main, given, input=typed)

    def ok(self, *words: str) -> dict[str, Any]:
        """The result of a command that must succeed."""
        result = self.run(*words)
        assert result.exit_code == ExitCode.OK, result.output
        document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return document

    def fails(self, code: ExitCode, *words: str) -> dict[str, Any]:
        """The error of a command that must fail with that code."""
        result = self.run(*words)
        assert result.exit_code == code, result.output
        error: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])["error"]
        return error

    def move(self, bank: Bank, url: str, *, account: int = 1) -> None:
        """Make the wallet that of another account of the same key, or of the same at another address."""
        with lock_wallet(self.wallet) as lock:
            unlocked = unlock_wallet(read_wallet(self.wallet), passphrase=PASSPHRASE)
            public = replace(
                unlocked.public,
                federation=bank.books.federation.id,
                coop=bank.books.federation.charter.coops[bank.home].name,
                account=account,
                handle=f"member{account}",
                node_url=url,
            )
            replace_public(lock, unlocked, public=public)


def person(folder: Path, bank: Bank, url: str, *, account: int = 1) -> Person:
    """A member of the bank, with a wallet in the folder."""
    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    made = Person(wallet=folder / "wallet.json", passphrase=passphrase)
    seed = bank.books.federation.member_key(bank.home, account).seed
    with lock_wallet(made.wallet) as lock:
        create_wallet(lock, seed=seed, passphrase=PASSPHRASE, stretching=QUICK)
    made.move(bank, url, account=account)
    return made


def payments(bank: Bank, payer: int = 1) -> list[Pay]:
    """The payments of that account in the books."""
    decoded = [decode_transaction(transaction) for transaction in bank.recorded]
    return [pay for pay in decoded if isinstance(pay, Pay) and pay.payer == payer]
