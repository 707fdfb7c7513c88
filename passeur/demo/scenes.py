"""The drone story, scene by scene. Each scene is a client of the services, and gives what it checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from passeur.demo import seed
from passeur.demo.browser import Browser
from passeur.demo.people import Employer, Learner, PasseurAtWork, Passport, Question, Situation, Slip
from passeur.demo.services import Service, Services, free_ports

if TYPE_CHECKING:
    from collections.abc import Callable

    from passeur.demo.pages import Page
    from passeur.demo.seed import ExampleStructure

PASSPHRASE: Final = "tilleul brouette cerise fanfare"  # noqa: S105 - of an invented person, on this machine only
REASON: Final = "Attribué par erreur (exemple)"
WORDS: Final = "A aidé son voisin à poser le drone (exemple)."
HTTP_GONE: Final = 410
_STORY: Final = frozenset({"evidence", "narrative"})
_TOKEN_FORMAT: Final = "dc+sd-jwt"  # noqa: S105 - a Credential Format Identifier


class SceneError(Exception):
    """A check of a scene failed; the text says which."""


def require(condition: object, what: str) -> None:
    """Fail the scene unless the condition holds.

    Raises:
        SceneError: it does not.
    """
    if not condition:
        raise SceneError(f"not so: {what}")


@dataclass
class Stage:
    """What the scenes share: the services, the people, and what each scene left for the next."""

    services: Services
    centre: Service = field(init=False)
    agency: Service = field(init=False)
    wallet: Service = field(init=False)
    agency_verifier: Service = field(init=False)
    factory_verifier: Service = field(init=False)
    passeur: PasseurAtWork = field(init=False)
    colleague: PasseurAtWork = field(init=False)
    learner: Learner = field(init=False)
    recruiter: Employer = field(init=False)
    stranger: Employer = field(init=False)
    badge_ids: list[str] = field(default_factory=list)
    situation_id: str = ""
    session_id: str = ""
    slips: list[Slip] = field(default_factory=list)
    offer: Page = field(init=False)
    passport: Passport = field(init=False)
    held_id: str = ""
    content: bytes = b""
    consent: Page = field(init=False)
    question: Question = field(init=False)
    link: tuple[str, str] = ("", "")
    browsers: list[Browser] = field(default_factory=list)

    def new_browser(self) -> Browser:
        """A browser of its own: no cookie of anybody else."""
        browser = Browser()
        self.browsers.append(browser)
        return browser

    def signin_link(self, node: Service, structure: ExampleStructure) -> str:
        """A one-time sign-in link, as whoever runs the node makes it."""
        return self.services.command(node, "node", "signin-link", structure.passeur_email)

    def verdict_of_command_line(self) -> str:
        """What `passeur verify` says of the learner's badge."""
        file = self.services.folder / "badge.json"
        file.write_bytes(self.content)
        report = self.services.command(
            self.centre, "verify", str(file), "--json", "--loopback", expect=(0, 1, 2)
        )
        outcome = json.loads(report)
        return ", ".join([outcome["outcome"], *(c["code"] for c in outcome["checks"] if c["code"] != "ok")])

    def addresses(self) -> list[tuple[str, str]]:
        """The pages to click, each with what it is."""
        waiting = next(slip for slip in self.slips if slip.recipient_name != self.slips[0].recipient_name)
        hers = f"the passport of {self.slips[0].recipient_name}: number {self.passport.number}, passphrase"
        return [
            (f"{seed.YOUTH_CENTRE.name}: the node", self.signin_link(self.centre, seed.YOUTH_CENTRE)),
            (f"{seed.TEMP_AGENCY.name}: the node", self.signin_link(self.agency, seed.TEMP_AGENCY)),
            (f"a slip that nobody used yet, of {waiting.recipient_name}", waiting.url),
            (f"{hers} “{PASSPHRASE}”", f"{self.wallet.base_url}/signin"),
            (f"{seed.TEMP_AGENCY.name}: the verifier", f"{self.agency_verifier.base_url}/"),
            (f"{seed.FACTORY_NAME}: a verifier that knows nobody", f"{self.factory_verifier.base_url}/"),
        ]

    def close(self) -> None:
        """Stop every service and close every browser."""
        for browser in self.browsers:
            browser.__exit__()
        self.services.stop()


