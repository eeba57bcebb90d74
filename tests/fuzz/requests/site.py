"""A server as it runs in production, with something on every page and people signed in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_hex

import httpx
import psutil
from werkzeug.routing import Rule

from plugin.clock import utc_now
from plugin.domain.prediction import Box
from tests.batch_samples import ANN, BEN, add_batch, finished, give, review
from tests.fuzz.requests.asking import (
    HOOK,
    KEY,
    SESSION,
    TOKEN,
    UPLOAD,
    Answer,
    Ask,
    Line,
    with_length,
)
from tests.reviewed import BATCH
from tests.samples import box, jpeg, prediction, settings
from tests.served import Served, served
from tests.server.reviewed import import_frame, reviewed
from tests.signing_in import MAYA, session_cookie
from webhook_server.app import create_app
from webhook_server.people.cookies import COOKIE

DENT = Box("dent", 0.41, (32.0, 24.0, 96.0, 72.0))
LONGEST_SESSION = 100
"""Requests that a session is good for: forms end sessions, too."""


@dataclass
class Session:
    """Of somebody: the cookie, and the token that forms are sent with."""

    cookie: str
    token: str
    left: int = LONGEST_SESSION


@dataclass
class Site:
    """The server, its routes, and who is signed in."""

    served: Served
    routes: list[Rule]
    sessions: dict[str, Session] = field(default_factory=dict)
    upload: str = ""
    """The path of an image that is waited for; "" where none is."""

    def ask(self, ask: Ask) -> Answer:
        """Ask the server."""
        if ask.is_raw:
            data = ask.data.replace(KEY, self.served.key.encode())
        else:
            if UPLOAD in ask.data:
                self.upload = self.upload or self._waited_for()
            data = with_length(ask.data, self._values(ask.who))
        answer = self._line.ask(data, ask.method, is_raw=ask.is_raw)
        if answer.status == 401 or b" /sign-out" in ask.data[:20]:
            self.sessions.pop(ask.who, None)
        if UPLOAD in ask.data and answer.status // 100 == 2:
            self.upload = ""
        return answer

    @cached_property
    def process(self) -> psutil.Process:
        """The server's main process."""
        found = psutil.Process().children(recursive=True)
        return next(each for each in found if each.cmdline()[-1:] == ["serve"])

    @cached_property
    def _line(self) -> Line:
        return Line(self.served.url)

    def _values(self, who: str) -> Mapping[bytes, bytes]:
        session = self._session(who) if who else Session("", "")
        secret = self.served.application.hook_secrets.of("parts", BATCH)
        values = {
            KEY: self.served.key, SESSION: session.cookie, TOKEN: session.token,
            UPLOAD: self.upload or "/", HOOK: secret,
        }  # fmt: skip
        return {name: value.encode() for name, value in values.items()}

    def _waited_for(self) -> str:
        """Post an event without its image; where the image is to be uploaded."""
        answer = httpx.post(
            f"{self.served.url}/v1/projects/parts/events",
            json={"event_id": token_hex(8), "prediction": prediction(box())},
            headers={"Authorization": f"Bearer {self.served.key}"},
            timeout=20,
        )
        return str(answer.json().get("upload", {}).get("url", "")).removeprefix(self.served.url)

    def _session(self, who: str) -> Session:
        session = self.sessions.get(who)
        if session is None or session.left <= 0:
            manages = who == "manager"
            cookie = session_cookie(
                self.served.application, MAYA if manages else ANN, manager=manages
            )
            session = self.sessions[who] = Session(*self._with_token(cookie))
        session.left -= 1
        return session

    def _with_token(self, cookie: str) -> tuple[str, str]:
        """A cookie with the token's secret in it, and the token, as every page has it."""
        headers = {"Accept": "text/html", "Cookie": f"{COOKIE}={cookie}"}
        answer = httpx.get(f"{self.served.url}/nowhere", headers=headers, timeout=20)
        token = answer.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return answer.cookies.get(COOKIE) or cookie, token


@contextmanager
def site(folder: Path, redis_url: str) -> Iterator[Site]:
    """Run one. No Label Studio answers it, so that what asks one says 503."""
    keeps = settings(
        unknown_classes="keep", rules=[{"name": "unsure", "when": {"classes": ["dent"]}}],
        limits={"per_day": 200}, review={"team": [{"reviewer": ANN}, {"reviewer": BEN}]},
    )  # fmt: skip
    environment = {
        "LABEL_STUDIO_URL": "http://127.0.0.1:1", "LABEL_STUDIO_API_KEY": "x" * 40,
        "LSAL_IMAGE_HOSTS": "images.example.com", "LSAL_MAX_BODY_MB": "2",
        "LSAL_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    with served(folder, redis_url, keeps, **environment) as running:
        _furnish(running)
        yield Site(running, list(create_app(running.application).url_map.iter_rules()))


def _furnish(running: Served) -> None:
    """Something for every page to show."""
    application = running.application
    batch = add_batch(application, size=30)
    give(application, batch, {ANN: 10, BEN: 10}, "mind the rim")
    review(application, batch, (1, finished(ANN)), (2, finished(ANN)))
    for number in range(3):
        import_frame(application, f"shot-{number}", jpeg(seed=number))
    reviewed(application, "shot-9", DENT)
    application.builder.build("parts", by=MAYA)
    application.history.add(settings(project="press-4"), "test", utc_now())
