"""The picture of the unit's value is in the currency of the day on which it is looked at."""

from ledger.index.days import Method
from node.web.index_picture import WIDTH, picture_of
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


def test_today_parts_what_was_from_what_is_known_ahead() -> None:
    index = index_of(Method.CER, [128, 255], base_value=10**12)
    today = index.known_until - 10
    picture = picture_of(index, today=today)
    assert picture is not None
    before, ahead = picture.points.split(), picture.ahead.split()
    assert before[-1] == ahead[0]
    assert ahead[0].split(",")[0] == str(picture.today_at)
    days = picture.last_day - picture.first_day
    assert picture.today_at == (days - 10) * WIDTH // days
    assert (before[0].split(",")[0], ahead[-1].split(",")[0]) == ("0", str(WIDTH))
    assert picture.highest == max(picture.first, picture.last)
    on_the_last = picture_of(index, today=index.known_until)
    later = picture_of(index, today=index.known_until + 1)
    assert on_the_last is not None and later is not None
    assert (on_the_last.ahead, later.ahead) == ("", "")
    assert on_the_last.points == later.points


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