def start_services(stage: Stage) -> str:
    """Start two nodes, a wallet and two verifiers, each with its own database."""
    centre, agency, wallet, agency_verifier, factory_verifier = free_ports(5)
    known = [
        {
            "did": f"did:web:localhost%3A{port}",
            "name": structure.name,
            "reason": "Membre du territoire (exemple).",
        }
        for port, structure in ((centre, seed.YOUTH_CENTRE), (agency, seed.TEMP_AGENCY))
    ]
    wallet_url = f"http://localhost:{wallet}"
    start = stage.services.start
    stage.centre, stage.agency = (
        start(
            structure.key,
            "node",
            port,
            STRUCTURE_NAME=structure.name,
            ADMIN_EMAIL=structure.passeur_email,
            WALLET_URL=wallet_url,
        )
        for structure, port in ((seed.YOUTH_CENTRE, centre), (seed.TEMP_AGENCY, agency))
    )
    stage.wallet = start("wallet", "wallet", wallet, VERIFIER_URL=f"http://localhost:{agency_verifier}")
    stage.agency_verifier = start(
        "agency-verifier",
        "verifier",
        agency_verifier,
        VERIFIER_NAME=seed.TEMP_AGENCY.name,
        WALLET_URL=wallet_url,
        KNOWN_ISSUERS=json.dumps(known),
    )
    stage.factory_verifier = start(
        "factory-verifier",
        "verifier",
        factory_verifier,
        VERIFIER_NAME=seed.FACTORY_NAME,
        WALLET_URL=wallet_url,
        CREDENTIAL_FORMATS=json.dumps([_TOKEN_FORMAT]),
    )
    stage.services.wait_for_all()
    stage.learner = Learner(stage.new_browser(), wallet_url)
    stage.recruiter = Employer(stage.new_browser(), stage.agency_verifier.base_url)
    stage.stranger = Employer(stage.new_browser(), stage.factory_verifier.base_url)
    dids = [_did_of(stage, node) for node in (stage.centre, stage.agency)]
    require(dids == [each["did"] for each in known], "each node publishes the DID of its own address")
    databases = list(stage.services.folder.glob("*.db"))
    require(len(databases) == len(stage.services.running), "one database for each service")
    return f"{len(databases)} services answer, each with its own database; {dids[0]} and {dids[1]}"


def _did_of(stage: Stage, node: Service) -> str:
    document = stage.learner.browser.open(f"{node.base_url}/.well-known/did.json").response.json()
    return str(document["id"])


def sign_in(stage: Stage) -> str:
    """A passeur of each structure signs in by a link."""
    for name, node, structure in (
        ("passeur", stage.centre, seed.YOUTH_CENTRE),
        ("colleague", stage.agency, seed.TEMP_AGENCY),
    ):
        person = PasseurAtWork(stage.new_browser(), node.base_url)
        link = stage.signin_link(node, structure)
        desk = person.sign_in(link)
        require(structure.name in desk.text, "the desk names the structure")
        person.browser.open(f"{node.base_url}/account")
        setattr(stage, name, person)
        stage.new_browser().open(link, expect=HTTP_GONE)  # spent
    return "two passeurs are in, and their links are spent"


def make_badges(stage: Stage) -> str:
    """The passeur makes three badges."""
    stage.badge_ids = [stage.passeur.make_badge(badge) for badge in seed.BADGES]
    outside = stage.learner.browser
    for badge, badge_id in zip(seed.BADGES, stage.badge_ids, strict=True):
        url = f"{stage.centre.base_url}/badges/{badge_id}"
        require(badge.description in outside.open(url).text, "anybody can read what the badge says")
        achievement = outside.open(f"{url}.json", accept="application/json").response.json()
        require(achievement["name"] == badge.name, "programs read the same name")
    return f"{len(stage.badge_ids)} badges, readable by people and by programs without an account"


def make_situation(stage: Stage) -> str:
    """The passeur describes the learning situation and what to look for."""
    drone, instructions, self_control = stage.badge_ids
    stage.situation_id = stage.passeur.make_situation(
        Situation(
            title=seed.SITUATION_TITLE,
            description=seed.SITUATION_DESCRIPTION,
            host=seed.HOST,
            scheme=seed.SCHEME,
            behaviours=tuple(zip(seed.BEHAVIOURS, (instructions, drone, self_control), strict=True)),
            badge_ids=(),
        )
    )
    page = stage.passeur.browser.open(f"{stage.centre.base_url}/situations/{stage.situation_id}")
    require(all(text in page.text for text in seed.BEHAVIOURS), "the page lists what to look for")
    return f"“{seed.SITUATION_TITLE}”, {len(seed.BEHAVIOURS)} things to look for"


