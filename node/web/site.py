"""What all pages share: templates in each language, static files, and the headers that keep them safe.

The Content-Security-Policy lets a page load and reach nothing but its own node, and run no script and no
style that stands in the page itself: markup in somebody's text can't do anything even if it got through
the templates' escaping.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from node.http.base.api import Api
from node.http.base.compressing import accepts_gzip
from node.web.assets import Assets
from node.web.languages import COOKIE, COOKIE_SECONDS, Language, choose, load_languages
from node.web.service_worker import edition_of, kept_by_worker, made_worker
from node.web.statics import WORKER, Static, load_statics
from node.words.codes import NAMES


def _policy(*, connect: str = "'self'", frame: str = "'none'") -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src {connect}",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame}",
        )
    )


CONTENT_SECURITY_POLICY: Final = _policy()
WALLET_POLICY: Final = _policy(connect="'self' https: http://127.0.0.1:* http://localhost:*")
"""The wallet asks the shop's own node about a bill (decision 0014)."""


def bill_policy(origins: Sequence[str]) -> str:
    """Of a bill's page, which the sites that its merchant lists may show in a frame (decision 0070)."""
    return _policy(frame=" ".join(origins) or "'none'")


SAFE_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Site:
    """Loaded once for all nodes of a process: nothing in it belongs to a node."""

    languages: Mapping[str, Language]
    environments: Mapping[str, Environment]
    statics: Mapping[str, Static]
    assets: Assets

    def language_of(self, request: web.Request) -> Language:
        """The language for this visitor."""
        code = choose(
            asked=request.query.get("lang"),
            cookie=request.cookies.get(COOKIE),
            accepted=request.headers.get("Accept-Language", ""),
        )
        return self.languages[code]

    def edition(self, api: Api, language: Language) -> str:
        """Of a node's pages in a language: another one when anything changes that the worker keeps."""
        return edition_of(api, self.assets, self.statics[WORKER], language.code)

    def worker(self, api: Api, language: Language) -> Static:
        """The service worker for a language."""
        return made_worker(
            self.statics[WORKER].body,
            edition=self.edition(api, language),
            code=language.code,
            kept=kept_by_worker(self.assets, language.code),
        )

    def page(
        self,
        api: Api,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        policy: str = CONTENT_SECURITY_POLICY,
        **values: object,
    ) -> web.Response:
        """A page in the visitor's language. A choice in the address is remembered."""
        language = self.language_of(request)
        edition = self.edition(api, language)
        text = (
            self.environments[language.code]
            .get_template(template)
            .render(
                language=language,
                language_names=NAMES,
                language_links={code: _with_language(request, code) for code in NAMES},
                founding=api.founding,
                charter=api.charter,
                coop=api.coop,
                path=request.path,
                edition=edition,
                **values,
            )
        )
        body = text.encode("utf-8")
        headers = {
            **SAFE_HEADERS,
            "Content-Security-Policy": policy,
            "Content-Type": HTML,
            "Content-Language": language.code,
            "Fiado-Edition": edition,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language, Accept-Encoding, Cookie",
        }
        if accepts_gzip(request):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        response = web.Response(body=body, status=status, headers=headers)
        if request.query.get("lang") in NAMES:
            response.set_cookie(
                COOKIE, language.code, max_age=COOKIE_SECONDS, path="/", samesite="Lax"
            )
        return response


def _with_language(request: web.Request, code: str) -> str:
    return str(request.rel_url.update_query(lang=code))


@cache
def load_site() -> Site:
    """The site; read from the package's files once."""
    languages, statics = load_languages(), load_statics()
    assets = Assets(statics, languages)
    return Site(
        languages=languages,
        environments={code: _environment(language, assets) for code, language in languages.items()},
        statics=statics,
        assets=assets,
    )


def _environment(language: Language, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        language.translations, newstyle=True
    )
    environment.globals["asset"] = assets.address
    environment.globals["script"] = partial(assets.script, code=language.code)
    environment.filters["amount"] = language.amount
    environment.filters["rough"] = language.rough
    environment.filters["whole"] = language.number
    environment.filters["day"] = language.day
    environment.filters["time"] = language.time
    return environment
