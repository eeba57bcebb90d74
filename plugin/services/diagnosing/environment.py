"""The environment: the file `.env`, and where others find us."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from plugin.domain.diagnosis import Finding, warning

TIMEOUT = 5.0
"""Seconds within which our own server is to answer."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class EnvironmentChecks:
    """Looks at the file `.env` at `env_file`, and at where deployments and browsers find us.

    `public_url` is that address, "" where none is given: our server is looked for at `local_url`.
    """

    env_file: Path
    public_url: str
    local_url: str

    def findings(self) -> Iterator[Finding]:
        """Yield what is found, every check on its own."""
        yield self._env()
        yield from public_findings(self.public_url)
        yield self._server()

    def _env(self) -> Finding:
        try:
            mode = stat.S_IMODE(self.env_file.stat().st_mode)
        except FileNotFoundError:
            return Finding("env", "no .env here: the environment says everything")
        except OSError as error:
            said = f"{self.env_file}: {error.strerror}"
            return Finding("env", said, f"let the user that runs us read {self.env_file}")
        if mode & _OTHERS:
            said = f"{self.env_file} may be opened by others (mode {mode:o}), and holds a token"
            return warning("env", said, f"chmod 600 {self.env_file}")
        return Finding("env", f"{self.env_file} is read by its owner alone")

    def _server(self) -> Finding:
        """Whether our own server answers, and is ours."""
        base = (self.public_url or self.local_url).rstrip("/")
        try:
            answer = httpx.get(f"{base}/readyz", timeout=TIMEOUT, follow_redirects=True)
            said = answer.json() if answer.content else None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = type(error).__name__
            fix = (
                "start `lsal serve`; where it runs, and is only not reached from here, nothing "
                "need be changed, and LSAL_PUBLIC_URL names where it is reached"
            )
            return warning("serve", f"nobody answers at {base} from here ({why})", fix)
        except ValueError:
            said = None
        status = said.get("status") if isinstance(said, dict) else None
        if status == "ready":
            return Finding("serve", f"lsal serve answers at {base}")
        if status == "not ready":
            named = ", ".join(said.get("problems") or ()) if isinstance(said, dict) else ""
            fix = f"see what its log and {base}/readyz say of them"
            return Finding("serve", f"{base} takes nothing: it does without {named}", fix)
        fix = "LSAL_PUBLIC_URL must be where `lsal serve` is reached, the whole of it"
        return Finding("serve", f"something else answers at {base} ({answer.status_code})", fix)


def public_findings(url: str) -> Iterator[Finding]:
    """Yield whether LSAL_PUBLIC_URL is an address, and one that keeps what is sent to it."""
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        fix = "LSAL_PUBLIC_URL must be an address, like https://learn.example.com"
        yield Finding("public", f"{url!r} is none", fix)
    elif parts.scheme == "https":
        yield Finding("public", "cookies of a session are sent by https alone")
    elif _is_loopback(parts.hostname):
        yield Finding("public", "http, on this machine alone")
    else:
        fix = "put a proxy with TLS in front, and name its https address in LSAL_PUBLIC_URL"
        yield warning("public", f"keys, images and sessions travel in clear to {url}", fix)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
