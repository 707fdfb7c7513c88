"""The checker of the OBv3 data model over badges that others made (Digital Credentials Consortium)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from credentials.data_model import check_context, check_credential_model
from credentials.errors import CredentialsError
from credentials.open_badges.checker import check_open_badge
from tests.unit.credentials.complete_badges import as_vcdm_1_1, complete_badge
from tests.unit.credentials.test_open_badge_checker import PLACES, node_at

pytestmark = pytest.mark.covers("open-badges-3.0", "Data Models: AchievementCredential")

VECTORS = Path(__file__).parents[2] / "vectors" / "obv3-dcc" / "verifiableCredentials"
# their subjects have a name and no id: nobody is named whom a verifier could compare with
NOBODY = ("AchievementSubject.identified", "/credentialSubject")
BARE_IMAGE = ("Profile.image.well-formed", "/issuer/image")
OWN_TYPE = (
    "Achievement.achievementType.in-enumeration",
    "/credentialSubject/achievement/achievementType",
)
NO_BADGE = ("Credential.type.known", "/type")
V2 = "v2/dataIntegrityProof/didKey/"
REGISTRY = f"{V2}legacyRegistry-noStatus-"
BROKEN = {
    f"{REGISTRY} noExpiry-credSubjName.json": [NOBODY, OWN_TYPE],
    f"{REGISTRY}noExpiry-OBSpecExample.json": [],
    f"{REGISTRY}noExpiry-achievementTypeExample.json": [NOBODY],
    f"{REGISTRY}noExpiry-alignments.json": [],
    f"{REGISTRY}noExpiry-basicOBv3.json": [],
    f"{REGISTRY}noExpiry-credName.json": [NOBODY, OWN_TYPE],
    f"{REGISTRY}noExpiry-credSubjName.json": [NOBODY, OWN_TYPE],
    f"{REGISTRY}noExpiry-identityHash.json": [OWN_TYPE],
    f"{REGISTRY}noExpiry-minimal.json": [NO_BADGE],
    f"{REGISTRY}notExpired-withSchema.json": [
        ("CredentialSchema.of-open-badges", "/credentialSchema"),
        NOBODY,
    ],
    f"{V2}noRegistry-revokedStatus-noExpiry.json": [NOBODY],
    f"{V2}oidf-noStatus-notExpired-complexIssuer.json": [NOBODY],
    f"{V2}twoOIDF-revoked-notExpired-badSchema.json": [
        ("AchievementCredential.validFrom.required", "/validFrom"),
        NOBODY,
    ],
    "v2/bothSignatureTypes/didkey/legacy-noStatus-notExpired-endorsement-withSchema.json": [],
    "v2/bothSignatureTypes/didkey/legacy-noStatus-notExpired-endorsement.json": [],
    "v2/bothSignatureTypes/didkey/legacy-noStatus-noExpiry-nonOBWithOBContext.json": [NO_BADGE],
    "v2/ed25519/didKey/legacy-noStatus-noExpiry-stringIssuerId.json": [],
    "v1/bothSignatureTypes/didKey/legacy-noStatus-noExpiry-basicOBv3.json": [],
    "v1/bothSignatureTypes/didKey/legacy-noStatus-noExpiry.json": [BARE_IMAGE, NOBODY],
    "v1/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-OBSpecExample.json": [],
    "v1/ed25519/didKey/legacy-noStatus-noExpiry-stringIssuerId.json": [
        ("AchievementCredentialv1p1.issuer.well-formed", "/issuer"),
        NOBODY,
    ],
    "v1/ed25519/didKey/legacyRegistry-noStatus-noExpiry-issuerImageId.json": [NOBODY],
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_badges_of_others(name: str) -> None:
    broken = check_open_badge(json.loads((VECTORS / name).read_bytes()))
    assert [(each.rule, each.pointer) for each in broken] == BROKEN[name]


@pytest.mark.parametrize("version", ["2.0", "1.1"])
def test_what_the_verifier_refuses_for_its_model_breaks_a_rule_here_too(version: str) -> None:
    refused = 0
    for place in PLACES.values():
        badge = complete_badge() if version == "2.0" else as_vcdm_1_1(complete_badge())
        node = node_at(badge, place)
        for member in [each for each in node if each != "@context"]:
            for odd in (None, 7, [], {}, "", "x y"):
                node[member], right = odd, node[member]
                try:
                    check_credential_model(badge, check_context(badge))
                except CredentialsError:
                    refused += 1
                    assert check_open_badge(badge), (place, member, odd)
                node[member] = right
    assert refused > 50
