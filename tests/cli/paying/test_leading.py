"""A link that leads to a node which the member's own doesn't know is shown before anything is asked there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.shell.exit_codes import ExitCode
from node.addresses import sign_address
from tests.cli.bank import Bank, Person, person, problem
from tests.cli.fake_node import Answer, Request, serve

BILL = "p/" + "5a" * 16


@dataclass(frozen=True)
class Town:
    """A member of a bank, and a node elsewhere that counts what it is asked."""

    bank: Bank
    person: Person
    strange: str
    asked: list[Request]

    def sign_where_sur_answers(self, signer: int) -> None:
        """Let the bank say that the node of sur is the strange one, by the word of coop `signer`."""
        federation = self.bank.books.federation
        statement = sign_address(
            federation.node_keys[signer],
            federation=federation.id,
            coop=2,
            serial=1,
            time=1,
            url=self.strange,
        )
        document = {"addresses": [statement.as_json() | {"coop": "sur"}]}

        def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
            return Answer(document=document) if request.path == "/v1/addresses" else answer()

        self.bank.bend = bend


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    bank, asked = Bank(), list[Request]()

    def answer(request: Request) -> Answer:
        asked.append(request)
        return problem("invoice_not_found", 404)

    with serve(bank) as url, serve(answer) as strange:
        yield Town(bank, person(tmp_path, bank, url), strange, asked)


def test_a_strange_node_is_shown_and_asked_nothing_without_a_yes(town: Town) -> None:
    link = f"{town.strange}/{BILL}"
    for typed, code in (("n\n", ExitCode.REFUSED), ("", ExitCode.INTERRUPTED)):
        ended = town.person.run("pay", link, json_too=False, typed=typed)
        assert ended.exit_code == code
        assert f"The link leads to {town.strange}." in ended.stderr
    assert town.asked == []
    town.person.run("pay", link, json_too=False, typed="y\n")
    assert len(town.asked) == 1
    # A script says that it knows.
    assert town.person.fails(ExitCode.REFUSED, "pay", link, "--yes")["name"] == "invoice_not_found"
    assert len(town.asked) == 2


def test_where_a_cooperative_says_that_it_answers_nobody_is_asked(town: Town) -> None:
    link = f"{town.strange}/{BILL}"
    town.sign_where_sur_answers(1)  # not its own word
    town.person.run("pay", link, json_too=False)
    assert town.asked == []
    town.sign_where_sur_answers(2)
    ended = town.person.run("pay", link, json_too=False)
    assert "The link leads" not in ended.stderr
    assert len(town.asked) == 1


def test_a_link_of_another_federation_pays_nobody(town: Town) -> None:
    own = town.bank.books.federation.id.hex()[:16]
    page = f"{town.strange}/pay?to=member2@norte&amount=1&federation="
    other = town.person.fails(ExitCode.REFUSED, "pay", page + "ab" * 8)
    assert other["name"] == "other_federation"
    other = town.person.fails(
        ExitCode.REFUSED, "pay", f"{page}{'ab' * 8}&bill={town.strange}/{BILL}", "--yes"
    )
    assert other["name"] == "other_federation"
    # One that says nothing of it, of a page that nobody knows, is asked about.
    ended = town.person.run("pay", page, json_too=False, typed="n\n")
    assert ended.exit_code == ExitCode.REFUSED
    assert town.bank.recorded == []
    town.person.ok("pay", page + own, "--yes")
    assert len(town.bank.recorded) == 1
    assert town.asked == []


@pytest.mark.parametrize("is_page", [True, False])
def test_whom_a_link_pays_is_shown_and_asked_although_it_is_for_the_right_federation(
    town: Town, is_page: bool
) -> None:
    own = town.bank.books.federation.id.hex()[:16]
    said = f"amount=1.44&federation={own}"
    link = (
        f"{town.strange}/pay?to=member2@norte&for=bread&{said}"
        if is_page
        else f"fiado:member2@norte?memo=bread&{said}"
    )
    for typed, code in (("n\n", ExitCode.REFUSED), ("", ExitCode.INTERRUPTED)):
        ended = town.person.run("pay", link, json_too=False, typed=typed)
        assert ended.exit_code == code, ended.stderr
        assert "1.44" in ended.stderr and "to member2@norte for “bread”." in ended.stderr
        assert (f"The link leads to {town.strange}." in ended.stderr) is is_page
    assert "--yes" in str(town.person.fails(ExitCode.USAGE, "pay", link)["message"])
    assert (town.bank.recorded, town.asked) == ([], [])
    ended = town.person.run("pay", link, json_too=False, typed="y\n")
    assert ended.exit_code == ExitCode.OK
    town.person.ok("pay", link, "--yes", "--again")
    assert len(town.bank.recorded) == 2
    # What was typed needs no question.
    town.person.ok("pay", "member2@norte", "1.44")
