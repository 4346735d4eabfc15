"""What waits for the people of the own coop: elections that are due, results that are to be told."""

from ledger.government.tally import Outcome
from ledger.rules.government.register import open_proposals
from ledger.rules.office import seats_of_log, stewards_in_office
from ledger.validators.reading import LogReader, has_ended
from node.engine.health.troubles import Trouble, TroubleKind


def governing_troubles(log: LogReader, *, now: int) -> list[Trouble]:
    """Those of the own log at `now`, in Unix seconds."""
    if log.charter.coops.get(log.coop) is None or has_ended(log.validator, log.coop):
        return []
    return [*_office(log, now), *_results(log, now)]


def _office(log: LogReader, now: int) -> list[Trouble]:
    office = stewards_in_office(log)
    able, needed = office.stewards, min(office.threshold, office.size)
    if not able:
        return [Trouble(kind=TroubleKind.OFFICE_EMPTY)]
    if len(able) < needed:
        values: dict[str, int | str] = {"able": len(able), "needed": needed}
        return [Trouble(kind=TroubleKind.OFFICE_SHORT, values=values)]
    over = [
        seat for seat in seats_of_log(log).taken if seat.until is not None and seat.until <= now
    ]
    if not over:
        return []
    names = ", ".join(able[seat.place].name for seat in over if seat.place in able)
    since = min(seat.until for seat in over if seat.until is not None)
    values = {"names": names or "nobody who can sign"}
    return [Trouble(kind=TroubleKind.OFFICE_OVER, seconds=now - since, values=values)]


def _results(log: LogReader, now: int) -> list[Trouble]:
    late = {
        number: proposal
        for number, proposal in open_proposals(log).items()
        if proposal.outcome is Outcome.OPEN
        and proposal.ballot is not None
        and proposal.result is None
        and now >= proposal.second
    }
    if not late:
        return []
    first = min(late)
    values = {"proposal": first}
    seconds = now - late[first].second
    return [Trouble(kind=TroubleKind.RESULT_DUE, seconds=seconds, values=values)]
