"""Bylaws and the commons over HTTP: anybody reads them, and what a payment owes is told to whoever pays."""

from dataclasses import replace
from pathlib import Path

import pytest

from ledger.government.articles import ARTICLES, Article, Unit
from ledger.validators.reference import ReferenceValidator
from node.bylaws.explain import LANGUAGES
from node.http.commons.commons import statement
from tests.builders import build_federation
from tests.forks import Forks
from tests.government_builders import TEXT, adopt_bylaws, spend
from tests.node.engine.inside import view_of
from tests.node.engine.rig import joined
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import as_json_transaction

BYLAWS = {
    Article.CONTRIBUTION: 20_000,
    Article.SPEND_AMOUNT: 500,
    Article.LEVY_POSITIVE: 10_000,
    Article.LEVY_PERIOD: 1,
    Article.COMMONS_DEBT: 300,
}


async def adopt(town: Town) -> None:
    adopted = adopt_bylaws(town.federation, 1, {int(key): value for key, value in BYLAWS.items()})
    (await town.client.post("/v1/transactions", as_json_transaction(adopted))).ok()


@on_loop
async def test_bylaws_are_told_as_numbers_and_in_words(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        before = (await town.client.get("/v1/bylaws")).ok()
        assert (before["version"], before["adopted"], before["text"]) == (0, None, None)
        assert all(each["is_default"] for each in before["articles"])
        await adopt(town)
        found = (await town.client.get("/v1/bylaws?language=es")).ok()
        assert (found["version"], found["text"]) == (1, TEXT.hex())
        asked = {each["number"]: each for each in found["articles"]}[Article.CONTRIBUTION]
        assert asked["value"] == 20_000
        assert asked["sentence"].startswith("Cada pago da al fondo común el 2 %")
        assert asked["highest"] == ARTICLES[Article.CONTRIBUTION].highest
        answer = await town.client.get("/v1/bylaws?language=de")
        assert (answer.status, answer.problem()) == (400, "request_malformed")


@on_loop
async def test_the_statement_adds_up(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        await adopt(town)
        assert (await town.people.me(1))["contribution"] == 20_000
        pay = town.federation.pay(
            1, payer=1, sequence=1, payee_coop=1, payee=2, amount=1_000, fee=20
        )
        (await town.client.post("/v1/payments", pay)).ok()
        without = town.federation.pay(
            1, payer=1, sequence=2, payee_coop=1, payee=2, amount=1_000, fee=19
        )
        answer = await town.client.post("/v1/payments", without)
        assert answer.problem() == "contribution_missing"

        async def is_levied() -> bool:
            return bool((await town.client.get("/v1/commons")).ok()["levied"])

        await until(is_levied, "the levy is collected")
        spent = spend(town.federation, 1, payee=3, amount=100)
        (await town.client.post("/v1/transactions", as_json_transaction(spent))).ok()
        found = (await town.client.get("/v1/commons")).ok()
        went = found["spent"] + found["charged"]
        assert found["balance"] == found["given"] + found["levied"] - went + found["held"]
        assert (found["given"], found["spent"], found["next_spend"]) == (20, 100, 2)
        assert found["available"] == found["balance"] + 300
        kinds = [each["kind"] for each in found["movements"]]
        assert "spend" in kinds and "levy" in kinds
        paid = next(each for each in found["movements"] if each["kind"] == "spend")
        assert (paid["handle"], paid["amount"]) == ("member3", -100)
        assert found["next_levy"] > 0


def test_the_statement_says_what_a_fork_cost_the_commons() -> None:
    """Coop 3 paid 700 to coop 1 in one history and 800 to coop 2 in the other, which stands; of the 700 the
    decision lists 600, so the rest is coop 1's own."""
    federation = build_federation(seed="charged", coops=4, clearing_limit=1_000)
    forks = Forks(federation, ReferenceValidator(federation.founding), {3: 2})
    forks.begin(members=2)
    forks.part(3, 1)
    forks.pay(3, 1, 700, branch=1)
    forks.pay(3, 2, 800, branch=0)
    forks.anchor(1, 3, of=1)
    for coop in (2, 4):
        forks.anchor(coop, 3, of=0)
    view = replace(
        view_of(joined(1, federation=federation).engines[1], 0), validator=forks.validator
    )
    before = [statement(replace(view, coop=coop)) for coop in (1, 2, 3)]
    assert {(each.balance, each.given, each.charged) for each in before} == {(0, 0, 0)}
    forks.decide(forks.let_stand(3, 0, loss1=600))
    forks.take_in((1, 0), (2, 0), (4, 0), (3, 0))
    after = [statement(replace(view, coop=coop)) for coop in (1, 2, 3)]
    assert [(each.balance, each.given, each.charged) for each in after] == [
        (-100, 0, 100),
        (0, 0, 0),
        (-600, 0, 600),
    ]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_article_has_words(language: str) -> None:
    words = LANGUAGES[language]
    assert set(words.ARTICLES) == set(Article)
    assert set(words.WARNINGS) == set(LANGUAGES["en"].WARNINGS)
    assert set(words.UNITS) == set(LANGUAGES["en"].UNITS)
    for number, (title, some, none) in words.ARTICLES.items():
        # A choice has no amount, number or time to name: its two values have a sentence each.
        assert title and ("{value}" in some) is (ARTICLES[number].unit is not Unit.CHOICE), number
        assert "{value}" not in none, number
