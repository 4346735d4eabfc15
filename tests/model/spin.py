"""Runs SPIN: translates the model to C, compiles it, explores every state, and reads what comes out."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.model.checks import Answer, Check

MODEL = Path(__file__).with_name("agreement.pml")
MOST_MEMORY_MB = 3_000
MOST_DEPTH = 100_000
TIMEOUT_SECONDS = 600
COMPILER = ("gcc", "-w", "-O1", "-DSAFETY", "-DNOCLAIM", f"-DMEMLIM={MOST_MEMORY_MB}")


class SpinBroken(Exception):
    """SPIN or the compiler failed, or not every state was explored: nothing is known."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many states were explored, and how it ended."""

    states: int
    answer: Answer


def explore(check: Check) -> Outcome:
    """Explore the model as the check says, up to the first error. Raises `SpinBroken`."""
    with TemporaryDirectory(prefix="fiado-model-") as folder:
        shutil.copy(MODEL, folder)
        _run(["spin", "-a", *check.definitions(), MODEL.name], folder)
        _run([*COMPILER, "-o", "pan", "pan.c"], folder)
        return read_outcome(_run(["./pan", f"-m{MOST_DEPTH}"], folder))


def read_outcome(output: str) -> Outcome:
    """What an exploration printed. Raises `SpinBroken`."""
    errors = re.search(r"errors: (\d+)", output)
    states = re.search(r"(\d+) states, stored", output)
    if errors is None or states is None:
        raise SpinBroken(f"the exploration did not end:\n{output[-2_000:]}")
    return Outcome(states=int(states[1]), answer=_read_answer(int(errors[1]), output))


def _read_answer(errors: int, output: str) -> Answer:
    if errors == 0:
        if "Search not completed" in output or "max search depth too small" in output:
            raise SpinBroken(f"not every state was explored:\n{output[-2_000:]}")
        return Answer.HOLDS
    broken = re.search(r"assertion violated (.*)", output)
    for answer in Answer:
        if broken is not None and answer is not Answer.HOLDS and answer.value in broken[1]:
            return answer
    raise SpinBroken(f"an error that no check knows:\n{output[-2_000:]}")


def _run(command: list[str], folder: str) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise SpinBroken(f"{command[0]}: not done after {TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        raise SpinBroken(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2_000:]}"
        )
    return done.stdout
