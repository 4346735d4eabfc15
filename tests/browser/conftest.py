"""What browser tests share: one federation of two coops on a stage, and browsers at two sizes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.driving import DESKTOP, PHONE, Browser, browser
from tests.browser.stage import Stage
from tests.builders import build_federation


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Two coops' nodes, linked, without members."""
    with Stage(tmp_path, build_federation(coops=2, clearing_limit=1_000_000)) as stage:
        yield stage


@pytest.fixture
def phone() -> Iterator[Browser]:
    """A browser of a phone's size."""
    with browser(PHONE) as driven:
        yield driven


@pytest.fixture
def desktop() -> Iterator[Browser]:
    """A browser of a desk's size."""
    with browser(DESKTOP) as driven:
        yield driven
