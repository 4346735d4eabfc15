"""Carries notices by the operator's mail server."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from node.notices import mail
from node.notices.codes import NoticeCodes
from node.notices.links import confirm_url, one_click_url, stop_url
from node.notices.notice import Notice, NoticeKind
from node.notices.sending import Attempt
from node.notices.targets import Target
from node.notices.words import MAILS, PLACES, sentences

_LISTED: Final = 20
"""How many sentences a mail has at most."""


class MailCarrier:
    """By the operator's mail server."""

    def __init__(
        self,
        server: mail.MailServer,
        codes: NoticeCodes,
        *,
        public_url: str,
        coop: Callable[[], str],
        unit: str,
        clock_ms: Callable[[], int],
    ) -> None:
        self._server = server
        self._codes = codes
        self._public_url = public_url
        self._coop = coop
        self._unit = unit
        self._clock_ms = clock_ms

    async def carry(self, target: Target, notices: Sequence[Notice]) -> Attempt:
        """See `sending.Carry`."""
        is_asking = target.confirmed_ms is None
        letter = self._asking(target) if is_asking else self._telling(target, notices)
        try:
            await asyncio.to_thread(mail.send, self._server, letter, now=self._clock_ms() // 1000)
        except mail.MailFailure as failure:
            return Attempt(why=failure.why, is_gone=failure.is_gone, is_own=failure.is_address)
        return Attempt()

    def _asking(self, target: Target) -> mail.Letter:
        words, coop = MAILS[target.language], self._coop()
        confirm = confirm_url(self._public_url, self._codes, target.id)
        never = stop_url(self._public_url, self._codes, target.id)
        text = "\n\n".join(
            (
                words.confirm.format(coop=coop),
                words.confirm_here.format(url=confirm),
                words.never.format(url=never),
            )
        )
        return self._letter(
            target, words.confirm_subject.format(coop=coop), text, f"confirm.{target.id}"
        )

    def _telling(self, target: Target, notices: Sequence[Notice]) -> mail.Letter:
        words, coop = MAILS[target.language], self._coop()
        told = [each for each in notices if each.kind is not NoticeKind.CONFIRM]
        said = sentences(told, language=target.language, unit=self._unit)
        shown = [*said[:_LISTED], *(["…"] if len(said) > _LISTED else [])]
        place = PLACES[told[0].kind] if told else "/wallet"
        stop = stop_url(self._public_url, self._codes, target.id)
        text = "\n\n".join(
            (
                "\n".join(shown),
                words.look.format(url=self._public_url + place),
                words.why.format(coop=coop),
                words.stop.format(url=stop),
            )
        )
        newest = notices[-1].id if notices else target.id
        return self._letter(target, words.subject.format(coop=coop), text, newest)

    def _letter(self, target: Target, subject: str, text: str, id_: str) -> mail.Letter:
        return mail.Letter(
            to=target.address,
            subject=subject,
            text=text + "\n",
            id_=id_,
            stop_url=one_click_url(self._public_url, self._codes, target.id),
        )
