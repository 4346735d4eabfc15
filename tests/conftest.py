"""Habits that every test shares.

Tests that need something from the machine are skipped where it is missing; with `FIADO_CI=1` such a
skip is a failure, because a check that silently did not run proves nothing. Property tests have no
deadline, because how fast a machine is says nothing about the code. A shell that starts something in the
background has it ignore Ctrl-C, and all that it starts too; tests of Ctrl-C hold there as well.
"""

import os
import signal
from collections.abc import Generator

import hypothesis
import pytest

from tests.needs import NEEDS

os.environ["FIADO_LANG"] = "en"  # Wherever the tests run, commands are read in English.

IS_CI = os.environ.get("FIADO_CI") == "1"

hypothesis.settings.register_profile("fiado", deadline=None, print_blob=True)
hypothesis.settings.load_profile("fiado")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, missing in NEEDS.items():
        if item.get_closest_marker(marker) is not None:
            reason = missing()
            if reason is not None:
                pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test that needs something into a failure where everything is installed."""
    report = yield
    needed = [marker for marker in NEEDS if item.get_closest_marker(marker) is not None]
    if IS_CI and needed and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although FIADO_CI=1 ({', '.join(needed)}): {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Where everything is installed, refuse to skip a whole module: nobody would see it."""
    report = yield
    if IS_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"module skipped although FIADO_CI=1: {report.longrepr}"
    return report
