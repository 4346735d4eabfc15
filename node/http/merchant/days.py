"""Days and time zones in questions of merchants."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.merchant.problems import ZONE_UNKNOWN
from node.zones import ZoneUnknown, find_zone

_LAST_DAY: Final = date(9998, 12, 31)
"""The day after it must have a date too."""


def read_zone(api: Api, request: web.Request) -> ZoneInfo:
    """The zone that is asked for, or the node's. Raises `zone_unknown`."""
    name = request.query.get("zone")
    if name is None:
        return api.merchants.zone
    try:
        return find_zone(name)
    except ZoneUnknown as error:
        raise Problem(ZONE_UNKNOWN, pointer="zone") from error


def read_day(request: web.Request, name: str) -> date | None:
    """The day that is asked for, if one is. Raises `request_malformed`."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.isoformat() != text or not date(1970, 1, 2) <= day <= _LAST_DAY:
        raise Problem(REQUEST_MALFORMED, f"{name}: must be a day such as 2026-11-21.", pointer=name)
    return day
