"""What was recorded, replayed from the first entry by every validator that there is: all must agree."""

from ledger.codec import split
from ledger.founding import Founding
from ledger.validators.interface import Replayed, Validator
from ledger.validators.reference import ReferenceValidator
from node.engine.branches_kept import load_branches
from node.engine.reading import replay_store
from node.store import MemoryDisk, MemoryStore
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
    for validator in validators:
        for coop in logs:
            validator.open_log(coop)
    if load_branches(MemoryStore(disk.copy())):
        _check_branches(validators, disk, expected)
        return
    answers = [_replay(validator, dict(logs)) for validator in validators]
    if any(answer != answers[0] for answer in answers):
        raise Failure("the validators stop at different entries of the same logs")
    for validator in validators:
        if validator.digest() != expected:
            raise Failure(f"the {validator.name} validator replays the logs to another state")


def _check_branches(validators: list[Validator], disk: MemoryDisk, expected: bytes) -> None:
    """The same where a log has branches."""
    store = MemoryStore(disk.copy())
    for validator in validators:
        branches = load_branches(store)
        for branch in branches:
            validator.add_branch(branch.coop)
        if not replay_store(validator, store, branches):
            raise Failure("a log on the disk is damaged")
        if validator.digest() != expected:
            raise Failure(f"the {validator.name} validator replays the branches to another state")


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
                what = f"{validator.log(coop).length + 1} of coop {coop}: {answer.refusal.code}"
                raise Failure(f"the {validator.name} validator refuses entry {what}")
    for coop, entries in logs.items():
        if entries:
            left = sum(1 for _ in split(entries))
            raise Failure(f"{left} entries of coop {coop} can't be replayed")
    return answers