def open_session(stage: Stage) -> str:
    """The passeur opens a session with twelve people."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    stage.session_id = stage.passeur.open_session(
        stage.situation_id, held_on=yesterday.isoformat(), place=seed.HOST, names=seed.LEARNERS
    )
    page = stage.passeur.browser.open(f"{stage.centre.base_url}/sessions/{stage.session_id}")
    require(len(page.data("data-participant-id")) == len(seed.LEARNERS), "every person stands on the sheet")
    return f"{len(seed.LEARNERS)} people on the sheet of {yesterday.isoformat()}"


def mark_what_was_seen(stage: Stage) -> str:
    """The passeur marks, per person, what was seen."""
    expected = _sightings()
    kept = stage.passeur.mark_seen(stage.session_id, is_seen=seed.was_seen, words=WORDS)
    require(kept == expected, f"{expected} marks are kept, not {kept}")
    return f"{kept} marks, kept as they were set"


def _sightings() -> int:
    people, behaviours = range(len(seed.LEARNERS)), range(len(seed.BEHAVIOURS))
    return sum(seed.was_seen(person, behaviour) for person in people for behaviour in behaviours)


def award_session(stage: Stage) -> str:
    """The passeur awards the whole session at once."""
    expected = _sightings()
    awards = stage.passeur.award_session(stage.session_id)
    require(len(awards) == expected, f"{expected} awards, not {len(awards)}")
    exported = stage.passeur.export_awards()
    require({row["award_id"] for row in exported} == set(awards), "the export lists the same awards")
    return f"{len(awards)} awards in one go, each by what was seen of that person"


def print_slips(stage: Stage) -> str:
    """The node prints a slip with a QR code for each award."""
    stage.slips = stage.passeur.list_slips(stage.session_id)
    drone = stage.badge_ids[0]
    # the learner of the story first, with the badge that the story follows
    stage.slips.sort(key=lambda slip: (seed.LEARNERS.index(slip.recipient_name), slip.badge_id != drone))
    require(len({slip.url for slip in stage.slips}) == len(stage.slips), "no two slips have one address")
    require({slip.recipient_name for slip in stage.slips} == set(seed.LEARNERS), "there is one for everybody")
    return f"{len(stage.slips)} slips for {len(seed.LEARNERS)} people"


def scan_slip(stage: Stage) -> str:
    """One learner scans her slip, and sees the badge before any account."""
    stage.offer = stage.learner.scan(stage.slips[0].url)
    text = stage.offer.text
    require(stage.offer.url.startswith(stage.wallet.base_url), "the slip leads to the wallet")
    require(_plain(seed.DRONE_BADGE.name) in _plain(text), "the badge's name is on the page")
    require(seed.YOUTH_CENTRE.name in text, "the structure's name is on the page")
    require(stage.passeur.look_up(stage.slips[0].award_id)["issued_at"] is None, "nothing is issued yet")
    return f"she reads “{seed.DRONE_BADGE.name}” and who gives it, without an account"


def receive(stage: Stage) -> str:
    """She says yes, makes a passport with a passphrase, and receives the badge."""
    stage.passport, back = stage.learner.sign_up(stage.learner.accept(stage.offer), passphrase=PASSPHRASE)
    stage.learner.accept(back)
    held = stage.learner.list_badges()
    require(len(held) == 1, "the passport shows one badge")
    stage.held_id = held[0]
    stage.content = stage.learner.download(stage.held_id)
    credential = json.loads(stage.content)
    require(
        credential["issuer"]["id"] == _did_of(stage, stage.centre), "it is signed by the youth centre's DID"
    )
    award = stage.passeur.look_up(stage.slips[0].award_id)
    require(
        award["holder_did"] == credential["credentialSubject"]["id"],
        "the node issued it to her passport's key",
    )
    copies = [copy["format"] for copy in award["copies"]]
    require(len(copies) > 1 and _TOKEN_FORMAT in copies, "one award was issued in several formats")
    verdict = stage.verdict_of_command_line()
    require(verdict == "valid", f"passeur verify says valid, not {verdict}")
    return f"one badge, as {' and '.join(copies)}, signed by the youth centre; `passeur verify` says valid"


def scan_again(stage: Stage) -> str:
    """Somebody else scans the same slip: they are told that it was used."""
    other = Learner(stage.new_browser(), stage.wallet.base_url)
    page = other.browser.open(stage.slips[0].url, expect=HTTP_GONE)
    require(page.data("data-slip-state") == ["redeemed"], "the page says that the slip was used")
    return "told that it was used; nothing is offered"


def recognise_afterwards(stage: Stage) -> str:
    """The temp agency recognises her too, after a mission; her passport holds badges of two structures."""
    badge_id = stage.colleague.make_badge(seed.TEMP_BADGE)
    award = stage.colleague.award_person(badge_id, name=seed.LEARNERS[0], words=WORDS)
    stage.learner.accept(stage.learner.scan(award.one("data-slip-url")))
    held = stage.learner.list_badges()
    require(len(held) == 2, "the passport shows two badges")  # noqa: PLR2004 - one of each structure
    return "one passport, badges of two structures, received without typing anything"


def consent(stage: Stage) -> str:
    """The temp agency's verifier asks; the consent page names who asks and what would be seen."""
    stage.question = stage.recruiter.ask()
    stage.consent = stage.learner.open_request(stage.question.link)
    text = _plain(stage.consent.text)
    require(_plain(seed.TEMP_AGENCY.name) in text, "the page names who asks")
    require(_plain(seed.DRONE_BADGE.name) in text, "the page names the badge")
    client_id = stage.consent.one("data-client-id")
    require(client_id.startswith("decentralized_identifier:did:web:"), "the request is signed by a DID")
    hidden = stage.learner.hidden_of(stage.consent, badge_id=stage.held_id)
    require(set(hidden) >= _STORY, f"the page says that the story stays hidden, not {hidden}")
    require(WORDS not in stage.consent.text, "the page does not list what would not be seen")
    done = stage.learner.consent(stage.consent, badge_id=stage.held_id)
    require(done.one("data-request-state") == "shared", "the wallet says that it was shown")
    return (
        f"signed request of {client_id.partition(':')[2]}; she chose one badge and said yes; "
        f"stays hidden: {', '.join(hidden)}"
    )


