"""What a browser is shown instead of a problem document: a page, in the visitor's language.

Only for addresses of pages: what asks the interface gets its problems as they are.
"""

from typing import Final

from aiohttp import web

from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import INTERNAL
from node.web.site import load_site

_OF_PROGRAMS: Final = ("/v1/", "/web/", "/openapi.json")


def wants_page(request: web.Request, problem: Problem) -> bool:
    """Whether whoever asks looks at pages. After a mistake of our own no page is tried again."""
    is_looking = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    return is_looking and problem.kind is not INTERNAL and not request.path.startswith(_OF_PROGRAMS)


def problem_page(api: Api, request: web.Request, problem: Problem) -> web.Response:
    """The page that says that there is nothing here, or nothing now."""
    response = load_site().page(
        api,
        request,
        "lost.html",
        status=problem.kind.status,
        is_missing=400 <= problem.kind.status < 500 and not problem.kind.retryable,
    )
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    return response
