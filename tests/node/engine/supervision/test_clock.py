"""A node does not record while its clock is doubtful: an entry with a wrong date can't be taken back."""

import pytest

from ledger.evidence import ForkEvidence
from node.engine.answers import NotReady, Recorded
from node.engine.events import Ask, LinkNews, PeerDown, PeerUp
from node.engine.health.status import Readiness
from node.engine.health.troubles import Severity, Trouble, TroubleKind
from node.engine.health.words import word
from node.engine.supervision.clock import EARLIEST_MS
from node.engine.wire import ClockNews, EvidenceNews
from node.http.members import facts
from tests.builders import build_federation
from tests.node.engine.rig import Rig, joined

SECOND = 1_000
DAY = 86_400 * SECOND
YEAR = 365 * DAY
NAMES = {1: "norte", 2: "sur", 3: "este"}


def clocks(rig: Rig, coop: int) -> dict[TroubleKind, tuple[int | None, object, object]]:
    """What a node says about clocks: kind -> coop, reason, how many seconds apart."""
    return {
        each.kind: (each.coop, each.values.get("reason"), each.values["apart_seconds"])
        for each in rig.engines[coop].status().troubles
        if "apart_seconds" in each.values
    }


def doubt(rig: Rig, coop: int) -> object:
    """Why a node does not believe its clock; None when it does."""
    found = clocks(rig, coop).get(TroubleKind.CLOCK_DOUBTFUL)
    return None if found is None else found[1]


def records(rig: Rig, coop: int, sequence: int = 1) -> bool:
    """Whether a node records a payment now; if not, that it says why and has changed nothing."""
    before = rig.state(coop)
    (answer,) = rig.submit(coop, rig.pay(coop, sequence, coop, 2))
    if isinstance(answer, Recorded):
        return True
    assert isinstance(answer, NotReady)
    assert answer.reason is Readiness.CLOCK_DOUBTFUL
    assert answer.trouble is not None and answer.trouble.severity is Severity.STOPS
    assert "--clock-is-right" in word(answer.trouble, NAMES).remedy
    assert rig.state(coop) == before
    return False


@pytest.mark.parametrize(
    ("jump_ms", "reason"),
    [(YEAR, "ahead_of_peers"), (-YEAR, "before_program"), (150 * SECOND, "ahead_of_peers")],
)
def test_a_clock_that_jumps_away_from_all_others_is_not_believed_until_it_is_set(
    jump_ms: int, reason: str
) -> None:
    rig = joined(1, 2, 3)
    rig.skew_ms[1] = jump_ms
    assert not records(rig, 1)
    assert doubt(rig, 1) == reason
    assert rig.engines[1].status().readiness is Readiness.CLOCK_DOUBTFUL
    rig.skew_ms[1] = 0
    assert records(rig, 1)
    assert clocks(rig, 1) == {}


def test_a_little_wrong_is_not_doubtful() -> None:
    rig = joined(1, 2, 3)
    rig.skew_ms[1] = rig.settings.clock_peers_ms
    assert records(rig, 1)
    rig.skew_ms[1] = rig.settings.clock_peers_ms + 1
    assert not records(rig, 1, 2)


def test_a_clock_behind_the_others_is_not_believed() -> None:
    rig = joined(1, 2, 3)
    rig.skew_ms[1] = -200 * SECOND
    assert not records(rig, 1)
    assert clocks(rig, 1)[TroubleKind.CLOCK_DOUBTFUL] == (None, "behind_peers", 200)


