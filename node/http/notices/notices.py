"""Being told: places where a member or a steward wants to be, in a session of theirs; and links in mails."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from aiohttp import web
from yarl import URL

from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import (
    BODY_TOO_LARGE,
    CONTENT_TYPE_UNSUPPORTED,
    TOO_MANY_REQUESTS,
)
from node.http.base.reading import JSON, check_query
from node.http.base.routes import Access, Header, Parameter, Route, id_parameter
from node.http.notices import shapes
from node.http.notices.problems import (
    MAIL_ADDRESS_REFUSED,
    MAIL_ASKED_LATELY,
    NO_MAIL,
    NO_PUSH,
    NOTICE_CODE_WRONG,
    NOTICE_JOIN_NOT_FOUND,
    NOTICE_TARGET_NOT_FOUND,
    NOTICES_TOO_MANY,
    PUSH_REFUSED,
)
from node.notices import links
from node.notices.mailboxes import check_mailbox
from node.notices.notice import NoticeKind
from node.notices.notices import Notices, notices_of
from node.notices.refusals import NoticeRefusal, NoticesNotDone
from node.notices.targets import (
    Channel,
    Person,
    Target,
    check_endpoint,
    check_keys,
)
from node.notices.watching import newcomer_of
from node.notices.words import PLACES, sentence
from node.spellings import Binary
from node.store import Write

_SUBJECT = "Notices"
_ID_BYTES: Final = 16
_MOST_NEWS: Final = 10

Answer = TypeVar("Answer")


async def get_offer(api: Api, request: web.Request) -> web.Response:
    """How this node can tell people."""
    check_query(request)
    key = api.notices.push_key
    return json_response(
        shapes.NoticeOffer(push_key=None if key is None else Binary(key), mail=api.notices.has_mail)
    )


async def _person(api: Api, request: web.Request) -> Person:
    session = await api.session(request)
    return Person(session.role.value, session.number, session.key)


async def _change(api: Api, run: Callable[[Notices], Answer]) -> Answer:
    def act(view: View) -> tuple[Write, Answer]:
        return Write(), run(notices_of(view))

    return await api.runner.change(act)


async def get_targets(api: Api, request: web.Request) -> web.Response:
    """Where the session's owner is told."""
    person = await _person(api, request)
    found = await api.runner.ask(lambda view: notices_of(view).targets_of(person))
    return json_response(
        shapes.NoticeTargets(targets=[_shape(each) for each in found]), is_private=True
    )


def _shape(target: Target) -> shapes.NoticeTarget:
    return shapes.NoticeTarget(**_fields(target))


def _fields(target: Target) -> dict[str, Any]:
    is_mail = target.channel is Channel.MAIL
    return {
        "id": target.id,
        "channel": target.channel.value,
        "at": target.address if is_mail else (URL(target.endpoint).host or ""),
        "endpoint": None if is_mail else target.endpoint,
        "language": target.language,
        "created": target.created_ms // 1000,
        "confirmed": target.confirmed_ms is not None,
    }


async def post_push(api: Api, request: web.Request) -> web.Response:
    """Tell this browser from now on; one that is known keeps its place."""
    person = await _person(api, request)
    return await _add_push(api, request, person)


async def post_newcomer(api: Api, request: web.Request) -> web.Response:
    """Tell this browser when who waits by this request is admitted, and nothing else.

    Whoever knows the request's id is told no more than `getJoin` tells them. No mail: strangers could make
    the node write to others.
    """
    api.check_rate(request)
    api.charge(request)
    join = request.match_info["id"]
    person = await api.runner.ask(lambda view: newcomer_of(view.store, join))
    if person is None:
        raise NoticeRefusal(NoticesNotDone.NOTICE_JOIN_NOT_FOUND)
    return await _add_push(api, request, person, join=join)


async def _add_push(
    api: Api, request: web.Request, person: Person, *, join: str = ""
) -> web.Response:
    asked = await api.read(request, shapes.PushRequest)
    if api.notices.push_key is None:
        raise Problem(NO_PUSH)
    endpoint = check_endpoint(asked.endpoint, allow_private=api.notices.settings.private_push)
    check_keys(bytes(asked.p256dh), bytes(asked.auth))
    api.notices.check_point(bytes(asked.p256dh))
    now_ms = api.clock_ms()
    target = Target(
        id=api.random_bytes(_ID_BYTES).hex(),
        role=person.role,
        number=person.number,
        key=person.key.hex(),
        channel=Channel.PUSH,
        language=asked.language,
        created_ms=now_ms,
        endpoint=endpoint,
        p256dh=str(asked.p256dh),
        auth=str(asked.auth),
        confirmed_ms=now_ms,
        join=join,
    )
    made = await _change(api, lambda notices: notices.add_push(target))
    code = api.notices.codes.code(links.NEWS, made.id)
    answer = shapes.NewNoticeTarget(**_fields(made), code=code)
    return json_response(answer, status=201, is_private=True)


