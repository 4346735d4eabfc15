"""Circles of guarantees: members who answer for one another, so that each of them leans on itself.

Nothing forbids one, PROTOCOL section 13.7. People who decide about limits are shown them.
"""

from collections.abc import Mapping

from ledger.government.guarantees import Rows, pair_of, pledge_of


def rings(rows: Rows) -> list[tuple[int, ...]]:
    """Members who answer for one another in a circle, so that each of them leans on itself.

    Each is the accounts of one group within which everybody is reached from everybody by guarantees that
    stand, rising; the groups rise too.
    """
    links: dict[int, set[int]] = {}
    for key, value in rows:
        if pledge_of(value).cap:
            guarantor, member = pair_of(key)
            links.setdefault(guarantor, set()).add(member)
    back: dict[int, set[int]] = {}
    for guarantor, members in links.items():
        for member in members:
            back.setdefault(member, set()).add(guarantor)
    found: list[tuple[int, ...]] = []
    grouped: set[int] = set()
    for number in _by_finishing(links):
        if number not in grouped:
            group = _reached(number, back, grouped)
            grouped |= group
            if len(group) > 1:
                found.append(tuple(sorted(group)))
    return sorted(found)


def _by_finishing(links: Mapping[int, set[int]]) -> list[int]:
    """All accounts, each before those that it reaches unless they reach it too (Kosaraju's first half)."""
    order: list[int] = []
    seen: set[int] = set()
    for start in sorted(links):
        waiting: list[tuple[int, bool]] = [(start, False)]
        while waiting:
            number, is_done = waiting.pop()
            if is_done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                waiting.append((number, True))
                waiting.extend((each, False) for each in sorted(links.get(number, ())))
    return order[::-1]


def _reached(start: int, links: Mapping[int, set[int]], without: set[int]) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        following = links.get(waiting.pop(), set()) - reached - without
        reached |= following
        waiting.extend(following)
    return reached
