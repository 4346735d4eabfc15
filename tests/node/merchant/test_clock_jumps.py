"""Who sets the clock is noticed, and how clocks run is not taken for it."""

from node.merchant.clock_jumps import ClockJumps


class Clocks:
    """The clock that people set, and the steady one."""

    def __init__(self) -> None:
        self.clock_ms, self.steady_ms = 1_700_000_000_000, 5_000
        self.jumps = ClockJumps(lambda: self.clock_ms, lambda: self.steady_ms)

    def run(self, ms: int, *, ahead_ms: int = 0) -> None:
        """Let time pass; the clock runs ahead by so much."""
        self.clock_ms += ms + ahead_ms
        self.steady_ms += ms


def test_time_that_passes_is_no_jump() -> None:
    clocks = Clocks()
    clocks.run(86_400_000)
    assert clocks.jumps.jump_ms() == 0


def test_a_clock_that_is_corrected_a_little_is_no_jump() -> None:
    clocks = Clocks()
    clocks.run(1_000, ahead_ms=4_999)
    assert clocks.jumps.jump_ms() == 0


def test_a_clock_that_is_set_is_noticed_until_it_is_settled() -> None:
    clocks = Clocks()
    clocks.run(1_000, ahead_ms=-3_600_000)
    assert clocks.jumps.jump_ms() == clocks.jumps.jump_ms() == -3_600_000
    clocks.jumps.settle(-3_600_000)
    clocks.run(1_000)
    assert clocks.jumps.jump_ms() == 0


def test_a_jump_while_one_is_followed_is_the_next() -> None:
    clocks = Clocks()
    clocks.run(1_000, ahead_ms=60_000)
    first_ms = clocks.jumps.jump_ms()
    clocks.run(1_000, ahead_ms=30_000)
    clocks.jumps.settle(first_ms)
    assert clocks.jumps.jump_ms() == 30_000
