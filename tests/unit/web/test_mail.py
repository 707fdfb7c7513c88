"""Mail to one person at a time (H10), and the development twin that says what it is."""

from __future__ import annotations

import socketserver
import threading

import pytest

from web.mail import Mail, MailError, PrintMailer, SmtpMailer, check_address, mailer_from_url

GOOD = {"to": "passeur@exemple.org", "subject": "Votre lien", "text": "Ouvrez : https://exemple.org/l/abc"}
NOT_ONE_ADDRESS = [
    "a@b.org\r\nBcc: spy@evil.org", "a@b.org\nBcc: spy@evil.org", "a@b.org,spy@evil.org", "a@b.org;spy@evil.org", "a@b.org spy@evil.org",
    "Direction <a@b.org>", '"a@b.org" <spy@evil.org>', "<a@b.org>", "a@b.org%0aBcc:x@y.org", "a@b.org\x00", "a@b.org\u2028x", "a@", "@b.org",
    "a@-b.org", "a b@c.org", "a@b..org", "x" * 65 + "@b.org", "a@" + "b" * 250 + ".org", "", "é@b.org", "a@b.org ", "a@[127.0.0.1]",
]  # fmt: skip


@pytest.mark.attack("H10")
@pytest.mark.parametrize("address", NOT_ONE_ADDRESS)
def test_only_one_bare_address_is_written_to(address):
    with pytest.raises(MailError, match="invalid_address"):
        PrintMailer().send(to=address, subject="x", text="x")


@pytest.mark.attack("H10")
@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: spy@evil.org",
        "a\nb",
        "a\rb",
        "a\x00b",
        "a\tb",
        "a\u2028Bcc: x@y.org",
        "a\x85Bcc: x@y.org",
        "a\u202eb",
        "x" * 201,
    ],
)
def test_a_subject_ends_no_header(subject):
    with pytest.raises(MailError, match="invalid_subject"):
        PrintMailer().send(to="a@b.org", subject=subject, text="x")


@pytest.mark.attack("H10")
def test_a_good_mail_has_one_of_each_header():
    mailer = SmtpMailer("localhost", 587, "noeud@exemple.org")
    message = mailer._message(Mail("a@b.org", "Reconnaître à Montaigu", "Bcc: x\r\n\r\ncorps"))
    head = message.as_bytes().partition(b"\n\n")[0]
    assert b"\nBcc:" not in head
    assert head.count(b"\nSubject:") == 1
    assert message["To"] == "a@b.org"
    assert message["Auto-Submitted"] == "auto-generated"


def test_addresses_keep_their_local_part_and_lose_the_case_of_their_domain():
    assert check_address("Elise.F+x@Exemple.ORG") == "Elise.F+x@exemple.org"


def test_the_development_twin_prints_the_link_and_warns(capsys):
    mailer = mailer_from_url("print:")
    mailer.send(**GOOD)
    printed = capsys.readouterr().out
    assert printed.startswith("WARNING: development mailer")
    assert "not sent" in printed
    assert "https://exemple.org/l/abc" in printed
    assert isinstance(mailer, PrintMailer)
    assert [mail.to for mail in mailer.outbox] == ["passeur@exemple.org"]


def test_an_smtp_address_is_read_whole():
    mailer = mailer_from_url("smtps://user%40x:p%3Aw@mail.exemple.org?from=noeud@exemple.org")
    assert mailer == SmtpMailer("mail.exemple.org", 465, "noeud@exemple.org", "user@x", "p:w")
    assert "p:w" not in repr(mailer)
    assert mailer_from_url("smtp://mail.exemple.org?from=n@e.org") == SmtpMailer(
        "mail.exemple.org", 587, "n@e.org"
    )


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://mail.exemple.org", "smtp://mail.exemple.org?from=A <a@b.org>", ""]
)
def test_other_mail_addresses_are_refused(url):
    with pytest.raises(ValueError, match="mail_url"):
        mailer_from_url(url)


class _PlainServer(socketserver.StreamRequestHandler):
    """An SMTP server that offers no TLS."""

    def handle(self) -> None:
        self.wfile.write(b"220 plain\r\n")
        for line in self.rfile:
            self.server.said.append(line)  # type: ignore[attr-defined]
            if line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(
                b"250 plain\r\n" if line.upper().startswith((b"EHLO", b"HELO")) else b"502 no\r\n"
            )


def test_nothing_is_sent_in_clear():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _PlainServer) as server:
        server.said = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mailer = SmtpMailer("127.0.0.1", server.server_address[1], "noeud@exemple.org", "user", "secret-pw")
        with pytest.raises(MailError, match="mail_failed"):
            mailer.send(**GOOD)
        server.shutdown()
    spoken = b"".join(server.said)  # type: ignore[attr-defined]
    assert b"EHLO" in spoken.upper()
    assert b"exemple.org/l/abc" not in spoken
    assert b"AUTH" not in spoken.upper()


def test_a_server_that_is_away_is_an_error_of_ours():
    with pytest.raises(MailError, match="mail_failed"):
        SmtpMailer("127.0.0.1", 9, "noeud@exemple.org").send(**GOOD)
