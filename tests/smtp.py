"""A mail server of the tests' own, on loopback: it takes mail, or refuses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from plugin.demo.processes import free_port

START_WITHIN = 30.0  # seconds


@dataclass
class MailServer:
    """What it took, and what it answers to the next mail ("" for taking it)."""

    port: int
    refusal: str = ""
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        if self.refusal:
            return self.refusal
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        return "250 taken"

    @property
    def address(self) -> str:
        """Where everybody is sent mail through it, as LSAL_NOTIFY has it."""
        return f"mailto://127.0.0.1:{self.port}?to={{email}}&from=lsal@example.com"

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """Whom it took mail for, with the subject, in order."""
        return [(str(mail["to"]), str(mail["subject"])) for mail in self.taken]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run it until the context ends."""
    server = MailServer(free_port(0))
    running = Controller(server, "127.0.0.1", server.port, ready_timeout=START_WITHIN)
    running.start()
    try:
        yield server
    finally:
        running.stop()


def text_of(mail: EmailMessage) -> str:
    """What a mail says, as plain text or, where it has none, as HTML."""
    body = mail.get_body(("plain", "html"))
    assert body is not None
    return str(body.get_content())
