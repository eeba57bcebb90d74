"""Requests that are made up: of deployments, of people, and of nobody who knows HTTP."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_from_bytes

from werkzeug.routing import Rule

from plugin.services.collection.hooks import SECRET_HEADER
from tests.batch_samples import ANN, BEN
from tests.fuzz.mutating import WORDS, Material, mutated
from tests.fuzz.rechunking import rechunked
from tests.fuzz.requests.asking import HOOK, KEY, SESSION, TOKEN, UPLOAD, Ask, request
from tests.fuzz.target import Target
from tests.fuzz.targets import all_targets
from tests.reviewed import frame_of
from tests.samples import jpeg
from webhook_server.people.cookies import COOKIE

_PLACE = re.compile(r"<(?:[^<>]*:)?(\w+)>")

Make = Callable[[Random], Ask]

EVENTS = "/v1/projects/parts/events"
_KEYED = {"Authorization": f"Bearer {KEY.decode()}"}
_MAY_BE_AWAY = {"sign_in.begin", "batch.change", "health.readyz", "system.diagnose"}
"""What asks Label Studio, which is not there, or says whether everything is."""

_BODIES = {
    "event": ("application/json", EVENTS), "form": ("", EVENTS),
    "NDJSON as it comes in": ("application/x-ndjson", EVENTS), "gzip": ("application/json", EVENTS),
    "counts of a client": ("application/json", "/v1/projects/parts/counts"),
    "prediction, recognised": ("application/json", EVENTS),
}  # fmt: skip
"""Parsers whose inputs are posted: the type of the body and where it goes to."""

_KNOWN = {
    "project": ("parts", "press-4", "unknown"), "name": ("2026-11-23", "2026-11-24"),
    "number": ("1", "2"),
    "frame_id": (frame_of("shot-9"), frame_of("shot-1"), "0" * 32), "size": ("thumbnail", "image"),
    "change": ("assign", "reassign", "take-back", "instructions"), "filename": ("app.js",
    "../app.py"),
}  # fmt: skip
_ASKED = {
    "page": ("2", "100000", "-1"), "rule": ("unsure", "(none)"), "version": ("v7", "1"),
    "weeks": ("4", "52"),
    "status": ("ready", "in-review", "done"), "sort": ("created", "name"), "order": ("asc", "desc"),
    "project": ("parts",), "q": ("2026",), "batch": ("2026-11-23",), "show": ("all", "done"),
    "next": ("/queue", "//example.com"), "section": ("limits", "conditions"), "email": (ANN,),
    "reviewer": (ANN, BEN), "change": ("assign",), "window": ("hour", "day", "week"),
}  # fmt: skip
_FIELDS = {
    **_ASKED, "base": ("1", "2", "0"), "on": ("1", "0", "true"), "token": ("x" * 40,),
    "enabled": ("on",),
    "images": ("3", ""), "source": (ANN,), "target": (BEN,), "instructions": ("mind the rim",),
    "frame": (frame_of("shot-1"),), "letter": ("1",), "channels": ("slack://A/B/C", "mailto://["),
    "action": ("retry", "drop", "add"), "everything": ("on",), "mail": ("on", ""),
}  # fmt: skip
_HEADERS = {
    "Accept": ("text/html", "*/*", "application/json"), "If-None-Match": ('"parts-1"', "*", "W/"),
    "Range": ("bytes=0-1", "bytes=-"), "Cookie": (f"{COOKIE}=x.y.z", "a=b; c"),
    "X-Request-Id": ("a b", "x"),
    "Content-Encoding": ("gzip", "identity", "br"), "Idempotency-Key": ("k1", "x" * 300),
    "Origin": ("http://127.0.0.1", "null"), "Referer": ("http://[", "http://127.0.0.1/x"),
    "Host": ("[", "a:b:c"),
    "X-Forwarded-For": ("192.0.2.1, [", "x"),
    "If-Modified-Since": ("Wed, 25 Nov 2026 12:00:00 GMT", "x"),
    "Accept-Language": ("de;q=x",), "Expect": ("100-continue",), "Sec-Fetch-Site": ("cross-site",
    "none"),
}  # fmt: skip


def groups(routes: Sequence[Rule], folder: Path) -> dict[str, Make]:
    """What makes requests, by the name of its group."""
    targets = {target.name: target for target in all_targets(folder)}
    pages = [rule for rule in routes if "GET" in (rule.methods or ())]
    forms = [rule for rule in routes if "POST" in (rule.methods or ()) and "/v1/" not in rule.rule]
    return {
        "API: bodies gone wrong": _bodies(targets),
        "API: images that were asked for": _uploads,
        "API: hooks of Label Studio": _hooks,
        "pages: nobody": _of_pages(pages, ""),
        "pages: a reviewer": _of_pages(pages, "reviewer"),
        "pages: a manager": _of_pages(pages, "manager"),
        "forms: nobody": _of_forms(forms, targets, ""),
        "forms: a reviewer": _of_forms(forms, targets, "reviewer"),
        "forms: a manager": _of_forms(forms, targets, "manager"),
        "raw HTTP": _raw,
    }


def _bodies(targets: dict[str, Target]) -> Make:
    def make(chance: Random) -> Ask:
        name = chance.choice(list(_BODIES))
        kind, path = _BODIES[name]
        body = targets[name].input(chance.randrange(1_000_000))
        headers = _KEYED | _odd_headers(chance)
        if name == "form":
            line, _, body = body.partition(b"\n")
            kind = line.decode("latin-1")
        elif name == "gzip":
            headers["Content-Encoding"] = "gzip"
        elif name.startswith("prediction"):
            body = b'{"event_id": "e%d", "prediction": %b}' % (chance.randrange(9999), body[1:])
        query = chance.choice(("", "", "?explain=1", "?explain=%ff", "?explain=no"))
        data = request("POST", path + query, headers | {"Content-Type": kind}, body)
        return Ask("API: bodies gone wrong", data)

    return make


def _uploads(chance: Random) -> Ask:
    image = chance.choice((mutated, rechunked))(jpeg(), chance, _IMAGES)
    if chance.random() < 0.8:
        path, query = UPLOAD.decode(), chance.choice(("", "", "", "&a=b", "0"))
    else:
        path = f"/v1/uploads/{_value('project', chance)}/{_value('frame_id', chance)}"
        query = f"?expires={_odd(chance)}&signature={_odd(chance)}"
    return Ask(
        "API: images that were asked for", request("PUT", path + query, _odd_headers(chance), image)
    )


_IMAGES = Material([jpeg()])


def _hooks(chance: Random) -> Ask:
    project, batch = _value("project", chance), _value("name", chance)
    path = f"/v1/label-studio/events?project={project}&batch={batch}"
    secret = HOOK.decode() if chance.random() < 0.8 else _odd(chance)
    headers = _odd_headers(chance) | {SECRET_HEADER: secret}
    body = mutated(b'{"action": "ANNOTATION_CREATED"}', chance, _IMAGES)
    return Ask("API: hooks of Label Studio", request("POST", path, headers, body))


def _of_pages(pages: Sequence[Rule], who: str) -> Make:
    group = f"pages: {'a ' if who else ''}{who or 'nobody'}"

    def make(chance: Random) -> Ask:
        rule = chance.choice(pages)
        pairs = [(name, _value_of(_ASKED, name, chance)) for name in _some(_ASKED, chance)]
        query = "&".join(f"{name}={value}" for name, value in pairs)
        method = chance.choice(("GET", "GET", "GET", "HEAD", "OPTIONS"))
        data = request(method, f"{_path(rule, chance)}?{query}", _headers_of(who, chance))
        return Ask(group, data, who, rule.endpoint in _MAY_BE_AWAY)

    return make


def _of_forms(forms: Sequence[Rule], targets: dict[str, Target], who: str) -> Make:
    group = f"forms: {'a ' if who else ''}{who or 'nobody'}"
    made = [target for name, target in targets.items() if name.startswith("form: ")]

    def make(chance: Random) -> Ask:
        rule = chance.choice(forms)
        fitting = [each for each in made if each.name.rpartition(" ")[2] in rule.endpoint] or made
        pairs = [(name, _value_of(_FIELDS, name, chance)) for name in _some(_FIELDS, chance)]
        body = "&".join(f"{name}={value}" for name, value in pairs).encode()
        if chance.random() < 0.7:
            body += b"&" + chance.choice(fitting).input(chance.randrange(1_000_000))
        body = b"csrf_token=" + TOKEN + b"&base=%d&" % chance.randrange(1, 5) + body
        headers = _headers_of(who, chance) | {"Content-Type": "application/x-www-form-urlencoded"}
        data = request("POST", _path(rule, chance), headers, body)
        return Ask(group, data, who, rule.endpoint in _MAY_BE_AWAY)

    return make


def _raw(chance: Random) -> Ask:
    return Ask(
        "raw HTTP", mutated(chance.choice(_HEADS), chance, _HTTP), is_raw=True, may_be_away=True
    )


_POST = f"POST {EVENTS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY.decode()}\r\n"
_HEADS = (
    b"GET /queue HTTP/1.1\r\nHost: a\r\nCookie: lsal_session=x\r\n\r\n",
    b"GET /projects/parts?page=2 HTTP/1.0\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    _POST.encode() + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    _POST.encode() + b"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\n{}\n\r\n2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n",
    _POST.encode() + b"Content-Type: multipart/form-data; boundary=X\r\nExpect: 100-continue\r\n"
    b"Content-Length: 9\r\n\r\n--X--\r\n\r\n",
    _POST.encode() + b"Content-Encoding: gzip\r\nContent-Type: application/json\r\n"
    b"Content-Length: 30\r\n\r\n\x1f\x8b",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\4\0\0\0\0\0\0\3\0\0\0d",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    b"PUT /v1/uploads/parts/0?expires=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\n\xff\xd8\xff",
)  # fmt: skip
_HTTP = Material(_HEADS, (
    b"\r\n", b"\n", b"\r", b": ", b" HTTP/1.1", b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 1\r\n",
    b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n",
    b"ffffffffffffffff\r\n", b"0\r\n\r\n",
    b"Connection: close\r\n", b"Upgrade: websocket\r\nConnection: upgrade\r\n", b"\r\n x",
    b"%2e%2e%2f", b"%00",
))  # fmt: skip


def _headers_of(who: str, chance: Random) -> dict[str, str]:
    own = {"Accept": "text/html"} if chance.random() < 0.8 else {}
    odd = _odd_headers(chance)
    return own | odd | ({"Cookie": f"{COOKIE}={SESSION.decode()}"} if who else {})


def _odd_headers(chance: Random) -> dict[str, str]:
    if chance.random() < 0.7:
        return {}
    return {name: chance.choice(_HEADERS[name]) for name in chance.sample(list(_HEADERS), 2)}


def _path(rule: Rule, chance: Random) -> str:
    return _PLACE.sub(lambda place: _value(place[1], chance), rule.rule)


def _value(name: str, chance: Random) -> str:
    """A value of a path, mostly one that exists."""
    return quote(chance.choice(_KNOWN[name])) if chance.random() < 0.8 else _odd(chance)


def _value_of(known: dict[str, tuple[str, ...]], name: str, chance: Random) -> str:
    return quote(chance.choice(known[name])) if chance.random() < 0.6 else _odd(chance)


def _odd(chance: Random) -> str:
    return quote_from_bytes(chance.choice(WORDS), safe="") or "-"


def _some(known: dict[str, tuple[str, ...]], chance: Random) -> list[str]:
    return chance.sample(list(known), chance.randrange(5))
