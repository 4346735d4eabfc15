"""Which addresses of databases are taken, and what is said of the others."""

import re

import pytest

from node.store_urls import StoreUrlError, check_store_url


@pytest.mark.parametrize(
    "text",
    [
        "sqlite:///node.db",
        "sqlite:////srv/norte/the node.db",
        "postgresql://fiado@db/norte",
        "postgresql+psycopg://fiado:secret@db:5432/norte?sslmode=require",
    ],
)
def test_sqlite_and_postgresql_are_taken(text: str) -> None:
    assert check_store_url(text) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mysql://root:secret@localhost/fiado", "in a mysql database"),
        ("mysql+pymysql://localhost/fiado", "in a mysql+pymysql database"),
        ("MONGODB://x", "in a mongodb database"),
        ("sqlite://node.db", "how the address of a sqlite database is written"),
        ("sqlite:///", "names none"),
        ("sqlite:///:memory:", "names none"),
        ("sqlite:///a\0b", "names none"),
        ("postgresql:fiado", "how the address of a postgresql database is written"),
        ("postgresql://", "how the address of a postgresql database is written"),
        ("postgresql://a b", "how the address of a postgresql database is written"),
        ("node.db", "not the address of a database"),
        ("", "not the address of a database"),
    ],
)
def test_everything_else_is_refused_in_words(text: str, problem: str) -> None:
    with pytest.raises(StoreUrlError, match=re.escape(problem)) as refused:
        check_store_url(text)
    assert "sqlite:///FILE, or postgresql://" in str(refused.value)
    assert "secret" not in str(refused.value)