def verify_on_the_other_side(stage: Stage) -> str:
    """The verifier on the other node's side says what it found."""
    page = stage.recruiter.see_result(stage.question)
    _require_verdict(page, "valid", warnings=[])
    require("Membre du territoire" in page.text, "the page says why it knows the structure")
    report = stage.recruiter.report_of(stage.question)
    shown = report["credentials"][0]["credential"]
    missing = [name for name in ("evidence", "narrative") if name not in shown]
    require(missing == ["evidence", "narrative"], "the report holds no evidence and no narrative")
    require(WORDS not in json.dumps(report, ensure_ascii=False), "nowhere in it are the passeur's words")
    return f"valid; the issuer is known there as a member, with the reason; not in it: {', '.join(missing)}"


def ask_for_the_story(stage: Stage) -> str:
    """The same verifier asks for the story too; she sees that it would be seen, and says yes again."""
    question = stage.recruiter.ask(story=True)
    page = stage.learner.open_request(question.link)
    hidden = stage.learner.hidden_of(page, badge_id=stage.held_id)
    require(_STORY.isdisjoint(hidden), f"the page says that the story would be seen, not {hidden}")
    stage.learner.consent(page, badge_id=stage.held_id)
    _require_verdict(stage.recruiter.see_result(question), "valid", warnings=[])
    shown = stage.recruiter.report_of(question)["credentials"][0]["credential"]
    require(shown["narrative"] == WORDS and shown["evidence"], "the report holds the story")
    return f"valid, with the passeur's words and {len(shown['evidence'])} piece of evidence"


def verify_elsewhere(stage: Stage) -> str:
    """A factory that knows nobody checks the file: valid, with a warning in words."""
    page = stage.stranger.upload(stage.content)
    _require_verdict(page, "valid", warnings=["unknown_issuer"])
    return "valid, with the warning that this verifier does not know the structure"


