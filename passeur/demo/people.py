"""The people of the story and their deeds, each done in a browser on the pages that the services serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passeur.demo.pages import PageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passeur.demo.browser import Browser
    from passeur.demo.pages import Page
    from passeur.demo.seed import ExampleBadge


@dataclass(frozen=True)
class Slip:
    """A printed slip: the address in its QR code, and whose it is."""

    url: str
    offer_uri: str
    award_id: str
    badge_id: str
    recipient_name: str


@dataclass(frozen=True)
class Situation:
    """A learning situation as the passeur types it.

    Args:
        behaviours: what to look for, and the id of the badge that it leads to, or "".
        badge_ids: further badges, given by hand.
    """

    title: str
    description: str
    host: str
    scheme: str
    behaviours: tuple[tuple[str, str], ...]
    badge_ids: tuple[str, ...]


@dataclass(frozen=True)
class PasseurAtWork:
    """A passeur signed in at the node of their structure."""

    browser: Browser
    node_url: str

    def sign_in(self, link: str) -> Page:
        """Open a sign-in link and press its button."""
        page = self.browser.open(link)
        return self.browser.submit(page, page.form(having="csrf_token", action=""))

    def make_badge(self, badge: ExampleBadge) -> str:
        """Make a badge; gives its id."""
        page = self.browser.open(f"{self.node_url}/badges/new")
        values: dict[str, str | list[str]] = {
            "name": badge.name,
            "description": badge.description,
            "criteria": badge.criteria,
            "kind": badge.kind,
            "picture_text": badge.picture_text,
            "skills": badge.skills,
        }
        done = self.browser.submit(page, page.form(having="criteria"), values=values)
        return done.one("data-badge-id")

    def make_situation(self, situation: Situation) -> str:
        """Make a learning situation; gives its id."""
        page = self.browser.open(f"{self.node_url}/situations/new")
        texts, badges = zip(*situation.behaviours, strict=True)
        values: dict[str, str | list[str]] = {
            "title": situation.title,
            "description": situation.description,
            "host": situation.host,
            "scheme": situation.scheme,
            "behaviour": list(texts),
            "behaviour_badge": list(badges),
            "badge": list(situation.badge_ids),
        }
        done = self.browser.submit(page, page.form(having="behaviour"), values=values)
        return done.one("data-situation-id")

    def open_session(self, situation_id: str, *, held_on: str, place: str, names: Sequence[str]) -> str:
        """Open a session with these people; gives its id."""
        page = self.browser.open(f"{self.node_url}/sessions/new?situation={situation_id}")
        values: dict[str, str | list[str]] = {
            "situation": situation_id,
            "held_on": held_on,
            "place": place,
            "names": "\n".join(names),
        }
        done = self.browser.submit(page, page.form(having="names"), values=values)
        return done.one("data-session-id")

    def mark_seen(self, session_id: str, *, is_seen: Callable[[int, int], bool], words: str) -> int:
        """Mark what was seen; gives how many marks the node kept.

        Args:
            session_id: of the session.
            is_seen: whether this person (number, from 0) showed this behaviour (number, from 0).
            words: a sentence about the first person.
        """
        page = self.browser.open(f"{self.node_url}/sessions/{session_id}")
        form = page.form(having="seen")
        marks = form.offered["seen"]
        people = list(dict.fromkeys(mark.partition(":")[0] for mark in marks))
        behaviours = list(dict.fromkeys(mark.partition(":")[2] for mark in marks))
        chosen = [
            f"{person}:{behaviour}"
            for row, person in enumerate(people)
            for column, behaviour in enumerate(behaviours)
            if is_seen(row, column)
        ]
        self.browser.submit(page, form, values={"seen": chosen, f"words-{people[0]}": words})
        kept = self.browser.open(f"{self.node_url}/sessions/{session_id}").form(having="seen")
        return sum(name == "seen" for name, _ in kept.fields)

    def award_session(self, session_id: str) -> list[str]:
        """Award what the node proposes from what was seen; gives the ids of the awards."""
        page = self.browser.open(f"{self.node_url}/sessions/{session_id}/award")
        done = self.browser.submit(page, page.form(having="award"))
        return done.data("data-award-id")

    def award_person(self, badge_id: str, *, name: str, words: str) -> Page:
        """Award a badge to one person, without a session; gives the page of the award."""
        page = self.browser.open(f"{self.node_url}/awards/new?badge={badge_id}")
        values: dict[str, str | list[str]] = {"badge": badge_id, "name": name, "words": words}
        return self.browser.submit(page, page.form(having="earned_on"), values=values)

    def list_slips(self, session_id: str) -> list[Slip]:
        """The slips of a session, ready to print."""
        page = self.browser.open(f"{self.node_url}/sessions/{session_id}/slips")
        names = {row["award_id"]: str(row["recipient_name"]) for row in self.export_awards()}
        slips = (element for element in page.elements if "data-slip-url" in element)
        return [
            Slip(
                url=element["data-slip-url"],
                offer_uri=element["data-offer-uri"],
                award_id=element["data-award-id"],
                badge_id=element["data-badge-id"],
                recipient_name=names[element["data-award-id"]],
            )
            for element in slips
        ]

    def export_awards(self) -> list[dict[str, Any]]:
        """Every award of the node, as its JSON export has them."""
        url = f"{self.node_url}/awards.json"
        exported: list[dict[str, Any]] = self.browser.open(url, accept="application/json").response.json()
        return exported

    def look_up(self, award_id: str) -> dict[str, Any]:
        """What the node knows of one award, as its export has it."""
        return next(row for row in self.export_awards() if row["award_id"] == award_id)

    def revoke(self, award_id: str, *, reason: str) -> None:
        """Revoke an award."""
        page = self.browser.open(f"{self.node_url}/awards/{award_id}/revoke")
        self.browser.submit(page, page.form(having="reason"), values={"reason": reason})


@dataclass(frozen=True)
class Passport:
    """What a person writes down when they make a passport."""

    number: str
    recovery_code: str


@dataclass(frozen=True)
class Learner:
    """A person with a telephone, at the wallet."""

    browser: Browser
    wallet_url: str

    def scan(self, slip_url: str) -> Page:
        """Scan a slip with the telephone's camera: the page of the offer, before any account."""
        return self.browser.open(slip_url)

    def accept(self, offer: Page) -> Page:
        """Say yes to an offer: the badge, or the sign-up page for who has no passport yet."""
        return self.browser.submit(offer, offer.form(action="/receive/accept"))

    def refuse(self, offer: Page) -> Page:
        """Say no to an offer."""
        return self.browser.submit(offer, offer.form(action="/receive/refuse"))

    def sign_up(self, page: Page, *, passphrase: str) -> tuple[Passport, Page]:
        """Make a passport with a passphrase, and go on to where the person was going."""
        done = self.browser.submit(page, page.form(action="/signup"), values={"passphrase": passphrase})
        shown = done.response.text
        passport = Passport(_shown(shown, "data-passport-number"), _shown(shown, "data-recovery-code"))
        onward = [*done.links("/receive/"), *done.links("/passport")]
        return passport, self.browser.open(onward[0])

    def list_badges(self) -> list[str]:
        """Ids of the badges in the passport, as it shows them."""
        return self.browser.open(f"{self.wallet_url}/passport").data("data-badge-id")

    def download(self, badge_id: str) -> bytes:
        """The bytes of a badge, as they were received."""
        return self.browser.open(f"{self.wallet_url}/passport/{badge_id}/download.json").response.content

    def open_request(self, link: str) -> Page:
        """Open a verifier's link: the page of consent."""
        return self.browser.open(link)

    def consent(self, page: Page, *, badge_id: str) -> Page:
        """Say yes, with this badge."""
        form = page.form(action="/accept")
        field = next((name for name in sorted(form.names) if name.startswith("choice-")), None)
        if field is None or badge_id not in form.offered[field]:
            raise PageError(f"{page.url} does not offer the badge {badge_id}")
        return self.browser.submit(page, form, values={field: [badge_id]})

    def hidden_of(self, page: Page, *, badge_id: str) -> list[str]:
        """What the consent page says that stays hidden of this badge."""
        proposals = [each.split() for each in page.data("data-proposal")]
        return next((hidden for found, *hidden in proposals if found == badge_id), [])

    def decline(self, page: Page) -> Page:
        """Say no to a verifier."""
        return self.browser.submit(page, page.form(action="/decline"))

    def prepare_link(self, badge_id: str, *, label: str) -> tuple[str, str]:
        """Prepare a link for one employer; gives its address and the page of it."""
        page = self.browser.open(f"{self.wallet_url}/links/new?badge={badge_id}")
        values: dict[str, str | list[str]] = {"badge_ids": [badge_id], "label": label}
        done = self.browser.submit(page, page.form(having="badge_ids"), values=values)
        return done.one("data-share-url"), f"{self.wallet_url}/links/{done.one('data-link-id')}"

    def withdraw_link(self, link_page: str) -> None:
        """Withdraw a link."""
        page = self.browser.open(link_page)
        self.browser.submit(page, page.form(action="/withdraw"))


