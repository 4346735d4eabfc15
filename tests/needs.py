"""What some tests need from the machine, and whether it is there.

A test says what it needs with a marker, such as `needs_postgres` or `needs_spin`. Where it
is missing the test is skipped with the reason that this module gives. With `FIADO_CI=1`, which
`.ci/run` sets after it installed everything, such a skip is a failure: see `conftest.py`.
"""

import importlib.util
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from node.web import library

POSTGRES_FOLDERS = Path("/usr/lib/postgresql")
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
DRIVER_NAME = "chromedriver"
FIREFOX_NAMES = ("firefox-esr", "firefox")
FIREFOX_DRIVER_NAME = "geckodriver"


def postgres_programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs (`initdb`, `postgres`), if there is one."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).parent
    versions = [folder for folder in POSTGRES_FOLDERS.glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


def browser_program() -> str | None:
    """The path of a Chromium, if there is one."""
    return next(filter(None, map(shutil.which, BROWSER_NAMES)), None)


def missing_postgres() -> str | None:
    """Why tests with PostgreSQL can't run here, or nothing if they can."""
    if postgres_programs() is None:
        return "PostgreSQL's programs are not installed (Debian: apt-get install postgresql)"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (pip install 'fiado[postgres]')"
    return None


def missing_browser() -> str | None:
    """Why tests with a browser can't run here, or nothing if they can."""
    if browser_program() is None or shutil.which(DRIVER_NAME) is None:
        return "no Chromium with its driver (Debian: apt-get install chromium chromium-driver)"
    return None


def firefox_program() -> str | None:
    """The path of a Firefox, if there is one."""
    return next(filter(None, map(shutil.which, FIREFOX_NAMES)), None)


def missing_firefox() -> str | None:
    """Why tests with Firefox can't run here, or nothing if they can."""
    if firefox_program() is None or shutil.which(FIREFOX_DRIVER_NAME) is None:
        return (
            "no Firefox with its driver (Debian: apt-get install firefox-esr;"
            " cargo install geckodriver --locked)"
        )
    return None


def missing_page_library() -> str | None:
    """Why tests with the libraries of the pages can't run here, or nothing if they can."""
    if not library.is_here():
        return "the libraries of the pages are not here (make install, where there is npm)"
    return None


def missing_native() -> str | None:
    """Why tests of the native validator can't run here, or nothing if they can."""
    if importlib.util.find_spec("ledger._native") is None:
        return "the native validator was not built (make native)"
    return None


def missing_client_generator() -> str | None:
    """Why tests with a generated client can't run here, or nothing if they can."""
    if importlib.util.find_spec("openapi_python_client") is None:
        return "openapi-python-client is not installed (pip install 'fiado[dev]')"
    return None


def missing_spin() -> str | None:
    """Why the model of agreement can't be explored here, or nothing if it can."""
    if shutil.which("spin") is None or shutil.which("gcc") is None:
        return (
            "SPIN or its C compiler is not installed (Debian: apt-get install spin gcc libc6-dev)"
        )
    return None


def missing_belenios() -> str | None:
    """Why elections can't be verified by Belenios here, or nothing if they can."""
    if shutil.which("belenios-tool") is None:
        return "belenios-tool is not installed (Debian: apt-get install belenios-tool)"
    return None


def missing_bookkeeping() -> str | None:
    """Why journals can't be read by the programs that they are for here, or nothing if they can."""
    if shutil.which("hledger") is None or shutil.which("bean-query") is None:
        return "hledger or beancount is not installed (Debian: apt-get install hledger beancount)"
    return None


NEEDS: Mapping[str, Callable[[], str | None]] = {
    "needs_postgres": missing_postgres,
    "needs_browser": missing_browser,
    "needs_firefox": missing_firefox,
    "needs_page_library": missing_page_library,
    "needs_native": missing_native,
    "needs_client_generator": missing_client_generator,
    "needs_spin": missing_spin,
    "needs_belenios": missing_belenios,
    "needs_bookkeeping": missing_bookkeeping,
}
"""Marker -> a function that says what is missing, or nothing."""
