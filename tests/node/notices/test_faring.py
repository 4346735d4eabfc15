"""When the operator is told that mail or push fails, and who can bring that about."""

from node.notices.faring import Faring

DAY_MS = 86_400_000


def own(faring: Faring, person: str, why: str = "no answer", *, now_ms: int = 0) -> str | None:
    return faring.note(person, why, is_own=True, now_ms=now_ms)


def test_one_person_never_raises_it_however_many_places_fail() -> None:
    faring = Faring(alarm=3)
    assert [own(faring, "member/7") for _ in range(50)] == [None] * 50
    assert own(faring, "member/8") is None
    assert not faring.is_told


def test_several_people_raise_it_and_their_next_messages_end_it() -> None:
    faring = Faring(alarm=3)
    assert [own(faring, f"member/{at}") for at in (1, 2, 3)] == [None, None, "no answer"]
    assert own(faring, "member/4", "") is None, (
        "one person whose messages are taken does not hide it"
    )
    assert own(faring, "member/1", "") == ""
    assert own(faring, "member/2", "") is None


def test_a_few_among_many_who_are_told_say_nothing() -> None:
    faring = Faring(alarm=3)
    for at in range(10):
        assert own(faring, f"member/{at}", "") is None
    assert [own(faring, f"member/{at}") for at in range(5)] == [None] * 5
    assert own(faring, "member/5") == "no answer", "six of ten"


def test_what_failed_is_forgotten_after_a_day_and_with_its_place() -> None:
    faring = Faring(alarm=3)
    own(faring, "member/1")
    own(faring, "member/2")
    assert own(faring, "member/3", now_ms=DAY_MS) is None
    own(faring, "member/4", now_ms=DAY_MS)
    faring.forget("member/4")
    assert own(faring, "member/5", now_ms=DAY_MS) is None
    assert own(faring, "member/6", now_ms=DAY_MS) == "no answer"


def test_the_operators_own_server_says_it_by_itself() -> None:
    faring = Faring(alarm=3)
    said = [faring.note("member/1", "535 who?", is_own=False, now_ms=0) for _ in range(3)]
    assert said == [None, None, "535 who?"]
    assert faring.note("member/2", "450 later", is_own=True, now_ms=0) == "450 later"
    assert faring.note("member/2", "", is_own=False, now_ms=0) == ""