async def post_mail(api: Api, request: web.Request) -> web.Response:
    """Ask an address whether it wants to be told."""
    person = await _person(api, request)
    asked = await api.read(request, shapes.MailRequest)
    if not api.notices.has_mail:
        raise Problem(NO_MAIL)
    target = Target(
        id=api.random_bytes(_ID_BYTES).hex(),
        role=person.role,
        number=person.number,
        key=person.key.hex(),
        channel=Channel.MAIL,
        language=asked.language,
        created_ms=api.clock_ms(),
        address=check_mailbox(asked.address),
    )
    made = await _change(api, lambda notices: notices.add_mail(target))
    answer = shapes.NewNoticeTarget(**_fields(made), code=None)
    return json_response(answer, status=201, is_private=True)


async def delete_target(api: Api, request: web.Request) -> web.Response:
    """Be told there no more."""
    person = await _person(api, request)
    id_ = request.match_info["id"]
    await _change(api, lambda notices: notices.drop(id_, person=person))
    return web.Response(status=204)


async def post_confirm(api: Api, request: web.Request) -> web.Response:
    """The owner of a mailbox says that it is the right one."""
    id_ = _coded(api, request, links.CONFIRM)
    target = await _change(api, lambda notices: notices.confirm(id_))
    return json_response(
        shapes.NoticeAnswer(address=target.address, confirmed=True), is_private=True
    )


async def get_stop(api: Api, request: web.Request) -> web.Response:
    """What one click of a mail program stops by POST (RFC 8058), opened as a page: that asks before it does.

    Programs that look at mail open addresses, too. The code goes behind the #, where it stays in the browser.
    """
    id_ = _coded(api, request, links.STOP)
    place = f"/notices#stop={id_}.{request.match_info['code']}"
    return web.Response(status=303, headers={"Location": place, "Cache-Control": "no-store"})


async def post_stop(api: Api, request: web.Request) -> web.Response:
    """The owner of a mailbox wants no more of these mails; one that never agreed gets none ever after."""
    id_ = _coded(api, request, links.STOP)

    def stop(notices: Notices) -> shapes.NoticeAnswer:
        target = notices.find(id_)
        notices.block(id_)
        assert target is not None, "it was there to be stopped"
        return shapes.NoticeAnswer(address=target.address, confirmed=False)

    return json_response(await _change(api, stop), is_private=True)


def _coded(api: Api, request: web.Request, purpose: str) -> str:
    """The id in the path, if the code there is the right one; guessing is paid for."""
    id_ = request.match_info["id"]
    _check_code(api, request, purpose, request.match_info["code"])
    return id_


def _check_code(api: Api, request: web.Request, purpose: str, code: str) -> None:
    id_ = request.match_info["id"]
    if not (id_.isascii() and code.isascii() and api.notices.codes.fits(purpose, id_, code)):
        api.check_rate(request)
        api.charge(request)
        raise NoticeRefusal(NoticesNotDone.NOTICE_CODE_WRONG)


