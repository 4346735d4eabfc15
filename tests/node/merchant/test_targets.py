"""Where webhooks may go: public addresses by https, looked at when it comes to connecting."""

import socket

import pytest

from node.merchant import targets
from node.merchant.refusals import MerchantRefusal
from node.merchant.targets import AddressRefused, check_url, guarded_sockets, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "nonsense",
        "fec0::1", "::7f00:1", "::ffff:0:a00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808",
        "::ffff:100.64.0.1", "2002:6440:1::1", "2002:a00:1::1", "2001:0:808:808::f5ff:fffe",
        "fe80::5efe:808:808", "2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1", "100::1",
        "5f00::1", "3fff::1", "4000::1", "192.88.99.1", "192.0.0.8", "100.127.255.255",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"),
        *("100.63.255.255", "100.128.0.0", "2002:808:808::1", "2606:4700::5efe:808:808"),
    ],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/",
        "https://10.1.2.3:8080/x", "https://2130706433/", "https://127.1/", "https://0x7f.0.0.1/",
        "https://printer.local/", "https://user:word@shop.example/", "https://user@shop.example/",
        "https://shop.example/#part", "ftp://shop.example/", "file:///etc/passwd", "shop.example",
        "https://", "https:///path", "https://shop.example:0/", "https://shop.example:99999/",
        "https://shop.example/a b", "https://shop.example/\n", "javascript:alert(1)",
        "https://sh\u00f6p.example/", "https://shop.example/" + "a" * 600,
        "https://xn--localhost-/", "https://a.xn--localhost-/", "https://xn--/", "https://xn--a/",
        "https://" + "a" * 64 + ".example/", "https://" + "a." * 127 + "example/", "https://a..b/",
        "https://.a/", "https://a../", "https://./", "https://[::1", "https://[1:2]/",
        "https://%00/", "https://a%2eb/", "https://*/", "https://a,b/", "https://-a/", "https://a-/",
        "https://\ud800/", "https://shop.example/\ud800", "https://shop.example:-1/", "https://:443/",
        "https://localhost./", "https://127.0.0.1./", "https://a.local./",
    ],
)  # fmt: skip
def test_urls_that_are_not_taken(url: str) -> None:
    with pytest.raises(MerchantRefusal) as refused:
        check_url(url, allow_private=False)
    assert refused.value.code == "webhook_url_refused"


def test_urls_that_are_taken() -> None:
    for url in (
        "https://shop.example/fiado",
        "https://shop.example:8443/a?b=c",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://xn--nxasmq6b.example/",
        "https://a_b.shop.example./",
        "https://" + "a" * 63 + ".example/",
    ):
        assert check_url(url, allow_private=False) == url
    assert check_url("http://127.0.0.1:8000/", allow_private=True)


def test_the_socket_is_for_the_checked_address_only() -> None:
    make = guarded_sockets(allow_private=False)
    with pytest.raises(AddressRefused):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443)))
    make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443))).close()
    assert targets.LONGEST_URL == 512
