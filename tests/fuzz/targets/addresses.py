"""Addresses, and what stands in the query strings and cookies of pages."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Request
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import EnvironBuilder

from plugin.addresses import check_address, check_hosts, is_allowed, parse_networks
from plugin.bootstrap import Application
from plugin.config import Config
from plugin.domain.analysis import Cell
from plugin.notifications import addresses as channels
from plugin.stores.backends.locating import open_store
from tests.fuzz.target import Target
from webhook_server.pages.paging import page_asked, pages_of
from webhook_server.pages.training import analysis_query
from webhook_server.people.cookies import COOKIE, SignedCookies
from webhook_server.people.own_path import own_path

HOSTS = ("images.example.com", "*.cdn.example.com", "192.0.2.7", "2001:db8::7")
_IMAGES = (
    b"https://images.example.com/a.jpg?sig=x", b"http://a.cdn.example.com:8080/a%20b",
    b"https://192.0.2.7/",
    b"http://[2001:db8::7]:81/a", b"https://user:pw@images.example.com/",
)  # fmt: skip
_CHANNELS = (
    b"slack://TokenA/TokenB/TokenC/#room",
    b"mailtos://user:secret@mail.example.com:587?to=ann@example.com",
    b"https://hooks.slack.com/services/T1/B2/C3", b"tgram://bot/chat",
    b"mmost://[2001:db8::1]/token",
)  # fmt: skip
_WORDS = (
    b"://", b"@", b"[", b"]", b"::", b"%2f", b"%00", b"?", b"#", b"..", b"\\", b"xn--", b"*.",
    b":0", b":65536",
    b":-1", b"127.0.0.1", b"[::ffff:127.0.0.1]", b"0x7f000001", b"2130706433", "。".encode(),
    "℀".encode(),
)  # fmt: skip


def targets(folder: Path) -> Iterator[Target]:
    """Addresses that are asked for, then those that ask us."""
    yield Target("address of an image", _image, _IMAGES, words=_WORDS)
    yield Target("IP address", lambda data: is_allowed(_text(data), _NETWORKS), _IPS, words=_WORDS)
    yield Target(
        "networks, hosts", _networks, [b"10.20.0.0/16", b"2001:db8::/32", *_IPS], words=_WORDS
    )
    yield Target("address of a channel", _channel, _CHANNELS, words=_WORDS)
    stores = [b"s3://bucket/prefix", b"file:///srv/store?sync=fast", b"az://box", b"data/store"]
    yield Target("address of a Store", _store, stores, words=_WORDS)
    paths = [
        b"/projects/parts?a=1",
        b"/",
        b"//example.com",
        b"/\\example.com",
        b"https://example.com",
    ]
    yield Target("where to go after signing in", _next, paths, words=_WORDS)
    queries = [b"page=2&rule=unsure&version=v7&weeks=4", b"page=&weeks=52", b"rule=(none)"]
    yield Target("query of a page", _query, queries)
    yield _cookies(folder)


_NETWORKS = parse_networks(["10.20.0.0/16", "fd00::/8"])
_IPS = (
    b"192.0.2.7",
    b"10.20.3.4",
    b"::ffff:10.0.0.1",
    b"64:ff9b::a00:1",
    b"fe80::1%eth0",
    b"2002:a00::1",
)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _image(data: bytes) -> None:
    address = check_address(_text(data), HOSTS)
    assert urlsplit(address.url).hostname == address.host
    assert address.host in HOSTS or address.host.endswith(".cdn.example.com")


def _networks(data: bytes) -> None:
    check_hosts([_text(data)])
    parse_networks([_text(data)])


def _channel(data: bytes) -> None:
    url = _text(data)
    channels.for_person(url, url)
    shown = channels.shown(url)
    channels.check("channels", url, channels.SCHEMES)
    channels.without_secrets(f"it failed: {url}", url)
    assert shown.partition("://")[0] in {*channels.SCHEMES, channels.NATIVE}


def _store(data: bytes) -> None:
    open_store(_text(data).replace("\0", ""))  # which no variable can hold


def _next(data: bytes) -> None:
    path = own_path(_text(data))
    assert path.startswith("/")
    assert path[1:2] not in {"/", "\\"}
    assert not urlsplit(path).netloc


def _query(data: bytes) -> None:
    arguments, notes = dict(parse_qsl(_text(data), keep_blank_values=True)), list[str]()
    page = page_asked(arguments, notes)
    assert 1 <= page <= 100_000
    pages_of("/queue", arguments, page, 50, 1000)
    analysis_query.asked(arguments, _CELLS, date(2026, 11, 25), notes)
    assert all(len(note) < 200 for note in notes)


_CELLS = [Cell("unsure", "v7", date(2026, 11, 23), {})]


def _cookies(folder: Path) -> Target:
    redis = "redis://127.0.0.1:1/0"
    parts = Application(Config.model_validate({"STORE_URL": str(folder), "REDIS_URL": redis}))
    app = Flask("fuzzed")
    app.secret_key = parts.sessions.secret
    cookies = SignedCookies(parts)
    serializer = cookies.get_signing_serializer(app)
    assert isinstance(serializer, URLSafeTimedSerializer)
    signed = str(serializer.dumps({"id": "x" * 40, "_flashes": [("done", "Saved.")]}))
    builder = EnvironBuilder("/queue")

    def parse(data: bytes) -> None:
        environ = builder.get_environ() | {"HTTP_COOKIE": f"{COOKIE}={data.decode('latin-1')}"}
        assert cookies.open_session(app, Request(environ)) is not None

    return Target("cookie", parse, [signed.encode(), signed.rpartition(".")[0].encode()])
