"""A slip, from the scan to the passport: seen before any account, verified before it is kept, kept as it came."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from contexts import strict_json
from credentials.report import Outcome, Report
from credentials.view import CredentialView
from tests.simulators.network import Network
from tests.simulators.openid4vci_issuer import SimulatedIssuer
from wallet import holding, receiving
from wallet.models import HeldCredential, HolderKeyRecord, ReceivedOffer


def only_badge(world):
    with world.service.database.session() as session:
        row = session.exec(select(HeldCredential)).one()
    return holding.find_badge(world.service, row.passport_id, row.id)


@pytest.mark.covers("openid4vci-1.0", "4.1.3", "8.3", "15")
def test_a_badge_is_seen_before_any_account_and_received_after(stored):
    world, browser = stored, stored.browser()
    page = browser.open(f"/receive?{world.issuer.offer()}")
    assert page.status_code == 200
    assert "Pilotage de drone" in page.text
    assert "Mission locale (exemple)" in page.text
    assert "node.example" in page.text
    assert world.issuer.delivered == []
    # the address of the page holds no code
    assert "offer" not in page.url.query.decode()

    offer_id = browser.data("offer-id")[0]
    page = browser.submit("/receive/accept", offer_id=offer_id)
    assert page.url.path == "/signup"
    assert "Pilotage de drone" in page.text
    assert world.issuer.delivered == []

    page = browser.submit("/signup", passphrase="renard violet sous la lune", next=f"/receive/{offer_id}")
    assert "data-recovery-code" in page.text
    page = browser.submit("/receive/accept", offer_id=offer_id)
    assert page.url.path.startswith("/passport/")
    assert browser.data("outcome")[0] == "valid"

    # kept: the bytes that came, to the last space
    assert only_badge(world).content == next(iter(world.issuer.grants.values())).credential
    assert browser.open("/passport").text.count("data-badge-id=") == 1


@pytest.mark.covers("openid4vci-1.0", "4.1.2")
def test_an_offer_by_value_is_received_too(world):
    browser = world.browser()
    browser.sign_up()
    browser.receive(world.issuer.offer(by_value=True))
    assert len(world.issuer.delivered) == 1


@pytest.mark.covers("openid4vci-1.0", "4.2", "15")
def test_refusing_leaves_nothing_and_tells_nobody(world):
    browser = world.browser()
    offer_id = browser.open_offer(world.issuer.offer())
    asked = len(world.network.requests)
    page = browser.submit("/receive/refuse", offer_id=offer_id)
    assert "Vous avez refusé ce badge" in page.text
    assert len(world.network.requests) == asked
    assert browser.data("offer-state") == ["refused"]
    # and it stays refused
    browser.sign_up()
    assert browser.submit("/receive/accept", offer_id=offer_id).status_code == 409
    assert world.issuer.delivered == []
    with world.service.database.session() as session:
        assert session.exec(select(ReceivedOffer)).one().sealed_content is None


@pytest.mark.covers("openid4vci-1.0", "4.2", "15")
@pytest.mark.attack("G5")
def test_opening_an_offer_accepts_nothing_even_for_somebody_who_is_signed_in(world):
    hostile = SimulatedIssuer("https://hostile.example", clock=world.clock, name="Mission locale (exemple)")
    world.network.services.append(hostile)
    browser = world.browser()
    browser.sign_up()
    page = browser.open(f"/receive?{hostile.offer()}")
    assert page.status_code == 200
    # shown, with the domain that tells it from the one whose name it took
    assert "hostile.example" in page.text
    assert not world.network.asked("/token")
    assert not hostile.delivered
    # a page elsewhere that posts the form gets nowhere
    answer = browser.client.post(
        "/receive/accept",
        data={"offer_id": browser.data("offer-id")[0]},
        headers={"origin": "https://hostile.example"},
    )
    assert answer.status_code == 403
    assert not hostile.delivered


@pytest.mark.attack("G5")
def test_a_badge_signed_by_another_than_the_one_who_offers_waits_for_the_person(world):
    issuer = SimulatedIssuer("https://other.example", clock=world.clock)
    # what offers is elsewhere than the DID that signs
    issuer.did = "did:web:node.example"
    issuer._key = world.issuer._key
    issuer.with_status = False
    world.network.services.append(issuer)
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(issuer.offer())
    page = browser.submit("/receive/accept", offer_id=offer_id)
    assert browser.data("doubt") == ["other_issuer"]
    assert browser.open("/passport").text.count("data-badge-id=") == 0
    page = browser.submit("/receive/accept", offer_id=offer_id, keep_doubtful="true")
    assert page.url.path.startswith("/passport/")


@pytest.mark.parametrize(
    ("switch", "error"),
    [({"spoil": True}, "credential_invalid"), ({"deliver_other_subject": True}, "credential_not_mine")],
)
def test_what_is_not_valid_or_not_mine_is_not_kept(world, switch, error):
    for name, value in switch.items():
        setattr(world.issuer, name, value)
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    page = browser.submit("/receive/accept", offer_id=offer_id)
    assert page.status_code == 409
    assert browser.data("error") == [error]
    assert browser.open("/passport").text.count("data-badge-id=") == 0


def test_what_could_not_be_checked_is_kept_only_when_the_person_says_so_and_never_looks_valid(world):
    world.issuer.status_down = True
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    browser.submit("/receive/accept", offer_id=offer_id)
    assert browser.data("doubt") == ["not_checked"]
    browser.submit("/receive/accept", offer_id=offer_id, keep_doubtful="true")
    assert browser.data("outcome")[0] == "indeterminate"
    badge_id = browser.data("badge-id")[0]

    world.issuer.status_down = False
    browser.submit(f"/passport/{badge_id}/check")
    assert browser.data("outcome")[0] == "valid"


@pytest.mark.covers("openid4vci-1.0", "6.1")
def test_a_transaction_code_is_asked_for_and_a_wrong_one_can_be_typed_again(world):
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer(tx_code="4821"))
    assert 'name="tx_code"' in browser.page.text
    # none: the issuer is not even asked, since five mistakes burn the code
    browser.submit("/receive/accept", offer_id=offer_id)
    assert browser.data("error") == ["tx_code_needed"]
    assert not world.network.asked("/token")
    browser.submit("/receive/accept", offer_id=offer_id, tx_code="0000")
    assert browser.data("error") == ["tx_code_wrong"]
    page = browser.submit("/receive/accept", offer_id=offer_id, tx_code="4821")
    assert page.url.path.startswith("/passport/")


def test_a_used_slip_says_so(world):
    link = world.issuer.offer()
    first, second = world.browser(), world.browser()
    first.sign_up()
    first.receive(link)
    second.sign_up()
    offer_id = second.open_offer(link)
    second.submit("/receive/accept", offer_id=offer_id)
    assert second.data("error") == ["offer_used_or_wrong_code"]


@pytest.mark.parametrize("step", ["oauth-authorization-server", "/token", "/nonce", "/credential", "/status"])
def test_a_fault_of_the_network_at_any_step_is_mended_by_accepting_again(stored, step):
    world, browser = stored, stored.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    world.network.cut(step)
    page = browser.submit("/receive/accept", offer_id=offer_id)
    if step == "/status":
        assert browser.data("doubt") == ["not_checked"]
        page = browser.submit("/receive/accept", offer_id=offer_id)
    else:
        assert page.status_code == 503
        assert browser.data("error") == ["issuer_unreachable"]
        assert "/waiting" in browser.open("/passport").text
        page = browser.submit("/receive/accept", offer_id=offer_id)
    assert page.url.path.startswith("/passport/")
    assert len(world.issuer.delivered) == 1


@pytest.mark.covers("openid4vci-1.0", "14")
def test_an_answer_lost_after_the_badge_was_issued_is_asked_for_again(world):
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    world.network.cut("/credential", after=True)
    assert browser.submit("/receive/accept", offer_id=offer_id).status_code == 503
    assert len(world.issuer.delivered) == 1
    browser.submit("/receive/accept", offer_id=offer_id)
    assert browser.data("outcome")[0] == "valid"
    assert len(world.issuer.delivered) == 1


class CrashError(Exception):
    """The process ends here."""


class CrashingNetwork(Network):
    """Ends the process at one request, as kill -9 does: nothing after it runs."""

    def __init__(self, inner, url_part):
        super().__init__()
        self.inner, self.url_part = inner, url_part

    def _exchange(self, asked, max_bytes):
        if self.url_part in asked.url:
            self.url_part = "\0"
            raise CrashError
        return self.inner._exchange(asked, max_bytes)


@pytest.mark.parametrize("step", ["/token", "/nonce", "/credential", "/status"])
def test_a_crash_between_two_steps_is_continued_after_a_minute(stored, step):
    world, browser = stored, stored.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    world.network = CrashingNetwork(world.network, step)
    world.app.state.database.dispose()
    world.app = world.start()
    crashed = world.browser()
    crashed.client.cookies = browser.client.cookies
    assert crashed.submit("/receive/accept", offer_id=offer_id).status_code == 500

    world.clock.move(seconds=61)
    crashed.submit("/receive/accept", offer_id=offer_id)
    assert crashed.data("outcome")[0] == "valid"
    assert len(world.issuer.delivered) == 1


@pytest.mark.attack("J4")
def test_32_parallel_acceptances_keep_one_badge(stored):
    world, browser = stored, stored.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    with world.service.database.session() as session:
        row = session.exec(select(ReceivedOffer)).one()
    from wallet.models import BrowserSession
    from wallet.signing_in import Visitor

    with world.service.database.session() as session:
        found = session.exec(select(BrowserSession).where(BrowserSession.id == row.session_id)).one()
    visitor = Visitor(found.id, found.passport_id)
    with ThreadPoolExecutor(32) as pool:
        results = list(
            pool.map(lambda _: receiving.accept_offer(world.service, visitor, offer_id), range(32))
        )
    assert len({result.credential_id for result in results}) == 1
    assert len(world.issuer.delivered) == 1
    assert len(world.network.asked("/credential")) == 1
    with world.service.database.session() as session:
        assert len(session.exec(select(HeldCredential)).all()) == 1


@pytest.mark.parametrize(
    ("link", "status", "error"),
    [
        ("credential_offer_uri=https%3A%2F%2Fnode.example%2Foffers%2Fnone", 410, "offer_gone"),
        ("credential_offer_uri=https%3A%2F%2Fnobody.example%2Foffers%2F1", 503, "offer_unreachable"),
        ("credential_offer_uri=http%3A%2F%2Fnode.example%2Foffers%2F1", 422, "offer_unreadable"),
        ("credential_offer=%7B%7D", 422, "offer_unreadable"),
        (
            "credential_offer=%7B%7D&credential_offer_uri=https%3A%2F%2Fnode.example%2Fx",
            422,
            "offer_unreadable",
        ),
    ],
)
def test_an_offer_that_leads_nowhere_says_why(world, link, status, error):
    browser = world.browser()
    page = browser.open(f"/receive?{link}")
    assert (page.status_code, browser.data("error")) == (status, [error])


@pytest.mark.covers("openid4vci-1.0", "12.2.1")
def test_metadata_of_another_issuer_is_refused(world):
    world.issuer.metadata = {"credential_issuer": "https://other.example"}
    browser = world.browser()
    browser.open(f"/receive?{world.issuer.offer()}")
    assert browser.data("error") == ["issuer_mismatch"]


def test_a_scanned_slip_of_a_node_leads_to_its_offer(world):
    browser = world.browser()
    page = browser.submit("/scan", text=world.issuer.slip())
    assert page.url.path.startswith("/receive/")
    assert "Pilotage de drone" in page.text


def test_a_scanned_address_that_is_no_offer_is_shown_and_not_opened(world):
    browser = world.browser()
    page = browser.submit("/scan", text="https://node.example/picture")
    assert browser.data("scanned-link") == ["https://node.example/picture"]
    assert page.status_code == 200
    assert browser.submit("/scan", text="bonjour à tous").status_code == 422


def test_another_issuer_cannot_take_a_badges_place_by_taking_its_id(stored):
    """An issuer chooses the ids of its badges, and whoever was shown a badge knows its id."""
    stored.browser().sign_up()
    with stored.service.database.session() as session:
        key = session.exec(select(HolderKeyRecord)).one()
    kept = []
    for issuer_id in ("did:web:thief.example", "did:web:node.example", "did:web:node.example"):
        document = {"id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e", "issuer": {"id": issuer_id}}
        report = Report(Outcome.VALID, (), credential=CredentialView.from_document(document))
        with stored.service.database.write() as session:
            kept.append(
                holding.keep_credential(
                    session,
                    stored.service,
                    passport_id=key.passport_id,
                    key_id=key.id,
                    data=strict_json.dumps(document),
                    report=report,
                )
            )
    assert kept[0] != kept[1] == kept[2]
