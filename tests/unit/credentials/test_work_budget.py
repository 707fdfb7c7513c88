"""One verification, and all that is in it: so much work, and no more; counted, so that every machine agrees."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from contexts import MAXIMUM_WORK, TooComplexError, WorkBudget, hash_canonical, reading_units
from credentials.costs import SIGNATURE_UNITS
from credentials.derivation import derive_credential
from credentials.jose import JWT_VC_JSON
from credentials.jws import parse_compact, read_unverified_claims
from credentials.open_badges import Evidence
from credentials.report import Outcome, Report
from credentials.status import Bitstring, build_status_entry, build_status_list_credential
from credentials.verification import check_credential, check_presentation, check_proof_only
from did.document import DocumentKey, build_did_document
from did.keys import KeySigner, KeyType
from tests.corpus import checking
from tests.corpus.cases import read_twins
from tests.corpus.worlds import WorldFetcher, read_world
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import NOW, World, new_signer
from tests.unit.credentials.jose_tokens import badge_token, forge

if TYPE_CHECKING:
    from collections.abc import Callable

    from contexts import ContextSelection

VALID, INVALID = Outcome.VALID, Outcome.INVALID
# what is read with a proof of JSON is not canonicalized as a whole: the dearest presentations are such
JCS: Final = "eddsa-jcs-2022"
QUARTER: Final = 0.25
TWINS: Final = [
    each for each in read_twins().values() if each.kind in {"credential", "presentation", "sd-jwt"}
]


def check(world: World, presentation: dict[str, Any], *, units: int = MAXIMUM_WORK) -> tuple[Report, int]:
    """Check a presentation; tell what of its budget is left."""
    work = WorkBudget(units)
    report = check_presentation(
        json.dumps(presentation).encode(),
        context=world.context(work=work),
        now=NOW,
        expected_domain="v",
        expected_challenge="n",
    )
    return report, work.left


def present(world: World, badges: list[Any], suite: str = JCS) -> dict[str, Any]:
    unsigned = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": world.holder_id,
        "verifiableCredential": badges,
    }
    return world.sign(
        unsigned, world.holder, suite=suite, proof_purpose="authentication", domain="v", challenge="n"
    )


def evidence(count: int) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(id=f"https://node.example/{n}", name=f"Vol {n}", narrative="Un vol.") for n in range(count)
    )


def numbered(world: World, number: int, pieces: int = 1, **options: Any) -> dict[str, Any]:
    """One of several badges; each is another document."""
    badge = world.badge(
        credential_id=f"urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-{number:012}", evidence=evidence(pieces)
    )
    return world.sign(badge, **options)


def test_fifty_badges_of_one_person_take_a_third_at_most(world: World) -> None:
    badges = [numbered(world, number) for number in range(50)]
    report, left = check(world, present(world, badges, "eddsa-rdfc-2022"))
    assert report.outcome is VALID
    assert left > MAXIMUM_WORK * 2 // 3


def test_a_badge_with_two_hundred_pieces_of_evidence_takes_little(world: World) -> None:
    work = WorkBudget()
    badge = numbered(world, 1, pieces=200)
    assert check_credential(badge, context=world.context(work=work), now=NOW).outcome is VALID
    assert work.left > MAXIMUM_WORK * 0.9


@pytest.mark.attack("C14")
def test_a_presentation_just_within_passes_and_one_badge_more_is_refused(world: World) -> None:
    """Each badge is within its own limits; together they are too many."""
    badges = [numbered(world, number, pieces=400) for number in range(17)]
    used = [10**9 - check(world, present(world, badges[:count]), units=10**9)[1] for count in (1, 2)]
    fitting = 1 + (MAXIMUM_WORK - used[0]) // (used[1] - used[0])
    assert 3 < fitting < len(badges)
    report, left = check(world, present(world, badges[:fitting]))
    assert report.outcome is VALID
    assert 0 <= left < used[1] - used[0]
    report, _ = check(world, present(world, badges[: fitting + 1]))
    assert (report.outcome, report.codes) == (INVALID, ("credential_invalid",))
    assert report.credentials[0].outcome is VALID
    assert report.credentials[-1].codes == ("too_complex",)
    # nothing more is worked out for those that come after
    report, _ = check(world, present(world, badges))
    after = [each.codes for each in report.credentials[fitting + 1 :]]
    assert after == [("too_complex",)] * len(after)


def test_the_same_costs_the_same(world: World) -> None:
    presentation = present(world, [numbered(world, number) for number in range(3)])
    assert len({check(world, presentation)[1] for _ in range(3)}) == 1


def spent(twin: Any, units: int) -> tuple[str, str, int]:
    """Check an artefact of the corpus out of a budget: outcome, first code, what is left."""
    place = read_world(checking.MAIN_WORLD)
    work = WorkBudget(units)
    fetcher = WorldFetcher(place.documents)
    context = replace(checking._context(fetcher, place.now, twin.options, None), work=work)
    report = checking._report(
        twin.text.encode(), twin.kind, place, twin.options, context=context, now=place.now
    )
    return str(report.outcome), report.codes[0] if report.codes else "", work.left


@pytest.mark.parametrize("twin", TWINS, ids=lambda each: each.name)
def test_every_way_to_secure_something_takes_its_part(twin: Any) -> None:
    """Half of what it takes is not enough, whatever it is; and what comes of it is never valid."""
    outcome, code, left = spent(twin, MAXIMUM_WORK)
    if outcome != "valid":
        pytest.skip("valid in a world of its own")
    used = MAXIMUM_WORK - left
    assert spent(twin, used)[0] == "valid"
    outcome, code, _ = spent(twin, used // 2)
    assert outcome != "valid"
    assert code in {"too_complex", "credential_invalid", "too_many_fetches"}


def hostile_chain(world: World) -> dict[str, Any]:
    """Nodes without names that only their neighbours tell apart."""
    node: dict[str, Any] = {"type": ["Profile"], "name": "x"}
    for _ in range(40):
        node = {"type": ["Profile"], "name": "x", "parentOrg": node}
    badge = world.badge()
    badge["issuer"] |= {"parentOrg": node}
    return badge


def bad_signatures(world: World) -> Any:
    """Each is canonicalized under every version of its contexts."""
    other = numbered(world, 99)["proof"]["proofValue"]
    badges = [numbered(world, number, pieces=120) for number in range(40)]
    for badge in badges:
        badge["proof"]["proofValue"] = other
    return present(world, badges)


def numbers(world: World) -> Any:
    """Canonical JSON of many fractions."""
    badge = world.badge() | {"unknown": [1.5e10 + number / 7 for number in range(2_000)]}
    return present(world, [world.sign(badge, suite=JCS)] * 20)


def long_lists(world: World) -> Any:
    """Forty lists that pack two megabytes of zeros into two kilobytes."""
    badges = []
    for number in range(13):
        urls = [f"https://node.example/status/{number}-{each}" for each in range(3)]
        for url in urls:
            document = build_status_list_credential(
                list_id=url,
                issuer_id=world.issuer_id,
                purpose="revocation",
                bitstring=Bitstring.new(16_777_216),
                valid_from=NOW,
            )
            world.served.serve(url, world.sign(document))
        badges.append(
            world.sign(world.badge() | {"credentialStatus": [build_status_entry(u, 7) for u in urls]})
        )
    return present(world, badges)


def junk(world: World) -> Any:
    """A thousand deep arrays where a text belongs."""
    deep: Any = "x"
    for _ in range(50):
        deep = [deep]
    badges = [numbered(world, number) | {"unknown": [deep] * 60} for number in range(40)]
    return present(world, badges)


def many_signatures(world: World) -> Any:
    """The dearest keys, five proofs to a badge."""
    issuer = new_signer(1, KeyType.P384)
    place = replace(world, issuer=issuer)
    badge = place.badge()
    proofs = [place.sign(badge, suite="ecdsa-rdfc-2019", nonce=str(each))["proof"] for each in range(5)]
    return present(world, [badge | {"proof": proofs}] * 50)


@pytest.mark.attack("C14")
@pytest.mark.parametrize("make", [bad_signatures, numbers, long_lists, junk, many_signatures])
def test_the_dearest_presentations_are_over_in_a_quarter_of_a_second(
    world: World, make: Callable[[World], Any]
) -> None:
    presentation = make(world)
    with costs_at_most(QUARTER):
        report, left = check(world, presentation)
    assert report.credentials
    assert left < MAXIMUM_WORK / 3


@pytest.mark.attack("C13")
def test_what_is_too_complex_is_not_read_under_other_versions_of_its_contexts(world: World) -> None:
    read: list[str] = []

    def hasher(document: Any, *, selection: ContextSelection, algorithm: Any = "sha256") -> bytes:
        read.append(selection.label)
        return hash_canonical(document, selection=selection, algorithm=algorithm)

    badge = hostile_chain(world) | {"proof": numbered(world, 1)["proof"]}
    report = check_credential(badge, context=world.context(hasher=hasher), now=NOW)
    assert (report.outcome, report.codes) == (INVALID, ("too_complex",))
    assert len(set(read)) == 1
    twin = numbered(world, 1) | {"name": "Another"}
    assert check_credential(twin, context=world.context(hasher=hasher), now=NOW).codes == (
        "invalid_signature",
    )
    assert len(set(read)) > 1


def test_a_check_of_the_proof_alone_has_a_budget_too(world: World) -> None:
    badge = numbered(world, 1)
    assert check_proof_only(badge, context=world.context(), now=NOW).outcome is VALID
    report = check_proof_only(badge, context=world.context(work=WorkBudget(200)), now=NOW)
    assert (report.outcome, report.codes) == (INVALID, ("too_complex",))


@pytest.mark.attack("A17")
def test_a_derivation_has_a_budget_too(world: World) -> None:
    """What the issuer of a base proof makes its holder work out ends like what a holder shows a verifier."""
    place = replace(world, issuer=new_signer(1, KeyType.P256))

    def derive(tags: int, pieces: int) -> Any:
        badge = place.badge(evidence=evidence(pieces))
        badge["credentialSubject"]["achievement"]["tag"] = [f"tag {number}" for number in range(tags)]
        signed = place.sign(
            badge, suite="ecdsa-sd-2023", mandatory_pointers=["/credentialSubject/achievement/tag"]
        )
        with costs_at_most(2 * QUARTER):
            return derive_credential(
                signed, ["/issuer"], resolver=place.context().resolver, contexts=place.contexts, now=NOW
            )

    assert derive(2_000, 20)["proof"]["cryptosuite"] == "ecdsa-sd-2023"
    with pytest.raises(TooComplexError):
        derive(8_500, 180)


def test_each_kind_of_key_has_its_cost() -> None:
    assert SIGNATURE_UNITS.keys() == set(KeyType)


def test_what_is_spent_stays_spent() -> None:
    work = WorkBudget(10)
    work.spend(10)
    for units in (1, 0):
        with pytest.raises(TooComplexError) as caught:
            work.spend(units)
        assert caught.value.code == "too_complex"


def test_a_text_of_many_values_costs_more_than_one_of_few() -> None:
    assert reading_units(b'"' + b"x" * 6_400 + b'"') == 100
    assert reading_units(b"[" + b"[]," * 2_133 + b"0]") > 4_266
    assert reading_units(b"[" + b"[]," * 1_000 + b"0]") == 187


def test_a_context_of_a_verification_goes_on_with_the_same_budget(world: World) -> None:
    context = world.context().bounded()
    assert context.bounded() is context
    assert context.work is not None
    before = context.work.left
    check_credential(copy.deepcopy(numbered(world, 1)), context=context, now=NOW)
    assert context.work.left < before
    assert world.context().bounded().work is not context.work


def test_a_token_that_names_no_key_pays_for_those_that_are_looked_through(world: World) -> None:
    did = "did:web:issuer.example"
    others = [DocumentKey(f"k{number}", new_signer(number, KeyType.P256).public_key) for number in range(60)]
    by = KeySigner(world.issuer.private_key, f"{did}#own")
    document = build_did_document(did, [DocumentKey("own", by.public_key), *others])
    world.served.serve("https://issuer.example/.well-known/did.json", document)
    named = badge_token(world, by, JWT_VC_JSON).encode()
    jws = parse_compact(named)
    header = {name: value for name, value in jws.unverified_header.items() if name != "kid"}
    used = []
    for token in (named, forge(header, read_unverified_claims(jws), by)):
        work = WorkBudget()
        assert check_credential(token, context=world.context(work=work), now=NOW).outcome is VALID
        used.append(MAXIMUM_WORK - work.left)
    assert used[1] - used[0] >= 60 * SIGNATURE_UNITS[KeyType.ED25519]
