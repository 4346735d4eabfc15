"""Another table and another currency, from publications into every log, and prints that go on after them."""

from ledger.charter_index import Redenominate
from ledger.index.days import day_from_text
from ledger.index.table import PLACES_OF_A_TABLE
from ledger.refusals import Refusal
from node.engine.answers import NotPublished, NotPublishedReason, Published, Refused
from tests.charters import proposal
from tests.ledger.rules.test_charter_index import SECOND_WINDOW, set_index
from tests.node.engine.charter.test_versions import decide, versions
from tests.node.engine.decisions.test_taking_part import (
    NOVEMBER,
    fact,
    index_of,
    new_source,
    official_town,
)
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town

NEW_YEAR = day_from_text("2026-01-02")


def publish(town: Town, period: int, value: int, *, source: int = 0) -> None:
    """Two coops' stewards publish a month's change, and it is taken in where it can be."""
    for coop in (1, 2):
        assert isinstance(town.publish(coop, fact(period, value, source=source)), Published)
    town.settle()
    town.pass_time(12_000)


def agree_on_everything(town: Town) -> bool:
    return len({core_of(engine).validator.digest() for engine in town.engines.values()}) == 1


def test_the_currency_loses_zeros_and_prints_go_on() -> None:
    town = official_town(base_value="1000000.000000")
    publish(town, NOVEMBER, 25)
    before = index_of(town, 1)
    change = Redenominate(first_day=NEW_YEAR, numerator=1, denominator=1000, currency="ARN")
    decide(town, change, 1, 2)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    publish(town, NOVEMBER + 1, 20)
    for coop in (1, 2, 3):
        index = index_of(town, coop)
        assert index.value_on(NEW_YEAR - 1) == before.value_on(NEW_YEAR - 1)
        assert index.value_on(NEW_YEAR) == round(before.value_on(NEW_YEAR) / 1000)
        assert (len(index.prints), index.currency_on(index.known_until)) == (2, "ARN")
    town.pass_time(35_000)
    assert agree_on_everything(town)


def test_a_true_change_beyond_the_cap_comes_in_with_a_higher_one() -> None:
    town = official_town()
    publish(town, NOVEMBER, 25)
    assert town.publish(1, fact(NOVEMBER + 1, 400)) == Refused(Refusal.INDEX_STEP_ABOVE_CAP)
    decide(town, set_index(SECOND_WINDOW, step_cap=500), 1, 2)
    publish(town, NOVEMBER + 1, 400)
    for coop in (1, 2, 3):
        assert [taken.value for taken in index_of(town, coop).prints] == [25, 400]
        assert index_of(town, coop).place == PLACES_OF_A_TABLE + 1


def test_a_node_that_was_away_catches_up_under_each_table() -> None:
    """The number of a source comes again under the next table; certificates are found by both."""
    town = official_town()
    town.kill(3)
    for coop in (1, 2):
        town.publish(coop, new_source(1, NOVEMBER))
    town.settle()
    town.pass_time(12_000)
    publish(town, NOVEMBER, 25, source=1)
    decide(town, set_index(SECOND_WINDOW, step_cap=500), 1, 2)
    for coop in (1, 2):
        town.publish(coop, new_source(1, NOVEMBER + 1))
    town.settle()
    town.pass_time(12_000)
    publish(town, NOVEMBER + 1, 400, source=1)
    town.start(3)
    town.settle()
    town.pass_time(60_000)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    assert index_of(town, 3) == index_of(town, 1)
    assert index_of(town, 3).place == PLACES_OF_A_TABLE + 2


def test_nodes_start_again_under_a_later_table() -> None:
    town = official_town()
    publish(town, NOVEMBER, 25)
    decide(town, set_index(SECOND_WINDOW, step_cap=500), 1, 2)
    for coop in (1, 2, 3):
        town.kill(coop)
        town.start(coop)
    town.settle()
    town.pass_time(12_000)
    publish(town, NOVEMBER + 1, 400)
    assert {len(index_of(town, coop).prints) for coop in (1, 2, 3)} == {2}
    assert not any(store.evidence() for store in town.stores.values())


def test_a_table_for_days_that_have_values_is_not_wanted() -> None:
    town = official_town()
    publish(town, NOVEMBER, 25)
    publish(town, NOVEMBER + 1, 20)
    answer = town.publish(
        1, proposal(town.engines[1].charter, set_index(SECOND_WINDOW, step_cap=500))
    )
    assert isinstance(answer, NotPublished)
    assert answer.reason is NotPublishedReason.OBJECTED
