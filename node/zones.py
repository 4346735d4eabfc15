"""Days in a named time zone: where one begins, and on which one a moment falls.

A day is the interval from its first midnight to the first midnight of the next one, so days follow
each other without a gap or an overlap, whatever the clocks of the zone do. On the night when clocks go
forward a day has 23 hours; where midnight itself is left out, the day begins at the moment of the leap.

Zones have the names of the IANA database (`America/Argentina/Buenos_Aires`), which comes from the
system or from the package `tzdata`.
"""

import os
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

FALLBACK_ZONE: Final = "UTC"
ZONE_PATTERN: Final = "^[A-Z][A-Za-z0-9_+/-]{0,63}$"

_NAME: Final = re.compile(ZONE_PATTERN)
_LOCALTIME: Final = Path("/etc/localtime")


class ZoneUnknown(ValueError):
    """There is no time zone of this name."""


def find_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises `ZoneUnknown`."""
    if not _NAME.fullmatch(name):
        raise ZoneUnknown(name[:64])
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ZoneUnknown(name) from error


def machine_zone() -> str:
    """The name of the zone that this machine is set to, or UTC when it doesn't say."""
    named = os.environ.get("TZ", "").removeprefix(":")
    linked = str(_LOCALTIME.resolve()).rpartition("/zoneinfo/")[2]
    for name in (named, linked):
        try:
            return find_zone(name).key
        except ZoneUnknown:
            continue
    return FALLBACK_ZONE


def day_begins(day: date, zone: ZoneInfo) -> int:
    """The first second of a day, in Unix seconds."""
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp())


def day_of(moment: int, zone: ZoneInfo) -> date:
    """The day on which a moment (Unix seconds, up to the year 9998) falls."""
    day = datetime.fromtimestamp(moment, UTC).astimezone(zone).date()
    # Where clocks go back over midnight, an evening comes twice: the second one is of the next day.
    following = day + timedelta(days=1)
    return following if moment >= day_begins(following, zone) else day
