"""What goes to a push service: the example of RFC 8291 byte for byte, and what a browser makes of ours."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from node.notices import push
from tests.node.notices.fake_push import Browser, claims_of, from_base64url

SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc() -> None:
    body = push.encrypted(
        b"When I grow up, I want to be a watermelon",
        p256dh=from_base64url(RECEIVER),
        auth=from_base64url(AUTH),
        key=push.key_of_scalar(int.from_bytes(from_base64url(SENDER), "big")),
        salt=from_base64url(SALT),
    )
    assert body == from_base64url(BODY)


def test_only_the_browser_that_subscribed_opens_it() -> None:
    browser, other = Browser(), Browser()
    body = push.encrypted(
        push.LOOK, p256dh=browser.point, auth=browser.auth, key=push.new_key(), salt=bytes(16)
    )
    assert browser.open(body) == push.LOOK
    for stranger in (other, Browser(key=browser.key), Browser(auth=browser.auth)):
        with pytest.raises(InvalidTag):
            stranger.open(body)


def test_what_is_no_point_is_refused() -> None:
    for wrong in (b"\x04" + bytes(64), b"\x04" + b"\xff" * 64):
        with pytest.raises(ValueError, match=r".+"):
            push.check_point(wrong)


def test_the_sender_is_said_for_that_service_alone_and_not_for_long() -> None:
    key = push.key_of_scalar(12_345)
    header = push.authorization(
        key, endpoint="https://push.example:8443/a/b?c", contact="mailto:a@norte.example", now=1_000
    )
    claims = claims_of(header, key=push.public_bytes(key))
    assert claims == {
        "aud": "https://push.example:8443",
        "exp": 1_000 + 43_200,
        "sub": "mailto:a@norte.example",
    }


def test_the_keys_number_is_one_of_the_curve() -> None:
    key = push.key_of_scalar(1)
    assert isinstance(key.curve, ec.SECP256R1)
