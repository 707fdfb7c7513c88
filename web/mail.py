"""Mail to one person at a time, in plain text; a development twin prints it and says so."""

from __future__ import annotations

import re
import smtplib
import ssl
import sys
import unicodedata
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

SEND_SECONDS = 10
_MAXIMUM_ADDRESS_LENGTH = 254
_MAXIMUM_SUBJECT_LENGTH = 200
# one bare address: no display name that could pose as another sender, no list, nothing that ends a header
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}"
)


class MailError(Exception):
    """A mail that was not sent; codes "invalid_address", "invalid_subject", "mail_failed"."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Mail:
    """One plain-text mail."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends a mail, or raises MailError."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Send one mail to one bare address."""
        ...


def check_address(address: str) -> str:
    """The address in lower-case domain form.

    Raises:
        MailError("invalid_address"): not one bare e-mail address.
    """
    if len(address) > _MAXIMUM_ADDRESS_LENGTH or _ADDRESS.fullmatch(address) is None:
        raise MailError("invalid_address")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _checked(to: str, subject: str, text: str) -> Mail:
    if len(subject) > _MAXIMUM_SUBJECT_LENGTH or any(map(_ends_or_hides, subject)):
        raise MailError("invalid_subject")
    return Mail(check_address(to), subject, text)


def _ends_or_hides(character: str) -> bool:
    """Control, direction and line-separating characters: what a header or a reader could take for its end."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass
class PrintMailer:
    """The development twin: prints mails, keeps them in `outbox`, and warns that nothing was sent."""

    outbox: list[Mail] = field(default_factory=list)

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Print one mail."""
        mail = _checked(to, subject, text)
        self.outbox.append(mail)
        sys.stdout.write(
            "WARNING: development mailer: this mail is printed, not sent. "
            "Whoever reads this can use its links.\n"
            f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n"
        )
        sys.stdout.flush()


@dataclass(frozen=True)
class SmtpMailer:
    """Sends through an SMTP server, always over TLS.

    Args:
        host: server.
        port: 465 speaks TLS at once, any other by STARTTLS.
        sender: bare address that mails come from.
        user: account, or "" for none.
        password: of the account.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Send one mail."""
        message = self._message(_checked(to, subject, text))
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as err:
            raise MailError("mail_failed") from err

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.port == smtplib.SMTP_SSL_PORT:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SEND_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=SEND_SECONDS)
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server


def mailer_from_url(url: str) -> Mailer:
    """The mailer that a setting names.

    Args:
        url: "print:", or smtp[s]://user:password@host:port?from=address; parts percent-encoded.

    Raises:
        ValueError: another scheme, or no sender.
    """
    parts = urlsplit(url)
    if parts.scheme == "print":
        return PrintMailer()
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("mail_url is print:, smtp://... or smtps://...")
    sender = parse_qs(parts.query).get("from", [""])[0]
    if _ADDRESS.fullmatch(sender) is None:
        raise ValueError("mail_url needs ?from=address")
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    return SmtpMailer(
        parts.hostname, port, sender, unquote(parts.username or ""), unquote(parts.password or "")
    )
