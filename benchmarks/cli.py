"""What a `fiado` command costs before it does its work: processor time, against loading everything first.

Each command runs in a process of its own, up to where it finds no wallet; opening one, which stretches a
passphrase on purpose, and a node's answer cost the same either way. "Before" is the same command in an
interpreter that first loads the modules of all commands and of all errors' words, as `cli.main` did until
commands were loaded when they are typed. Both take turns, and the medians are compared.
"""

import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measuring import Options, check
from cli.main import PLACES
from cli.shell.exit_codes import ExitCode

ROUNDS: Final = 15
COMMANDS: Final[Mapping[str, tuple[Sequence[str], ExitCode]]] = {
    "version": (("--version",), ExitCode.OK),
    "balance": (("balance",), ExitCode.WALLET),
    "pay": (("pay", "alice@norte", "1", "--yes"), ExitCode.WALLET),
}
"""By name: what to type, and how it ends where there is no wallet."""

_RUN: Final = "from cli.main import main; main(prog_name='fiado')"
_WORDS: Final = (
    *("cli.shell.words", "cli.shell.words_of_nodes", "cli.wallet.words", "cli.node.words"),
    *("cli.paying.words", "cli.steward.words"),
)


def run(options: Options) -> dict[str, object]:
    """The median processor time of each command in milliseconds, and its ratio to before."""
    rounds = 1 if options.small else ROUNDS
    everything = sorted({place.partition(":")[0] for place in PLACES.values()} | {*_WORDS})
    programs = {"now": _RUN, "before": f"import {', '.join(everything)}; {_RUN}"}
    medians: dict[str, dict[str, float]] = {"now": {}, "before": {}}
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "FIADO_WALLET": str(Path(folder) / "wallet.json")}
        for name, (typed, code) in COMMANDS.items():
            times: dict[str, list[float]] = {"now": [], "before": []}
            for _ in range(rounds + 1):
                for kind, program in programs.items():
                    times[kind].append(_processor_seconds(program, typed, code, environment))
            for kind, measured in times.items():
                # The first round fills the disk's cache and writes what Python compiles.
                medians[kind][name] = statistics.median(measured[1:])
    now, before = medians["now"], medians["before"]
    return {
        "rounds": rounds,
        "processor_ms": {name: round(seconds * 1000) for name, seconds in now.items()},
        "before_ms": {name: round(seconds * 1000) for name, seconds in before.items()},
        "ratio_to_before": {name: round(now[name] / before[name], 3) for name in COMMANDS},
    }


def _processor_seconds(
    program: str, typed: Sequence[str], code: ExitCode, environment: Mapping[str, str]
) -> float:
    """User and system time of one process that runs a command."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, "-c", program, *typed],
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1, 2)],
        )
        _, status, used = os.wait4(child, 0)
    finally:
        os.close(null)
    ended = os.waitstatus_to_exitcode(status)
    check(ended == code, f"`fiado {' '.join(typed)}` ended with {ended}")
    return used.ru_utime + used.ru_stime