async def post_news(api: Api, request: web.Request) -> web.Response:
    """What happened since, for the browser that was told to look."""
    asked = await api.read(request, shapes.NewsRequest)
    _check_code(api, request, links.NEWS, asked.code)
    id_ = request.match_info["id"]

    def look(view: View) -> shapes.WhatHappened:
        notices = notices_of(view)
        target = notices.find(id_)
        if target is None:
            raise NoticeRefusal(NoticesNotDone.NOTICE_CODE_WRONG)
        found = notices.newest(id_, since_ms=asked.since * 1000, most=_MOST_NEWS)
        return shapes.WhatHappened(
            title=api.coop.title,
            # A little is asked for twice rather than something never.
            time=max((each.created_ms // 1000 for each in found), default=asked.since),
            items=[
                shapes.NewsItem(
                    kind=each.kind.value,
                    text=sentence(each, language=target.language, unit=api.founding.unit),
                    path=PLACES[each.kind],
                    time=each.created_ms // 1000,
                )
                for each in found
                if each.kind is not NoticeKind.CONFIRM
            ],
        )

    return json_response(await api.runner.ask(look), is_private=True)


_ID = id_parameter("id", "The place's")
_JOIN_ID = Parameter(name="id", in_="path", description="The request's id.")
_CODE = Parameter(
    name="code",
    in_="path",
    description="From the mail.",
    schema={"type": "string", "pattern": "^[0-9a-f]{32}$"},
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/notices",
        handler=get_offer,
        name="getNoticeOffer",
        summary="How this node tells people what happened",
        subject=_SUBJECT,
        answer=shapes.NoticeOffer,
    ),
    Route(
        method="GET",
        path="/v1/me/notices",
        handler=get_targets,
        name="listNoticeTargets",
        summary="Where the session's owner, a member or a steward, is told",
        subject=_SUBJECT,
        access=Access.SESSION,
        answer=shapes.NoticeTargets,
    ),
    Route(
        method="POST",
        path="/v1/me/notices/push",
        handler=post_push,
        name="subscribePush",
        summary="Tell a browser from now on, by Web Push",
        subject=_SUBJECT,
        access=Access.SESSION,
        body={JSON: shapes.PushRequest},
        status=201,
        answer=shapes.NewNoticeTarget,
        problems=(
            NO_PUSH,
            PUSH_REFUSED,
            NOTICES_TOO_MANY,
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
        ),
    ),
    Route(
        method="POST",
        path="/v1/joins/{id}/notices",
        handler=post_newcomer,
        name="subscribeNewcomer",
        summary="Tell a browser, by Web Push, when who waits to be admitted is",
        subject=_SUBJECT,
        parameters=(_JOIN_ID,),
        body={JSON: shapes.PushRequest},
        status=201,
        answer=shapes.NewNoticeTarget,
        problems=(
            NOTICE_JOIN_NOT_FOUND,
            NO_PUSH,
            PUSH_REFUSED,
            NOTICES_TOO_MANY,
            TOO_MANY_REQUESTS,
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
        ),
    ),
    Route(
        method="POST",
        path="/v1/me/notices/mail",
        handler=post_mail,
        name="subscribeMail",
        summary="Ask an address of mail whether it wants to be told",
        subject=_SUBJECT,
        access=Access.SESSION,
        body={JSON: shapes.MailRequest},
        status=201,
        answer=shapes.NewNoticeTarget,
        problems=(
            NO_MAIL,
            MAIL_ADDRESS_REFUSED,
            MAIL_ASKED_LATELY,
            NOTICES_TOO_MANY,
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
        ),
    ),
    Route(
        method="DELETE",
        path="/v1/me/notices/targets/{id}",
        handler=delete_target,
        name="deleteNoticeTarget",
        summary="Be told at a place no more",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_ID,),
        status=204,
        problems=(NOTICE_TARGET_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/notices/{id}/confirm/{code}",
        handler=post_confirm,
        name="confirmMail",
        summary="The owner of a mailbox says that notices may come",
        subject=_SUBJECT,
        parameters=(_ID, _CODE),
        answer=shapes.NoticeAnswer,
        problems=(NOTICE_CODE_WRONG, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/notices/{id}/stop/{code}",
        handler=get_stop,
        name="askToStopMail",
        summary="The same address, opened in a browser: leads to a page that asks first",
        subject=_SUBJECT,
        parameters=(_ID, _CODE),
        status=303,
        headers={"Location": Header(description="The page.", schema={"type": "string"})},
        problems=(NOTICE_CODE_WRONG, TOO_MANY_REQUESTS),
    ),
    Route(
        method="POST",
        path="/v1/notices/{id}/stop/{code}",
        handler=post_stop,
        name="stopMail",
        summary="The owner of a mailbox wants no more notices (RFC 8058)",
        subject=_SUBJECT,
        parameters=(_ID, _CODE),
        answer=shapes.NoticeAnswer,
        problems=(NOTICE_CODE_WRONG, TOO_MANY_REQUESTS),
    ),
    Route(
        method="POST",
        path="/v1/notices/{id}/news",
        handler=post_news,
        name="getNews",
        summary="What happened, for the browser that was told to look",
        subject=_SUBJECT,
        parameters=(_ID,),
        body={JSON: shapes.NewsRequest},
        answer=shapes.WhatHappened,
        problems=(NOTICE_CODE_WRONG, TOO_MANY_REQUESTS, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED),
    ),
)
"""The routes of this subject."""
