"""What central banks published, for the tests: the bundled series and a few more windows.

When the folder `shared/data` stands beside the project, its copies are checked too.
"""

import csv
from decimal import Decimal
from pathlib import Path

from cli.index.series import bundled_text, parse_changes

PROJECT = Path(__file__).resolve().parents[3]
SIBLING_DATA = PROJECT.parent / "shared" / "data"

UF_WINDOWS = {
    # First published day of a run, change of the month before the window in tenths, values in order.
    # Diario Oficial: 2020-03-10 to 2020-04-09; change of February 2020: +0.4 %.
    "2020-03-10": (
        4,
        "28520.23 28523.91 28527.58 28531.25 28534.93 28538.60 28542.28 28545.95 28549.63 28553.31 "
        "28556.98 28560.66 28564.34 28568.02 28571.70 28575.38 28579.06 28582.74 28586.42 28590.10 "
        "28593.78",
    ),
    # Diario Oficial: 2009-05-10 to 2009-06-09; change of April 2009: -0.2 %.
    "2009-05-10": (
        -2,
        "21017.77 21016.42 21015.06 21013.70 21012.34 21010.99 21009.63 21008.27 21006.92 21005.56 "
        "21004.20 21002.85 21001.49 21000.13 20998.78 20997.42 20996.07 20994.71 20993.35 20992.00 "
        "20990.64 20989.29 20987.93 20986.58 20985.22 20983.87",
    ),
    # Diario Oficial: 2006-01-10 to 2006-02-09; change of December 2005: -0.3 %.
    "2006-01-10": (
        -3,
        "17962.63 17960.89 17959.15 17957.41 17955.67 17953.93 17952.19 17950.45 17948.71",
    ),
    # Banco Central de Chile: 2024-11-10 to 2024-12-09; change of October 2024: +1.0 %.
    "2024-11-30": (
        10,
        "38247.92 38260.61 38273.30 38286.00 38298.70 38311.40 38324.11 38336.83 38349.54 38362.26",
    ),
}


def data_text(name: str, *, sibling: bool) -> str | None:
    """The text of a data file, bundled or from the sibling folder; None when that is not there."""
    if not sibling:
        return bundled_text(name)
    path = SIBLING_DATA / name
    return path.read_text(encoding="utf-8") if path.exists() else None


def published_values(text: str, *, column: str) -> dict[str, Decimal]:
    """Date -> value of a file with a column `date`."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {row["date"]: Decimal(row[column]) for row in csv.DictReader(lines)}


def indec_changes() -> dict[int, int]:
    """Month -> printed change in tenths of a percent, bundled."""
    return dict(parse_changes(bundled_text("indec_ipc_nacional.csv"), name="bundled"))
