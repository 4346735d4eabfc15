"""The picture of the unit's value is in the currency of the day on which it is looked at."""

from ledger.index.days import Method
from node.web.index_picture import picture_of
from tests.ledger.index.examples import index_of
from tests.ledger.index.test_line import redenominated, retaken


def test_a_change_of_currency_to_come_changes_nothing_today() -> None:
    old = index_of(Method.CER, [128, 255], base_value=10**12)
    today = old.known_until - 10
    before = picture_of(old, today=today)
    coming = picture_of(retaken(old, redenominated(today + 1, currency="ARX")), today=today)
    assert before is not None
    assert coming == before
    assert (before.currency, before.first) == ("ARS", 100_000_000)


def test_from_its_day_on_everything_is_in_the_new_currency() -> None:
    old = index_of(Method.CER, [128, 255], base_value=10**12)
    today = old.known_until - 10
    since = picture_of(retaken(old, redenominated(today, currency="ARX")), today=today)
    assert since is not None
    assert (since.currency, since.first) == ("ARX", 100_000)


def test_where_today_is_not_known_the_last_known_day_says_the_currency() -> None:
    old = index_of(Method.CER, [128])
    new = retaken(old, redenominated(old.known_until + 1, currency="ARX"))
    picture = picture_of(new, today=old.known_until + 5)
    assert picture is not None
    assert (picture.today, picture.currency) == (None, "ARS")
