"""What was recorded, replayed from the first entry by every validator that there is: all must agree."""

from ledger.codec import split
from ledger.founding import Founding
from ledger.validators.interface import Replayed, Validator
from ledger.validators.reference import ReferenceValidator
from node.store import MemoryDisk
from tests.needs import missing_native
from tests.simulation.world import Failure


def check_replays(founding: Founding, disk: MemoryDisk, expected: bytes) -> None:
    """Fail unless all validators come to the state with the digest `expected` from the logs on a disk."""
    validators: list[Validator] = [ReferenceValidator(founding)]
    if missing_native() is None:
        from ledger.validators.native import NativeValidator

        validators.append(NativeValidator(founding))
    logs = {
        coop: b"".join(segment.entries for segment in segments)
        for coop, segments in disk.segments.items()
    }
    answers = [_replay(validator, dict(logs)) for validator in validators]
    if any(answer != answers[0] for answer in answers):
        raise Failure("the validators stop at different entries of the same logs")
    for validator in validators:
        if validator.digest() != expected:
            raise Failure(f"the {validator.name} validator replays the logs to another state")


def _replay(validator: Validator, logs: dict[int, bytes]) -> list[tuple[int, Replayed]]:
    """Replay all logs as far as they go, each as soon as what it anchors is there."""
    answers = []
    went_on = True
    while went_on:
        went_on = False
        for coop, entries in logs.items():
            answer = validator.replay(coop, entries)
            answers.append((coop, answer))
            logs[coop] = entries[answer.consumed :]
            went_on = went_on or answer.count > 0
            if answer.refusal is not None:
                raise Failure(f"the {validator.name} validator refuses an entry of coop {coop}")
    for coop, entries in logs.items():
        if entries:
            left = sum(1 for _ in split(entries))
            raise Failure(f"{left} entries of coop {coop} can't be replayed")
    return answers
