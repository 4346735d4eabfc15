"""Notices are said in each language, with the same values, and by no sentence twice."""

import re

import pytest

from node.notices.notice import Notice, NoticeKind
from node.notices.words import FALLBACKS, MAILS, PLACES, SENTENCES, sentence, sentences
from node.words.codes import NAMES

VALUES = {
    NoticeKind.PAID: {"amount": 123_456},
    NoticeKind.NEAR_LIMIT: {"left": 500},
    NoticeKind.LIMIT_FALLS: {"time": 1_790_000_000, "limit": 100, "beyond": 200},
    NoticeKind.LIMIT_CHANGED: {"limit": 100},
}


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", sorted(NAMES))
def test_every_kind_is_said_with_its_values(language: str) -> None:
    kinds = set(NoticeKind) - {NoticeKind.CONFIRM}
    assert set(SENTENCES[language]) == kinds == set(PLACES)
    for kind in kinds:
        assert fields(SENTENCES[language][kind]) == set(VALUES.get(kind, {}))
        notice = Notice(target="a", kind=kind, seed="", created_ms=1, values=VALUES.get(kind, {}))
        assert "{" not in sentence(notice, language=language, unit="fiado")
    english, words = MAILS["en"], MAILS[language]
    for name in english.__slots__:
        assert fields(getattr(words, name)) == fields(getattr(english, name)), name
    assert FALLBACKS[language]


def test_amounts_and_days_are_written_as_the_language_writes_them() -> None:
    paid = Notice(
        target="a", kind=NoticeKind.PAID, seed="", created_ms=1, values={"amount": 123_456}
    )
    said = {code: sentence(paid, language=code, unit="fiado") for code in NAMES}
    assert said["es"] == "Te pagaron 1.234,56 fiado."
    assert said["en"] == "You were paid 1,234.56 fiado."
    assert said["pt"] == "Você recebeu 1.234,56 fiado."


def test_the_same_sentence_is_said_once() -> None:
    many = [
        Notice(target="a", kind=NoticeKind.TO_SIGN, seed=str(at), created_ms=at) for at in range(3)
    ]
    (said,) = sentences(many, language="en", unit="fiado")
    assert said.endswith("(×3)")