def show_the_twin(stage: Stage) -> str:
    """The factory asks for the other format: the wallet gives that copy, and of it what is asked."""
    question = stage.stranger.ask()
    page = stage.learner.open_request(question.link)
    found = page.data("data-format")
    require(found == [_TOKEN_FORMAT], f"only copies that can be read there are proposed, not {found}")
    hidden = stage.learner.hidden_of(page, badge_id=stage.held_id)
    require(set(hidden) >= _STORY, f"the page says that the story stays hidden, not {hidden}")
    stage.learner.consent(page, badge_id=stage.held_id)
    _require_verdict(stage.stranger.see_result(question), "valid", warnings=["unknown_issuer"])
    (report,) = stage.stranger.report_of(question)["credentials"]
    require(report["securing"] == _TOKEN_FORMAT, f"the answer is a {_TOKEN_FORMAT}")
    require(WORDS not in json.dumps(report, ensure_ascii=False), "nowhere in it are the passeur's words")
    return f"valid, as {_TOKEN_FORMAT}; the same badge for her; stays hidden: {', '.join(hidden)}"


def prepare_link(stage: Stage) -> str:
    """She prepares a link for one employer, who opens it."""
    stage.link = stage.learner.prepare_link(stage.held_id, label="Atelier Dupont (exemple)")
    visitor = Employer(stage.new_browser(), stage.agency_verifier.base_url)
    page = visitor.open_link(stage.link[0])
    require(page.url.startswith(stage.agency_verifier.base_url), "a browser is taken to the verifier")
    _require_verdict(page, "valid", warnings=[])
    openings = stage.learner.browser.open(stage.link[1]).one("data-openings")
    require(openings == "1", f"she sees one opening, not {openings}")
    return "the employer's page says valid, and she sees the opening"


def withdraw_link(stage: Stage) -> str:
    """She withdraws the link."""
    stage.learner.withdraw_link(stage.link[1])
    stage.new_browser().open(stage.link[0], expect=HTTP_GONE)
    return "the link says that it has ended"


def revoke(stage: Stage) -> str:
    """The passeur revokes the award, with a reason."""
    stage.passeur.revoke(stage.slips[0].award_id, reason=REASON)
    revoked = stage.passeur.look_up(stage.slips[0].award_id)
    require(revoked["revoked_at"] and revoked["revocation_reason"] == REASON, "the node keeps the reason")
    return "one deed, a bit for each copy in the signed status list; the reason stays at the node"


def verify_again(stage: Stage) -> str:
    """The same verifier asks again, and finds the badge revoked."""
    question = stage.recruiter.ask()
    stage.learner.consent(stage.learner.open_request(question.link), badge_id=stage.held_id)
    page = stage.recruiter.see_result(question)
    _require_verdict(page, "revoked", warnings=None)
    elsewhere = stage.stranger.ask()
    stage.learner.consent(stage.learner.open_request(elsewhere.link), badge_id=stage.held_id)
    _require_verdict(stage.stranger.see_result(elsewhere), "revoked", warnings=None)
    verdict = stage.verdict_of_command_line()
    require(verdict == "invalid, revoked", f"passeur verify says revoked, not {verdict}")
    return "revoked, in both formats and on the command line"


def _require_verdict(page: Page, verdict: str, *, warnings: list[str] | None) -> None:
    found = page.data("data-verdict")
    require(found == [verdict], f"the verdict is {verdict}, not {', '.join(found) or 'missing'}")
    if warnings is not None:
        require(page.data("data-warning") == warnings, f"the warnings are {warnings}")


def _plain(text: str) -> str:
    """A text to compare with: typographic apostrophes and spaces made plain."""
    return " ".join(text.replace("’", "'").replace("\u202f", " ").replace("\xa0", " ").split())


SCENES: Final[tuple[tuple[str, Callable[[Stage], str]], ...]] = (
    ("two nodes, a wallet and two verifiers start", start_services),
    ("passeurs sign in by link", sign_in),
    ("three badges", make_badges),
    ("a learning situation", make_situation),
    ("a session with twelve people", open_session),
    ("what was seen of each", mark_what_was_seen),
    ("the session is awarded", award_session),
    ("slips are printed", print_slips),
    ("a learner scans her slip", scan_slip),
    ("she receives the badge", receive),
    ("the slip is scanned again", scan_again),
    ("the temp agency recognises her too", recognise_afterwards),
    ("the agency's verifier asks, she consents", consent),
    ("the verifier on the other node's side verifies", verify_on_the_other_side),
    ("it asks for the story too", ask_for_the_story),
    ("a verifier that knows nobody verifies", verify_elsewhere),
    ("it asks for the badge in another format", show_the_twin),
    ("a link for one employer", prepare_link),
    ("the link is withdrawn", withdraw_link),
    ("the award is revoked", revoke),
    ("it is verified again", verify_again),
)