def _shown(html: str, attribute: str) -> str:
    """The text of the element with that attribute."""
    _, found, rest = html.partition(f" {attribute}>")
    if not found:
        raise PageError(f"no element with {attribute}")
    return rest.partition("<")[0].strip()


@dataclass(frozen=True)
class Question:
    """A verifier's request: the page that waits for its answer, and the link in its QR code."""

    page_url: str
    link: str


@dataclass(frozen=True)
class Employer:
    """Somebody who wants to know, at a verifier, without an account."""

    browser: Browser
    verifier_url: str

    def ask(self, *, story: bool = False) -> Question:
        """Ask for any badge: the badge alone, or its story too."""
        page = self.browser.open(f"{self.verifier_url}/requests/new")
        values: dict[str, str | list[str]] = {"question": "any", "detail": "story" if story else "badge"}
        done = self.browser.submit(page, page.form(having="question"), values=values)
        return Question(done.url, done.one("data-request-link"))

    def see_result(self, question: Question) -> Page:
        """Look at the page that waited: it shows the result once there is one."""
        return self.browser.open(question.page_url)

    def report_of(self, question: Question) -> dict[str, Any]:
        """The report of a result as JSON."""
        found = self.browser.open(f"{self._result_url(question)}/report.json", accept="application/json")
        report: dict[str, Any] = found.response.json()
        return report

    def _result_url(self, question: Question) -> str:
        return question.page_url.replace("/requests/", "/results/")

    def upload(self, content: bytes, *, name: str = "badge.json", kind: str = "application/json") -> Page:
        """Hand in a badge as a file."""
        page = self.browser.open(f"{self.verifier_url}/")
        return self.browser.submit(page, page.form(having="file"), files={"file": (name, content, kind)})

    def open_link(self, link: str) -> Page:
        """Open a link that a learner prepared."""
        return self.browser.open(link)
