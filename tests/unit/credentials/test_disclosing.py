"""What a holder would show, and what a verifier then sees: the same, in every format, and nothing that was altered."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from contexts import strict_json
from credentials.exchange.dcql import ClaimsQuery, DcqlQuery
from credentials.exchange.disclosing import disclose, enclose_whole, plan_disclosure
from credentials.exchange.formats import JWT_VC_JSON, LDP_VC, SD_JWT_VC, open_credential
from credentials.exchange.presentations import check_vp_token, make_answer, make_presentation
from credentials.jose import JWT_VC_JSON as PROFILE
from credentials.jose import sign_jwt_credential
from credentials.open_badges import open_badge_mandatory_pointers
from credentials.sd_jwt import OPEN_BADGE_VCT, issue_sd_jwt_vc, open_badge_claims
from did.keys import KeyType
from did.resolver import Resolver
from tests.unit.credentials.conftest import NOW, World, new_signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from contexts import ContextStore
    from credentials.exchange.formats import OpenedCredential
    from credentials.report import Report

DOMAIN = "decentralized_identifier:did:web:employer.example"
NONCE = "n-0S6_WzA2Mj"
ACHIEVEMENT = ClaimsQuery(("credentialSubject", "achievement"))
EVIDENCE = ClaimsQuery(("evidence",))
HIDDEN_STORY = ("/credentialSubject/activityStartDate", "/evidence")
QUERY = DcqlQuery.parse(
    {
        "credentials": [
            {
                "id": name,
                "format": form,
                "meta": {"vct_values": [OPEN_BADGE_VCT]}
                if form == SD_JWT_VC
                else {"type_values": [["OpenBadgeCredential"]]},
                "claims": [{"path": list(ACHIEVEMENT.path)}],
            }
            for name, form in (("ldp", LDP_VC), ("sd", SD_JWT_VC), ("jwt", JWT_VC_JSON))
        ],
        "credential_sets": [{"options": [["ldp"], ["sd"], ["jwt"]]}],
    }
)
NAMES = {LDP_VC: "ldp", SD_JWT_VC: "sd", JWT_VC_JSON: "jwt"}


@pytest.fixture(scope="module")
def place(contexts: ContextStore) -> World:
    return World(contexts, issuer=new_signer(0, KeyType.P256))


def held(place: World, form: str, *, whole_proof: bool = True) -> OpenedCredential:
    badge = place.badge()
    if form == SD_JWT_VC:
        claims, disclosable = open_badge_claims(badge)
        token = issue_sd_jwt_vc(
            claims, disclosable=disclosable, signer=place.issuer, holder_key=place.holder.public_key
        )
        return open_credential(token.encode())
    if form == JWT_VC_JSON:
        older = badge | {"@context": ["https://www.w3.org/2018/credentials/v1", badge["@context"][1]]}
        older["issuanceDate"] = older.pop("validFrom")
        token = sign_jwt_credential(older, signer=place.issuer, now=NOW, profile=PROFILE)
        return open_credential(token.encode())
    signed = place.sign(badge, suite="ecdsa-rdfc-2019") if whole_proof else badge
    signed = place.sign(
        signed, suite="ecdsa-sd-2023", mandatory_pointers=open_badge_mandatory_pointers(badge)
    )
    return open_credential(strict_json.dumps(signed))


def shown(place: World, credential: OpenedCredential, *asked: ClaimsQuery, **options: Any) -> Any:
    plan = plan_disclosure(credential, asked, **options)
    made = disclose(
        credential, plan, resolver=Resolver(fetcher=place.served), contexts=place.contexts, now=NOW
    )
    return plan, made


def answer(place: World, credential: OpenedCredential, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "signer": place.holder,
        "holder": place.holder_id,
        "domain": DOMAIN,
        "challenge": NONCE,
        "now": NOW,
        "contexts": place.contexts,
        "resolver": Resolver(fetcher=place.served),
    }
    return make_answer(credential, plan_disclosure(credential, [ACHIEVEMENT]), **(arguments | changes))


def check(place: World, **vp_token: Any) -> Report:
    return check_vp_token(
        {name: [each] for name, each in vp_token.items()},
        query=QUERY,
        context=place.context(),
        now=NOW,
        expected_domain=DOMAIN,
        expected_challenge=NONCE,
    )


# what would be shown


@pytest.mark.covers("openid4vp-1.0", "7.1")
@pytest.mark.parametrize(
    ("path", "pointers"),
    [
        (("name",), ("/name",)),
        (("credentialSubject", "achievement"), ("/credentialSubject/achievement",)),
        (("list", None, "a/b"), ("/list/0/a~1b", "/list/1/a~1b")),
        (("list", None), ("/list/0", "/list/1")),
        # by number: with some held back, the others would move
        (("list", 1, "a/b"), ("/list",)),
        (("absent",), ()),
        (("name", "absent"), ()),
        (("name", None), ()),
    ],
)
def test_a_claims_path_becomes_pointers(path: tuple[Any, ...], pointers: tuple[str, ...]) -> None:
    document = {
        "name": "x",
        "list": [{"a/b": 1, "c": 2}, {"a/b": 3}],
        "credentialSubject": {"achievement": {"name": "y"}},
    }
    assert ClaimsQuery(path).pointers(document) == pointers


@pytest.mark.covers("openid4vp-1.0", "6.4.1", "15.4")
@pytest.mark.parametrize("form", [LDP_VC, SD_JWT_VC])
def test_what_is_planned_is_what_is_made(place: World, form: str) -> None:
    credential = held(place, form)
    for asked in ([], [ACHIEVEMENT], [EVIDENCE], [ACHIEVEMENT, ClaimsQuery(("evidence", None, "name"))]):
        plan, made = shown(place, credential, *asked)
        again = open_credential(made.encode() if isinstance(made, str) else strict_json.dumps(made))
        assert {
            name: each for name, each in again.claims.document.items() if name != "proof"
        } == plan.document
        assert all(claim.is_in(plan.document) for claim in asked)
        assert plan.can_hide
        assert not plan.is_whole


@pytest.mark.parametrize("form", [LDP_VC, SD_JWT_VC])
def test_what_stays_hidden_is_named_at_its_outermost_place(place: World, form: str) -> None:
    plan = plan_disclosure(held(place, form), [ACHIEVEMENT])
    assert plan.hidden == HIDDEN_STORY
    assert plan.view.evidence == ()
    everything = [ClaimsQuery((name,)) for name in ("credentialSubject", "evidence", "issuer")]
    assert plan_disclosure(held(place, form), everything).is_whole


def test_a_plain_token_has_nothing_to_hide(place: World) -> None:
    plan, made = shown(place, held(place, JWT_VC_JSON), ACHIEVEMENT)
    assert plan.is_whole
    assert not plan.can_hide
    assert made.count(".") == 2


def test_a_verifier_that_does_not_read_the_suite_gets_the_whole_under_the_other_proof(place: World) -> None:
    plan, made = shown(place, held(place, LDP_VC), ACHIEVEMENT, suites=["eddsa-rdfc-2022", "ecdsa-rdfc-2019"])
    assert not plan.can_hide
    assert plan.is_refused
    assert made["proof"]["cryptosuite"] == "ecdsa-rdfc-2019"
    assert made["evidence"]
    _, made = shown(place, held(place, LDP_VC), ACHIEVEMENT, suites=["ecdsa-sd-2023"])
    assert made["proof"]["cryptosuite"] == "ecdsa-sd-2023"
    assert "evidence" not in made


@pytest.mark.covers("vcdm-2.0", "4.13.3")
@pytest.mark.parametrize("whole_proof", [True, False])
def test_no_base_proof_leaves(place: World, whole_proof: bool) -> None:
    credential = held(place, LDP_VC, whole_proof=whole_proof)
    enclosed = enclose_whole(
        credential, resolver=Resolver(fetcher=place.served), contexts=place.contexts, now=NOW
    )
    presentation = make_presentation(
        credentials=[enclosed],
        signer=place.holder,
        holder=place.holder_id,
        domain=DOMAIN,
        challenge=NONCE,
        created=NOW,
        contexts=place.contexts,
    )
    assert check(place, ldp=presentation).outcome == "valid"
    assert enclosed["evidence"] == credential.claims.document["evidence"]
    # the twin: as it was received, it is refused
    received = make_presentation(
        credentials=[credential.claims.document],
        signer=place.holder,
        holder=place.holder_id,
        domain=DOMAIN,
        challenge=NONCE,
        created=NOW,
        contexts=place.contexts,
    )
    assert "base_proof_not_derived" in check(place, ldp=received).credentials[0].codes


# an answer


@pytest.mark.covers("vcdm-2.0", "4.13.3")
@pytest.mark.covers("openid4vp-1.0", "8.6", "B.1", "B.3")
@pytest.mark.parametrize("form", [LDP_VC, SD_JWT_VC, JWT_VC_JSON])
def test_an_answer_holds_in_every_format(place: World, form: str) -> None:
    report = check(place, **{NAMES[form]: answer(place, held(place, form))})
    assert report.outcome == "valid", report
    (credential,) = report.credentials
    assert credential.credential is not None
    assert credential.credential.achievement_name == "Pilotage de drone"
    assert bool(credential.credential.evidence) is (form == JWT_VC_JSON)


@pytest.mark.covers("openid4vp-1.0", "14.2")
@pytest.mark.parametrize("form", [LDP_VC, SD_JWT_VC, JWT_VC_JSON])
@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"challenge": "another"}, {"challenge_mismatch", "nonce_mismatch"}),
        (
            {"domain": "decentralized_identifier:did:web:other.example"},
            {"domain_mismatch", "audience_mismatch"},
        ),
    ],
)
@pytest.mark.attack("G7")
def test_an_answer_for_another_request_is_refused(
    place: World, form: str, change: dict[str, str], codes: set[str]
) -> None:
    report = check(place, **{NAMES[form]: answer(place, held(place, form), **change)})
    assert report.outcome == "invalid"
    assert codes & set(report.codes)


@pytest.mark.covers("openid4vp-1.0", "8.6", "B.1", "B.3")
@pytest.mark.parametrize(
    ("name", "form"), [("ldp", SD_JWT_VC), ("ldp", JWT_VC_JSON), ("sd", LDP_VC), ("jwt", LDP_VC)]
)
@pytest.mark.attack("G10")
def test_an_answer_in_another_format_than_it_says_is_refused(place: World, name: str, form: str) -> None:
    report = check(place, **{name: answer(place, held(place, form))})
    assert "answer_format" in report.codes


def rename(document: dict[str, Any]) -> None:
    document["credentialSubject"]["achievement"]["name"] = "Pilote de ligne"


def add_evidence(document: dict[str, Any]) -> None:
    document["evidence"] = [{"type": ["Evidence"], "name": "Un vol de nuit"}]


def drop_skills(document: dict[str, Any]) -> None:
    del document["credentialSubject"]["achievement"]["alignment"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (rename, "invalid_signature"),
        (add_evidence, "label_map_mismatch"),
        (drop_skills, "label_map_mismatch"),
    ],
)
def test_a_derived_badge_that_was_altered_does_not_hold(
    place: World, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    """Its holder signs the presentation again: the issuer's signature is what fails."""
    _, derived = shown(place, held(place, LDP_VC), ACHIEVEMENT)

    def present(document: dict[str, Any]) -> Report:
        presentation = make_presentation(
            credentials=[document],
            signer=place.holder,
            holder=place.holder_id,
            domain=DOMAIN,
            challenge=NONCE,
            created=NOW,
            contexts=place.contexts,
        )
        return check(place, ldp=presentation)

    assert present(derived).outcome == "valid"
    altered = copy.deepcopy(derived)
    change(altered)
    report = present(altered)
    assert report.outcome == "invalid"
    assert report.credentials[0].codes == (code,)


@pytest.mark.attack("B17")
@pytest.mark.attack("B18")
def test_an_sd_jwt_answer_that_was_altered_does_not_hold(place: World) -> None:
    credential = held(place, SD_JWT_VC)
    token = answer(place, credential)
    jwt, *disclosures, binding = token.split("~")
    all_of_it = credential.content.decode().split("~")[1:-1]
    extra = next(each for each in all_of_it if each not in disclosures)
    cases = {
        "one more": "~".join([jwt, *disclosures, extra, binding]),
        "one less": "~".join([jwt, *disclosures[1:], binding]),
        "no binding": "~".join([jwt, *disclosures, ""]),
        "another's binding": "~".join(
            [jwt, *disclosures, answer(place, credential, challenge="other").rpartition("~")[2]]
        ),
    }
    found = {name: check(place, sd=altered) for name, altered in cases.items()}
    assert {name: report.outcome for name, report in found.items()} == dict.fromkeys(cases, "invalid")
    assert "sd_hash_mismatch" in found["one more"].codes
    assert "sd_hash_mismatch" in found["one less"].codes
    assert "key_binding_missing" in found["no binding"].codes
    assert "nonce_mismatch" in found["another's binding"].codes
    assert check(place, sd=token).outcome == "valid"
