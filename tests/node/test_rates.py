"""Token buckets, told the time by hand."""

from node.rates import AddressRates, Bucket


def test_a_burst_goes_through_and_then_the_rate_holds() -> None:
    bucket = Bucket(per_second=10, burst=3, now_ms=0)
    assert [bucket.take(1, 0) for _ in range(5)] == [0, 0, 0, 100, 200]
    assert bucket.debt_ms(150) == 50
    assert bucket.debt_ms(200) == 0
    assert bucket.take(1, 200) == 100


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(per_second=10, burst=3, now_ms=0)
    assert [bucket.take(1, 1_000_000) for _ in range(4)] == [0, 0, 0, 100]


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(per_second=1_000, burst=1, now_ms=5_000)
    bucket.take(2, 5_000)
    assert bucket.debt_ms(0) == 1
    assert bucket.debt_ms(5_000) == 1
    assert bucket.debt_ms(5_001) == 0


def test_addresses_have_buckets_of_their_own() -> None:
    rates = AddressRates(per_minute=60, burst=2, most=10, most_debt_ms=5_000)
    for _ in range(3):
        rates.charge("a", 0)
    assert rates.wait_ms("a", 0) == 1_000
    assert rates.wait_ms("b", 0) == 0
    assert rates.wait_ms("a", 1_000) == 0


def test_only_so_many_addresses_are_remembered() -> None:
    rates = AddressRates(per_minute=60, burst=0, most=2, most_debt_ms=60_000)
    for address in ("a", "b", "a", "c"):
        rates.charge(address, 0)
    assert rates.wait_ms("b", 0) == 0, "the one that was quiet longest was forgotten"
    assert rates.wait_ms("a", 0) > 0
    assert rates.wait_ms("c", 0) > 0


def test_a_debt_has_a_ceiling() -> None:
    rates = AddressRates(per_minute=60, burst=2, most=10, most_debt_ms=5_000)
    rates.charge("a", 0, 1_000_000)
    assert rates.wait_ms("a", 0) == 5_000
    assert rates.wait_ms("a", 4_999) == 1
    assert rates.wait_ms("a", 5_000) == 0
    bucket = Bucket(per_second=10, burst=3, most_debt=20, now_ms=0)
    assert bucket.take(10**9, 0) == 2_000
    assert bucket.take(1, 1_000) == 1_100
