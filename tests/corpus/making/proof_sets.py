"""A5, A7, A14: several proofs, proofs that stand on others, and when a proof holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from did.keys import KeyType
from did.multibase import decode_base58btc, encode_base58btc
from tests.corpus.making.artefacts import OTHER, badge, changed
from tests.corpus.making.book import NO_HISTORY
from tests.corpus.making.dates import DATE_FAULTS
from tests.corpus.making.keys import signer
from tests.corpus.making.signing import issuer, present, sign

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
BADGE: Final = "badge eddsa-rdfc-2022"


def make(book: Book) -> None:
    """Write the rows."""
    _sets(book)
    _chains(book)
    _times(book)


def flipped(proof: JsonObject) -> JsonObject:
    """A proof with one bit of its signature changed."""
    raw = bytearray(decode_base58btc(proof["proofValue"]))
    raw[5] ^= 1
    return proof | {"proofValue": encode_base58btc(bytes(raw))}


def _bad_proofs(suite: str, key_type: KeyType) -> dict[str, tuple[JsonObject, str, str]]:
    """Name to a proof that does not hold, its code, and its outcome."""
    by = issuer(key_type)
    good = sign(badge(), suite, by)["proof"]
    gone = f"{by.verification_method}-gone"
    other = signer(key_type, "other", by.verification_method)
    invalid = {
        "a flipped bit": (flipped(good), "invalid_signature"),
        "another document's": (sign(badge() | {"name": "x"}, suite, by)["proof"], "invalid_signature"),
        "a stranger's signature": (sign(badge(), suite, other)["proof"], "invalid_signature"),
        "expired": (sign(badge(), suite, by, expires="2026-11-24T09:30:00Z")["proof"], "proof_expired"),
        "of tomorrow": (
            sign(badge(), suite, by, created="2026-11-25T09:30:00Z")["proof"],
            "proof_not_yet_valid",
        ),
        "for authentication": (good | {"proofPurpose": "authentication"}, "proof_purpose_mismatch"),
        "of a legacy type": (good | {"type": "Ed25519Signature2018"}, "legacy_suite"),
        "without value": (
            {key: value for key, value in good.items() if key != "proofValue"},
            "proof_invalid_shape",
        ),
        "with a key of its own": (good | {"verificationMethod": {"id": "#x"}}, "proof_invalid_shape"),
    }
    unknown = {
        "by a key that is gone": (good | {"verificationMethod": gone}, NO_HISTORY),
        "of an unknown suite": (good | {"cryptosuite": "future-2030"}, "unsupported_cryptosuite"),
        "of an unknown type": (good | {"type": "FutureProof"}, "unsupported_cryptosuite"),
    }
    return {name: (*each, "invalid") for name, each in invalid.items()} | {
        name: (*each, "indeterminate") for name, each in unknown.items()
    }


def _sets(book: Book) -> None:
    family = book.family("A5", "A set of proofs of which one does not hold.")
    suites = (
        ("eddsa-rdfc-2022", KeyType.ED25519),
        ("eddsa-jcs-2022", KeyType.ED25519),
        ("ecdsa-rdfc-2019", KeyType.P256),
        ("ecdsa-jcs-2019", KeyType.P384),
    )
    good = book.document(BADGE)["proof"]
    for suite, key_type in suites:
        for name, (bad, code, outcome) in _bad_proofs(suite, key_type).items():
            for place, proofs in (("first", [bad, good]), ("last", [good, bad])):
                family.case(
                    f"{suite} {name}, {place}",
                    badge() | {"proof": proofs},
                    code,
                    outcome=outcome,
                    twin="badge proof set",
                )
    second = sign(badge(), "ecdsa-rdfc-2019", issuer(KeyType.P256))["proof"]
    for at in range(3):
        proofs = [good, second, sign(badge(), "eddsa-jcs-2022")["proof"]]
        proofs[at] = flipped(proofs[at])
        family.case(
            f"one of three, at {at}", badge() | {"proof": proofs}, "invalid_signature", twin="badge proof set"
        )
    _unknown_and_bad(family, good, second)
    theirs = sign(badge(), any_signer=signer(KeyType.ED25519, "other", f"{OTHER}#ed25519"))["proof"]
    for name, proofs in {
        "a stranger's bad countersignature, last": [good, flipped(theirs)],
        "a stranger's bad countersignature, first": [flipped(theirs), good],
    }.items():
        family.case(name, badge() | {"proof": proofs}, "invalid_signature", twin="badge countersigned")
    for name, twin in (
        ("ecdsa-sd-2023 base", "badge ecdsa-sd-2023 base"),
        ("bbs-2023 base", "badge bbs-2023 base"),
    ):
        base = book.document(twin)["proof"]
        for place, proofs in (("first", [base, good]), ("last", [good, base])):
            family.case(
                f"{name} beside a good one, {place}",
                badge() | {"proof": proofs},
                "base_proof_not_derived",
                twin="badge proof set",
            )
    family.case("the same proof twice", badge() | {"proof": [good, good]}, twin="badge proof set")


def _unknown_and_bad(family: Family, good: JsonObject, second: JsonObject) -> None:
    """One proof is certainly bad: whatever is not known of another, the set is."""
    unknown = {
        "of an unknown suite": good | {"cryptosuite": "future-2030"},
        "of an unknown type": good | {"type": "FutureProof"},
        "by a key that cannot be had": good | {"verificationMethod": "did:web:silent.example#key"},
    }
    for name, proof in unknown.items():
        for kind, other in (("eddsa", good), ("ecdsa", second)):
            for place, bad in (
                ("flipped", flipped(other)),
                ("ended", other | {"expires": "2026-11-24T09:30:00Z"}),
                ("for authentication", other | {"proofPurpose": "authentication"}),
            ):
                code = _CODES_OF_BAD[place]
                for order, proofs in (("first", [proof, bad]), ("last", [bad, proof])):
                    family.case(
                        f"{name} {order}, {kind} {place}",
                        badge() | {"proof": proofs},
                        code,
                        twin="badge proof set",
                        **({} if place == "flipped" else {"no_fetch": True}),
                    )
    family.case(
        "two unknown, one bad",
        badge() | {"proof": [unknown["of an unknown suite"], flipped(good), unknown["of an unknown type"]]},
        "invalid_signature",
        twin="badge proof set",
    )
    family.case(
        "by a key that cannot be had, one good",
        badge() | {"proof": [good, unknown["by a key that cannot be had"]]},
        "resolution_unavailable",
        outcome="indeterminate",
        twin="badge proof set",
    )


_CODES_OF_BAD: Final = {
    "flipped": "invalid_signature",
    "ended": "proof_expired",
    "for authentication": "proof_purpose_mismatch",
}


def _chains(book: Book) -> None:
    family = book.family(
        "A7", "Proofs that stand on others: which are gone, changed, or stand on themselves."
    )
    twin = "badge proof chain"
    first, last = book.document(twin)["proof"]
    third = "urn:uuid:33333333-3333-4333-8333-333333333333"
    shape, missing, cycle, signature = (
        "proof_invalid_shape",
        "previous_proof_missing",
        "previous_proof_cycle",
        "invalid_signature",
    )
    cases: dict[str, tuple[Any, str]] = {
        "the first is gone": ([last], missing),
        "the first is gone, alone without list": (last, missing),
        "the first has another id": ([first | {"id": third}, last], missing),
        "the first has no id": ([{k: v for k, v in first.items() if k != "id"}, last], missing),
        "the last names nobody": ([first, last | {"previousProof": third}], missing),
        "the last names one there and one not": (
            [first, last | {"previousProof": [first["id"], third]}],
            missing,
        ),
        "two have the id": ([first, first, last], missing),
        "the last stands on nothing": (
            [first, {k: v for k, v in last.items() if k != "previousProof"}],
            signature,
        ),
        "the last stands on itself": ([first, last | {"previousProof": last["id"]}], cycle),
        "the last stands on the first and itself": (
            [first, last | {"previousProof": [first["id"], last["id"]]}],
            cycle,
        ),
        "they stand on each other": ([first | {"previousProof": last["id"]}, last], cycle),
        "the first stands on itself": ([first | {"previousProof": first["id"]}, last], cycle),
        "the first was changed": ([flipped(first), last], signature),
        "the last was changed": ([first, flipped(last)], signature),
        "the first is dated otherwise": ([first | {"created": "2026-11-24T08:30:01Z"}, last], signature),
        "ids exchanged": ([first | {"id": last["id"]}, last | {"id": first["id"]}], cycle),
        "previousProof is empty": ([first, last | {"previousProof": ""}], shape),
        "previousProof is an empty list": ([first, last | {"previousProof": []}], shape),
        "previousProof is null": ([first, last | {"previousProof": None}], shape),
        "previousProof is the proof": ([first, last | {"previousProof": first}], shape),
        "previousProof is a number": ([first, last | {"previousProof": 1}], shape),
        "previousProof names it twice": (
            [first, last | {"previousProof": [first["id"], first["id"]]}],
            shape,
        ),
        "previousProof holds an empty name": ([first, last | {"previousProof": [first["id"], ""]}], shape),
        "id is relative": ([first | {"id": "#1"}, last | {"previousProof": "#1"}], shape),
        "id is a list": ([first | {"id": [first["id"]]}, last], shape),
        "id is a number": ([first | {"id": 1}, last], shape),
        "another first of the same id": (
            [sign(badge(), id=first["id"], created="2026-11-24T08:31:00Z")["proof"], last],
            signature,
        ),
        "in the other order": ([last, first], ""),
        "previousProof in a list of one": ([first, last | {"previousProof": [first["id"]]}], ""),
        "only the first": ([first], ""),
    }
    for name, (proof, code) in cases.items():
        family.case(name, badge() | {"proof": proof}, code, twin=twin)
    ring = [
        sign(badge(), id=f"urn:uuid:r{n}", previousProof=f"urn:uuid:r{(n + 1) % 5}", over=badge())["proof"]
        for n in range(5)
    ]
    family.case("a ring of five", badge() | {"proof": ring}, cycle, twin=twin)
    family.case(
        "a ring of two, and a good one", badge() | {"proof": [first, *_ring_of_two()]}, cycle, twin=twin
    )
    stranger = signer(KeyType.P256, "other", f"{OTHER}#p256")
    theirs = sign(
        badge(),
        "ecdsa-rdfc-2019",
        stranger,
        over=badge() | {"proof": [first]},
        id=third,
        previousProof=first["id"],
    )["proof"]
    family.case("a stranger's link", badge() | {"proof": [first, theirs]}, twin=twin)
    alone = sign(badge(), "ecdsa-rdfc-2019", stranger, over=badge(), id=third, previousProof=first["id"])[
        "proof"
    ]
    family.case(
        "a link that was signed without what it stands on",
        badge() | {"proof": [first, alone]},
        signature,
        twin=twin,
    )


def _ring_of_two() -> list[JsonObject]:
    return [
        sign(badge(), id=f"urn:uuid:t{n}", previousProof=f"urn:uuid:t{1 - n}", over=badge())["proof"]
        for n in (0, 1)
    ]


def _times(book: Book) -> None:
    family = book.family("A14", "A proof that is not made yet, has ended, or whose dates are none.")
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
        twin = f"badge {suite}"
        for name, (created, code) in {
            "made 60 s ahead": ("2026-11-24T09:31:00Z", ""),
            "made 60 s ahead, in another zone": ("2026-11-24T23:31:00+14:00", ""),
            "made 61 s ahead": ("2026-11-24T09:31:01Z", "proof_not_yet_valid"),
            "made 60.000001 s ahead": ("2026-11-24T09:31:00.000001Z", "proof_not_yet_valid"),
            "made 61 s ahead, in another zone": ("2026-11-23T21:31:01-12:00", "proof_not_yet_valid"),
            "made in the year 9999": ("9999-12-31T23:59:59Z", "proof_not_yet_valid"),
            "made in the year 1": ("0001-01-01T00:00:00Z", ""),
        }.items():
            family.case(f"{twin}: {name}", sign(badge(), suite, created=created), code, twin=twin)
        for name, (expires, code) in {
            "ends now": ("2026-11-24T09:30:00Z", "proof_expired"),
            "ended a second ago": ("2026-11-24T09:29:59Z", "proof_expired"),
            "ended in another zone": ("2026-11-24T10:29:59+01:00", "proof_expired"),
            "ended in the year 1": ("0001-01-01T00:00:00Z", "proof_expired"),
            "ends in a second": ("2026-11-24T09:30:01Z", ""),
            "ends in another zone": ("2026-11-23T21:30:01-12:00", ""),
            "ends in a microsecond": ("2026-11-24T09:30:00.000001Z", ""),
        }.items():
            family.case(f"{twin}: {name}", sign(badge(), suite, expires=expires), code, twin=twin)
    twin = "badge eddsa-jcs-2022"
    for member in ("created", "expires"):
        for name, value in DATE_FAULTS.items():
            signed = sign(badge(), "eddsa-jcs-2022", **{member: value})
            family.case(f"{member} {name}", signed, "date_syntax", twin=twin)
    document = book.document(BADGE)
    later = changed(document, lambda it: it["proof"].update(expires="2030-01-01T00:00:00Z"))
    family.case("an end that was added", later, "invalid_signature", twin=BADGE)
    ended = sign(badge(), expires="2026-11-24T09:00:00Z")
    longer = changed(ended, lambda it: it["proof"].update(expires="2030-01-01T00:00:00Z"))
    family.case("an end that was put off", longer, "invalid_signature", twin=BADGE)
    dropped = changed(ended, lambda it: it["proof"].pop("expires"))
    family.case("an end that was taken away", dropped, "invalid_signature", twin=BADGE)
    for name, options, code in (
        ("made 61 s ahead", {"created": "2026-11-24T09:31:01Z"}, "proof_not_yet_valid"),
        ("ends now", {"expires": "2026-11-24T09:30:00Z"}, "proof_expired"),
    ):
        presented = present([document], **options)
        family.case(f"presentation {name}", presented, code, twin="presentation")
