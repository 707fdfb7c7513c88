"""The valid artefacts, and the main world that they are valid in."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from did.document import DocumentKey, build_did_document
from did.keys import KeyType
from tests.corpus.making.keys import did_key_signer, did_of, private_key, signer
from tests.corpus.making.signing import (
    CHALLENGE,
    CREATED,
    DOMAIN,
    FRAGMENTS,
    ISSUER,
    NOW,
    SUITES,
    bbs_base,
    bbs_derived,
    ecdsa_sd_base,
    ecdsa_sd_derived,
    holder,
    issuer,
    present,
    sign,
)

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
DATA_INTEGRITY_V2 = "https://w3id.org/security/data-integrity/v2"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
OTHER = "did:web:other.example"
ISSUER_DOCUMENT = "https://issuer.example/.well-known/did.json"
OTHER_DOCUMENT = "https://other.example/.well-known/did.json"
MANDATORY = (
    "/name",
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/credentialSubject/id",
    "/credentialSubject/type",
    "/credentialSubject/achievement/id",
    "/credentialSubject/achievement/type",
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/description",
    "/credentialSubject/achievement/criteria",
)
SELECTIVE = ("/credentialSubject/narrative", "/evidence/0", "/credentialSubject/achievement/alignment")


def badge(issuer_id: str = ISSUER) -> JsonObject:
    """An unsigned badge with something in every place that people look at."""
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "id": "urn:uuid:7f1d3c52-6d0a-4c6c-9a53-0f6f2b7f7a01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Pilotage de drone",
        "issuer": {
            "id": issuer_id,
            "type": ["Profile"],
            "name": "Mission locale du Vallon",
            "url": "https://issuer.example/",
            "image": {"id": "https://issuer.example/logo.png", "type": "Image", "caption": "Le logo"},
        },
        "validFrom": "2026-11-20T10:00:00Z",
        "validUntil": "2028-11-20T10:00:00Z",
        "awardedDate": "2026-11-19T14:00:00Z",
        "credentialSubject": {
            "id": did_of(holder()),
            "type": ["AchievementSubject"],
            "activityStartDate": "2026-11-18T08:00:00Z",
            "activityEndDate": "2026-11-19T12:00:00Z",
            "narrative": "Trois vols, dont un par vent léger.",
            "achievement": {
                "id": "https://issuer.example/badges/drone",
                "type": ["Achievement"],
                "name": "Pilotage de drone",
                "description": "A piloté un drone en suivant des consignes.",
                "achievementType": "Competency",
                "criteria": {
                    "id": "https://issuer.example/badges/drone#criteria",
                    "narrative": "Décolle, tient sa trajectoire, se pose.",
                },
                "image": {"id": "https://issuer.example/badges/drone.png", "type": "Image"},
                "inLanguage": "fr",
                "tag": ["drone", "sécurité"],
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "Respecter des consignes",
                        "targetUrl": "https://skills.example/consignes",
                        "targetType": "ext:Skill",
                        "targetFramework": "Compétences du Vallon",
                        "targetCode": "C-12",
                    },
                    {
                        "type": ["Alignment"],
                        "targetName": "Voler",
                        "targetUrl": "https://skills.example/voler",
                    },
                ],
            },
        },
        "evidence": [
            {
                "id": "https://issuer.example/preuves/1",
                "type": ["Evidence"],
                "name": "Vol du 18",
                "narrative": "Dix minutes au-dessus du stade.",
                "genre": "Vidéo",
            },
            {"type": ["Evidence"], "name": "Carnet de vol", "description": "Signé par l'instructeur."},
        ],
    }


def plain(issuer_id: str = ISSUER) -> JsonObject:
    """An unsigned credential of VCDM 2.0 that is no badge, as small as it can be."""
    return {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": issuer_id,
        "validFrom": "2026-11-20T10:00:00Z",
        "validUntil": "2028-11-20T10:00:00Z",
        "credentialSubject": {"id": did_of(holder()), "name": "Camille", "description": "A tenu le stand."},
    }


def plain_1_1(issuer_id: str = ISSUER) -> JsonObject:
    """An unsigned credential of VCDM 1.1."""
    return {
        "@context": [CREDENTIALS_V1, DATA_INTEGRITY_V2],
        "id": "urn:uuid:7f1d3c52-6d0a-4c6c-9a53-0f6f2b7f7a11",
        "type": ["VerifiableCredential"],
        "issuer": issuer_id,
        "issuanceDate": "2026-11-20T10:00:00Z",
        "expirationDate": "2028-11-20T10:00:00Z",
        "credentialSubject": {"id": did_of(holder())},
    }


def badge_for(suite: str, issuer_id: str = ISSUER) -> JsonObject:
    """The unsigned badge as a suite needs it."""
    unsigned = badge(issuer_id)
    if suite == "Ed25519Signature2020":
        unsigned["@context"].append(ED25519_2020)
    return unsigned


def did_document(did: str, label: str) -> JsonObject:
    """A DID document with a key of every type."""
    keys = [DocumentKey(name, private_key(kind, label).public_key) for kind, name in FRAGMENTS.items()]
    return build_did_document(did, keys)


def make_artefacts(book: Book) -> None:
    """Make the main world and the artefacts that several rows stand on."""
    book.documents[ISSUER_DOCUMENT] = {"json": did_document(ISSUER, "issuer")}
    book.documents[OTHER_DOCUMENT] = {"json": did_document(OTHER, "other")}
    for name, (suite, key_type) in SUITES.items():
        book.twin(f"badge {name}", sign(badge_for(suite), suite, issuer(key_type)))
    by_key = did_key_signer(KeyType.ED25519, "issuer")
    book.twin("badge did:key", sign(badge(did_of(by_key)), any_signer=by_key))
    base = ecdsa_sd_base(badge(), MANDATORY)
    book.twin("badge ecdsa-sd-2023 base", base, policy={"base_proofs": True})
    book.twin("badge ecdsa-sd-2023", ecdsa_sd_derived(base, SELECTIVE))
    hidden = bbs_base(badge(), MANDATORY)
    book.twin("badge bbs-2023 base", hidden, policy={"base_proofs": True})
    book.twin("badge bbs-2023", book.record("badge bbs-2023", lambda: bbs_derived(hidden, SELECTIVE)))
    book.twin("plain", sign(plain()))
    book.twin("plain jcs", sign(plain(), "eddsa-jcs-2022"))
    book.twin("plain 1.1", sign(plain_1_1()))
    _make_sets(book)
    signed = book.document("badge eddsa-rdfc-2022")
    book.twin("presentation", present([signed]), "presentation")
    book.twin(
        "presentation of three",
        present(
            [book.document(f"badge {suite}") for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022")]
            + [sign(plain())]
        ),
        "presentation",
    )


def _make_sets(book: Book) -> None:
    signed = sign(badge())
    second = sign(badge(), "ecdsa-rdfc-2019", issuer(KeyType.P256))
    third = sign(badge(), any_signer=signer(KeyType.ED25519, "other", f"{OTHER}#ed25519"))
    book.twin("badge proof set", badge() | {"proof": [signed["proof"], second["proof"]]})
    book.twin("badge countersigned", badge() | {"proof": [signed["proof"], third["proof"]]})
    first = sign(badge(), id="urn:uuid:11111111-1111-4111-8111-111111111111")["proof"]
    over = badge() | {"proof": [first]}
    last = sign(
        badge(),
        "ecdsa-rdfc-2019",
        issuer(KeyType.P256),
        over=over,
        id="urn:uuid:22222222-2222-4222-8222-222222222222",
        previousProof=first["id"],
    )["proof"]
    book.twin("badge proof chain", badge() | {"proof": [first, last]})


def main_world(book: Book) -> JsonObject:
    """The main world as its file has it."""
    return {
        "now": NOW,
        "domain": DOMAIN,
        "challenge": CHALLENGE,
        "created": CREATED,
        "documents": book.documents,
    }


def changed(document: JsonObject, change: Any) -> JsonObject:
    """A copy that a function has changed."""
    copied = copy.deepcopy(document)
    change(copied)
    return copied