def test_one_of_several_that_says_another_time_stops_nobody_and_is_told_of() -> None:
    rig = joined(1, 2, 3)
    rig.hear(1, 3, ClockNews(rig.now_ms + YEAR))
    assert records(rig, 1)
    assert clocks(rig, 1) == {TroubleKind.CLOCK_DIFFERS: (3, None, YEAR // SECOND)}
    rig.tick(1, PeerDown(3))
    assert clocks(rig, 1) == {}


def test_a_single_other_node_stops_one_whose_clock_nobody_has_confirmed() -> None:
    rig = Rig(1, 2)
    rig.ready()
    rig.admit(1, 1, 2)
    rig.hear(1, 2, ClockNews(0))  # not linked, so nobody says anything
    rig.tick(1, PeerUp(2))
    rig.hear(1, 2, ClockNews(rig.now_ms + 600 * SECOND))
    assert not records(rig, 1)
    assert doubt(rig, 1) == "behind_peers"


def test_a_single_other_node_does_not_stop_one_that_it_had_confirmed() -> None:
    """When that one starts again with a wrong clock, it is the one to stop."""
    rig = joined(1, 2)
    rig.tick(1, PeerDown(2))
    rig.mail.clear()
    rig.skew_ms[2] = YEAR
    rig.start(2)
    rig.link(1, 2)
    rig.deliver()
    rig.advance(rig.settings.recovery_wait_ms)
    assert records(rig, 1)
    assert TroubleKind.CLOCK_DIFFERS in clocks(rig, 1)
    assert not records(rig, 2)


def test_what_most_of_several_contradict_stays_doubtful_when_they_go() -> None:
    """Also when one that was wrong itself had confirmed it before they came."""
    rig = Rig(1, 2, 3, 4, federation=build_federation(coops=4))
    rig.ready()
    rig.admit(1, 1, 2)
    rig.skew_ms[1] = YEAR
    rig.tick(1, PeerUp(2))
    rig.hear(1, 2, ClockNews(rig.now_ms + YEAR))
    assert records(rig, 1)
    for peer in (3, 4):
        rig.tick(1, PeerUp(peer))
        rig.hear(1, peer, ClockNews(rig.now_ms))
    for leaving in (2, 4, 3):
        assert not records(rig, 1, sequence=2)
        rig.tick(1, PeerDown(leaving))
    assert not records(rig, 1, sequence=2)
    assert doubt(rig, 1) == "ahead_of_peers"


def test_a_contradicted_clock_is_believed_once_it_is_set_or_confirmed() -> None:
    rig = joined(1, 2, 3)
    rig.skew_ms[1] = YEAR
    assert not records(rig, 1)
    for peer in (2, 3):
        rig.tick(1, PeerDown(peer))
    assert not records(rig, 1)
    rig.tick(1, PeerUp(2))
    rig.hear(1, 2, ClockNews(rig.now_ms + YEAR))
    assert doubt(rig, 1) is None
    rig.hear(1, 2, ClockNews(rig.now_ms))
    rig.skew_ms[1] = 0
    assert records(rig, 1)


def test_a_confirmed_clock_that_jumps_is_as_doubtful_as_any() -> None:
    rig = joined(1, 2)
    rig.skew_ms[1] = 600 * SECOND
    assert not records(rig, 1)
    rig.skew_ms[1] = 0
    assert records(rig, 1)


@pytest.mark.parametrize(("behind_ms", "is_fine"), [(300 * SECOND, True), (301 * SECOND, False)])
def test_a_clock_behind_the_own_newest_entry(behind_ms: int, is_fine: bool) -> None:
    rig = Rig(1, 2)
    rig.ready()
    rig.admit(1, 1, 2)
    written_ms = rig.now_ms // SECOND * SECOND
    rig.skew_ms[1] = written_ms - behind_ms - rig.now_ms
    rig.start(1)
    rig.ready()
    rig.skew_ms[1] -= rig.settings.recovery_wait_ms
    assert records(rig, 1) is is_fine
    if not is_fine:
        assert doubt(rig, 1) == "behind_own_log"
        rig.now_ms += SECOND
        assert records(rig, 1)


def test_a_clock_from_before_the_program_is_not_believed_with_nothing_else_to_go_by() -> None:
    rig = Rig()
    rig.now_ms = EARLIEST_MS - 1_000
    rig.start(1)
    rig.ready()
    (answer,) = rig.submit(1, rig.federation.admit(1, 1))
    assert answer == NotReady(Readiness.CLOCK_DOUBTFUL)
    rig.advance(1_000)
    rig.admit(1, 1)


def test_a_node_that_starts_long_after_everything_waits_for_somebody_to_confirm() -> None:
    rig = joined(1, 2, 3)
    rig.now_ms += rig.settings.clock_leap_ms + 60 * SECOND
    rig.start(1)
    rig.ready()
    assert not records(rig, 1)
    assert doubt(rig, 1) == "ahead_of_all_logs"
    rig.mail.clear()
    rig.link(1, 2)
    rig.deliver()
    assert records(rig, 1)


def test_the_log_does_not_call_a_node_ready_whose_clock_is_doubtful() -> None:
    rig = joined(1, 2, 3)
    rig.now_ms += rig.settings.clock_leap_ms + 60 * SECOND
    rig.start(1)
    rig.now_ms += rig.settings.recovery_wait_ms
    told = [each.values for each in rig.tick(1).notices if each.name == "readiness"]
    assert told == [{"was": "recovering", "now": "clock_doubtful"}]


def test_a_node_that_was_off_for_months_records_alone() -> None:
    rig = joined(1, 2, 3)
    rig.now_ms += rig.settings.clock_leap_ms - DAY
    rig.start(1)
    rig.ready()
    assert records(rig, 1)


# --- at a start ---


def a_start(*coops: int, configured: tuple[int, ...], skew_ms: int = DAY) -> Rig:
    """Node 1 has started with a wrong clock, and the time that others have to answer is over."""
    rig = joined(1, 2, 3)
    for coop in {2, 3} - set(coops):
        del rig.engines[coop]
    rig.skew_ms[1] = skew_ms
    rig.start(1, configured=configured)
    rig.mail.clear()
    rig.ready()
    return rig


def waits(rig: Rig) -> bool:
    """Whether node 1 waits for others before it records anything."""
    before = rig.state(1)
    (answer,) = rig.submit(1, rig.pay(1, 1, 1, 2))
    if answer != NotReady(Readiness.RECOVERING):
        return False
    assert rig.state(1) == before
    return True


@pytest.mark.parametrize("skew_ms", [DAY, -DAY // 2, 150 * SECOND])
def test_a_node_that_starts_records_nothing_before_those_it_dials_have_told_the_time(
    skew_ms: int,
) -> None:
    rig = a_start(2, configured=(2,), skew_ms=skew_ms)
    assert waits(rig)
    rig.tick(1, LinkNews(3, "not of those it dials"))
    assert waits(rig)
    rig.link(1, 2)
    assert waits(rig)
    rig.deliver()
    assert not records(rig, 1)
    assert doubt(rig, 1) == ("ahead_of_peers" if skew_ms > 0 else "behind_own_log")


def test_nor_before_those_who_have_dialled_it() -> None:
    rig = a_start(2, configured=())
    rig.start(1, configured=())
    rig.link(1, 2)
    rig.now_ms += rig.settings.recovery_wait_ms
    assert waits(rig)
    rig.deliver()
    assert not records(rig, 1)


def test_of_several_all_are_waited_for() -> None:
    rig = a_start(2, 3, configured=(2, 3))
    rig.link(1, 2)
    rig.deliver()
    assert waits(rig)
    rig.tick(1, LinkNews(3, "no route"))
    assert not waits(rig)
    assert doubt(rig, 1) == "ahead_of_peers"


@pytest.mark.parametrize("configured", [(), (2,), (2, 3)])
def test_a_node_that_reaches_nobody_goes_on_as_soon_as_it_knows(
    configured: tuple[int, ...],
) -> None:
    rig = a_start(configured=configured)
    for peer in configured:
        assert waits(rig)
        rig.tick(1, LinkNews(peer, "no route"))
    assert records(rig, 1)


def test_one_that_was_dialled_in_vain_and_then_comes_is_waited_for() -> None:
    rig = a_start(2, configured=(2, 3))
    rig.tick(1, LinkNews(2, "no route"))
    rig.link(1, 2)
    rig.tick(1, LinkNews(3, "no route"))
    assert waits(rig)
    rig.deliver()
    assert not waits(rig)


def test_who_has_told_the_time_and_not_yet_what_the_log_was_is_waited_for() -> None:
    """A link that came up when the first moment was over."""
    rig = a_start(2, configured=(2,), skew_ms=0)
    rig.link(1, 2)
    rig.hear(1, 2, ClockNews(rig.now_ms))
    assert waits(rig)
    rig.deliver()
    assert not waits(rig)


def test_nobody_is_waited_for_without_end() -> None:
    """The other side takes the connection and says nothing."""
    rig = a_start(configured=(2,))
    rig.advance(rig.settings.clock_wait_ms - rig.settings.recovery_wait_ms - 1)
    assert waits(rig)
    rig.advance(1)
    assert records(rig, 1)


def test_who_cheats_is_not_waited_for() -> None:
    rig = joined(1, 2, 3)
    one, other = (rig.federation.signed_head(3, length=10, head=byte * 32) for byte in (b"a", b"b"))
    evidence = ForkEvidence(shorter=one, longer=other, start=other.head, entries=())
    rig.hear(1, 2, EvidenceNews(evidence.encode()))
    rig.start(1, configured=(3,))
    rig.mail.clear()
    rig.ready()
    assert not waits(rig)


def test_a_node_that_has_read_its_disk_anew_is_told_the_time_at_once() -> None:
    """Its links are still there, so nobody would tell it by itself for a while."""
    rig = joined(1, 2, 3)
    rig.skew_ms[1] = YEAR
    assert not records(rig, 1)
    rig.start(1, configured=(2, 3), is_reopened=True)
    rig.mail.clear()
    rig.tick(1, PeerUp(2), PeerUp(3))
    assert waits(rig)
    rig.deliver()
    assert not records(rig, 1)
    assert doubt(rig, 1) == "ahead_of_peers"


def test_a_person_who_knows_better_says_so_once() -> None:
    rig = Rig(1, 2)
    rig.ready()
    rig.skew_ms[1] = YEAR
    rig.start(1, clock_is_right=True)
    rig.ready()
    rig.admit(1, 1, 2)  # a poisoned log, as one from before these checks
    rig.skew_ms[1] = 0
    rig.start(1)
    rig.ready()
    assert not records(rig, 1)
    rig.start(1, clock_is_right=True)
    rig.ready()
    assert records(rig, 1)
    assert clocks(rig, 1)[TroubleKind.LOG_AHEAD][0] == 1
    rig.start(1)
    rig.ready()
    assert records(rig, 1, 2)


def test_the_word_holds_until_the_clock_jumps() -> None:
    rig = joined(1, 2, 3)
    rig.start(1, clock_is_right=True)
    rig.ready()
    for peer in (2, 3):
        rig.tick(1, PeerUp(peer))
        rig.hear(1, peer, ClockNews(rig.now_ms + DAY))
    assert clocks(rig, 1)[TroubleKind.CLOCK_VOUCHED] == (None, "behind_peers", DAY // SECOND)
    assert records(rig, 1)
    rig.skew_ms[1] = -600 * SECOND
    assert not records(rig, 1, 2)


def test_peers_tell_of_a_log_that_runs_ahead() -> None:
    rig = Rig(1, 2, 3)
    rig.skew_ms[3] = 20 * DAY
    rig.ready()
    rig.admit(3, 1)
    rig.skew_ms[3] = 0
    rig.mail.clear()
    rig.link_all()
    rig.deliver()
    for coop in (1, 2):
        assert clocks(rig, coop) == {
            TroubleKind.LOG_AHEAD: (3, None, clocks(rig, coop)[TroubleKind.LOG_AHEAD][2])
        }
    assert doubt(rig, 3) == "behind_own_log"


def test_a_node_that_most_other_logs_are_ahead_of_does_not_believe_its_clock() -> None:
    rig = joined(1, 2, 3)
    rig.now_ms += DAY
    for coop in (2, 3):
        assert records(rig, coop)
    rig.deliver()
    rig.skew_ms[1] = -DAY // 2
    rig.start(1)
    assert doubt(rig, 1) in ("behind_own_log", "behind_other_logs")


def test_a_limit_is_shown_by_the_time_by_which_it_is_judged() -> None:
    """The log is a little ahead of the clock: what is recorded gets its time."""
    rig = Rig(1, 2)
    rig.ready()
    rig.admit(1, 1, 2, limit=0)
    begins = rig.now_ms // SECOND + 100
    change = rig.federation.limit(1, 1, revision=1, limit=500, from_=begins)
    rig.skew_ms[1] = 200 * SECOND
    (recorded,) = rig.submit(1, change)
    assert isinstance(recorded, Recorded)
    rig.skew_ms[1] = 0
    (shown,) = rig.ask(1, Ask(rig.request(), lambda view: facts.member(view, 1)))
    assert shown is not None
    assert (shown.limit, shown.available) == (500, 500)
    assert shown.time >= begins
    (paid,) = rig.submit(1, rig.pay(1, 1, 1, 2, amount=500))
    assert isinstance(paid, Recorded)


@pytest.mark.parametrize("kind", [kind for kind in TroubleKind if "clock" in kind])
@pytest.mark.parametrize("apart", [-(10**11), -1, 0, 1, 10**11])
def test_every_distance_is_worded(kind: TroubleKind, apart: int) -> None:
    values: dict[str, int | str] = {"apart_seconds": apart, "reason": "behind_peers"}
    assert word(Trouble(kind=kind, coop=2, values=values), NAMES).detail
