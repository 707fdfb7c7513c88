"""Badges that others signed (Digital Credentials Consortium): each file's verdict, with its code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from credentials.verification import VerificationContext, check_credential
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments

if TYPE_CHECKING:
    from contexts import ContextStore

VECTORS = Path(__file__).parents[2] / "vectors" / "obv3-dcc"
CREDENTIALS = VECTORS / "verifiableCredentials"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SITE = "https://digitalcredentials.github.io/vc-test-fixtures/"
CORE = "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/src/test-fixtures/status/"
# Their status lists are signed by another key than the credentials: not accepted as a word of the credential's issuer.
FOREIGN_LIST = "invalid status_list_issuer_mismatch"
EXPIRED_AND_FOREIGN_LIST = "invalid expired status_list_issuer_mismatch"

DATA_INTEGRITY = {
    "v1/dataIntegrityProof/didKey/fourRegistry-noStatus-noExpiry.json": "valid",
    "v1/dataIntegrityProof/didKey/legacy-noStatus-noExpiry.json": "valid",
    "v1/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-OBSpecExample.json": "valid",
    "v1/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-oldDCCExample.json": "invalid unknown_context",
    "v1/dataIntegrityProof/didKey/mixedRegistry-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/dataIntegrityProof/didKey/noRegistry-noStatus-noExpiry.json": "valid",
    "v1/dataIntegrityProof/didKey/oidf-noStatus-expired.json": "invalid expired",
    "v1/dataIntegrityProof/didKey/oidf-noStatus-noExpiry.json": "valid",
    "v1/dataIntegrityProof/didKey/oidf-revokedStatus-expired.json": "invalid unknown_context",
    "v1/dataIntegrityProof/didWeb/legacy-noStatus-noExpiry.json": "valid",
    "v1/dataIntegrityProof/didWeb/legacy-revokedStatus-noExpiry.json": "invalid unknown_context",
    "v1/dataIntegrityProof/didWeb/legacy-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/dataIntegrityProof/didWeb/oidf-noStatus-noExpiry.json": "valid",
    "v1/dataIntegrityProof/didWeb/oidf-revokedStatus-noExpiry.json": "invalid unknown_context",
    "v1/dataIntegrityProof/didWeb/oidf-validStatus-noExpiry.json": "invalid unknown_context",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus- noExpiry-credSubjName.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-OBSpecExample.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-achievementTypeExample.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-alignments.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-basicOBv3.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-credName.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-credSubjName.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-identityHash.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-minimal.json": "valid",
    "v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-notExpired-withSchema.json": "valid",
    "v2/dataIntegrityProof/didKey/noRegistry-revokedStatus-noExpiry.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/dataIntegrityProof/didKey/noRegsitry-revokedStatus-notExpired.json": FOREIGN_LIST,
    "v2/dataIntegrityProof/didKey/oidf-noStatus-notExpired-complexIssuer.json": "valid",
    "v2/dataIntegrityProof/didKey/oidf-noStatus-notExpired-notYetValid.json": "invalid not_yet_valid",
    "v2/dataIntegrityProof/didKey/oidf-revokedStatus-noExpiry.json": FOREIGN_LIST,
    # an OpenBadgeCredential with issuanceDate in VCDM 2.0, behind an inline context
    "v2/dataIntegrityProof/didKey/twoOIDF-revoked-notExpired-badSchema.json": "invalid start_date_missing",
    "v2/dataIntegrityProof/didKey/twoOIDF-validStatus-expired.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/dataIntegrityProof/didweb/legacy-revokedStatus-expired.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/dataIntegrityProof/didweb/legacy-revokedStatus-noExpiry.json": FOREIGN_LIST,
    "v2/dataIntegrityProof/didweb/oidf-noStatus-notExpired.json": "valid",
}
# proofs of type Ed25519Signature2020, alone or in a set beside a DataIntegrityProof: all of a set must hold
OLDER = {
    "v1/bothSignatureTypes/didKey/fourRegistry-noStatus-noExpiry.json": "valid",
    "v1/bothSignatureTypes/didKey/legacy-noStatus-noExpiry-basicOBv3.json": "valid",
    "v1/bothSignatureTypes/didKey/legacy-noStatus-noExpiry.json": "valid",
    "v1/bothSignatureTypes/didKey/mixedRegistry-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/bothSignatureTypes/didKey/noRegistry-noStatus-noExpiry.json": "valid",
    "v1/bothSignatureTypes/didKey/oidf-noStatus-expired.json": "invalid expired",
    "v1/bothSignatureTypes/didKey/oidf-noStatus-noExpiry.json": "valid",
    "v1/bothSignatureTypes/didKey/oidf-revokedStatus-expired.json": "invalid unknown_context",
    "v1/bothSignatureTypes/didWeb/legacy-noStatus-noExpiry.json": "valid",
    "v1/bothSignatureTypes/didWeb/legacy-revokedStaus-noExpiry.json": "invalid unknown_context",
    "v1/bothSignatureTypes/didWeb/legacy-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/bothSignatureTypes/didWeb/oidf-noStatus-noExpiry.json": "valid",
    "v1/bothSignatureTypes/didWeb/oidf-revokedStatus-noExpiry.json": "invalid unknown_context",
    "v1/bothSignatureTypes/didWeb/oidf-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/ed25519/didKey/fourRegistry-noStatus-noExpiry.json": "valid",
    "v1/ed25519/didKey/legacy-noStatus-expired.json": "invalid expired",
    "v1/ed25519/didKey/legacy-noStatus-noExpiry-stringIssuerId.json": "valid",
    "v1/ed25519/didKey/legacyRegistry-noStatus-noExpiry-issuerImageId.json": "valid",
    "v1/ed25519/didKey/mixedRegistry-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/ed25519/didKey/noRegistry-noStatus-noExpiry.json": "valid",
    "v1/ed25519/didKey/oidf-noStatus-expired.json": "invalid expired",
    "v1/ed25519/didKey/oidf-noStatus-noExpiry.json": "valid",
    "v1/ed25519/didKey/oidf-revokedStatus-expired.json": "invalid unknown_context",
    "v1/ed25519/didWeb/legacy-noStatus-noExpiry.json": "valid",
    "v1/ed25519/didWeb/legacy-revokedStatus-noExpiry.json": "invalid unknown_context",
    "v1/ed25519/didWeb/legacy-validStatus-noExpiry.json": "invalid unknown_context",
    "v1/ed25519/didWeb/oidf-noStatus-noExpiry.json": "valid",
    "v1/ed25519/didWeb/oidf-revokedStatus-noExpiry.json": "invalid unknown_context",
    "v1/ed25519/didWeb/oidf-validStatus-noExpiry.json": "invalid unknown_context",
    "v2/bothSignatureTypes/didkey/legacy-noStatus-noExpiry-nonOBWithOBContext.json": "valid",
    "v2/bothSignatureTypes/didkey/legacy-noStatus-noExpiry.json": "valid",
    "v2/bothSignatureTypes/didkey/legacy-noStatus-notExpired-endorsement-withSchema.json": "valid",
    "v2/bothSignatureTypes/didkey/legacy-noStatus-notExpired-endorsement.json": "valid",
    "v2/bothSignatureTypes/didkey/noRegistry-revokedStatus-expired.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/bothSignatureTypes/didkey/noRegistry-revokedStatus-notExpired.json": FOREIGN_LIST,
    "v2/bothSignatureTypes/didkey/oidf-revokedStatus-noExpiry.json": FOREIGN_LIST,
    "v2/bothSignatureTypes/didweb/legacy-revokedStatus-expired.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/bothSignatureTypes/didweb/legacy-revokedStatus-noExpiry.json": FOREIGN_LIST,
    "v2/bothSignatureTypes/didweb/oidf-noStatus-notExpired.json": "valid",
    "v2/ed25519/didKey/legacy-expiredStatus-noExpiry.json": "indeterminate status_list_expired",
    "v2/ed25519/didKey/legacy-missingTypeStatus-noExpiry.json": "invalid status_list_invalid",
    "v2/ed25519/didKey/legacy-noStatus-expired.json": "invalid expired",
    "v2/ed25519/didKey/legacy-noStatus-noExpiry-lcwExperience.json": "valid",
    "v2/ed25519/didKey/legacy-noStatus-noExpiry-stringIssuerId.json": "valid",
    "v2/ed25519/didKey/legacy-noStatus-noExpiry-tampered.json": "invalid invalid_signature",
    "v2/ed25519/didKey/legacy-noStatus-noExpiry.json": "valid",
    "v2/ed25519/didKey/legacy-notYetValidStatus-noExpiry.json": "indeterminate status_list_not_yet_valid",
    "v2/ed25519/didKey/legacy-tamperedStatus-noExpiry.json": "invalid status_list_invalid",
    "v2/ed25519/didKey/noRegistry-revokedStatus-expired.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/ed25519/didKey/noRegistry-revokedStatus-notExpired.json": FOREIGN_LIST,
    "v2/ed25519/didKey/oidf-revokedStatus-noExpiry.json": FOREIGN_LIST,
    "v2/ed25519/didWeb/badDidWeb.json": "indeterminate notFound",
    "v2/ed25519/didWeb/legacy-revokedStatus-expired.json": EXPIRED_AND_FOREIGN_LIST,
    "v2/ed25519/didWeb/legacy-revokedStatus-noExpiry.json": FOREIGN_LIST,
    "v2/ed25519/didWeb/oidf-noStatus-notExpired.json": "valid",
}
# this one file is empty upstream
EMPTY = "v1/ed25519/didKey/legacy-noStatus-noExpiry.json"
ALL = sorted(str(path.relative_to(CREDENTIALS)) for path in CREDENTIALS.rglob("*.json"))


@pytest.fixture
def context(contexts: ContextStore) -> VerificationContext:
    served = ServedDocuments()
    for folder, base, root in (
        ("dids", SITE, VECTORS),
        ("statusLists", SITE, VECTORS),
        ("verifier-core", CORE, VECTORS / "verifier-core"),
    ):
        for path in (VECTORS / folder).rglob("*"):
            if path.is_file():
                served.serve(base + str(path.relative_to(root)), path.read_bytes())
    return VerificationContext(contexts=contexts, resolver=Resolver(fetcher=served), fetcher=served)


def verdict(name: str, context: VerificationContext) -> str:
    report = check_credential((CREDENTIALS / name).read_bytes(), context=context, now=NOW)
    return " ".join((report.outcome, *report.codes))


@pytest.mark.covers(
    "open-badges-3.0",
    "Verify an OpenBadgeCredential Linked Data Signature",
    "OpenBadgeCredential Verification",
)
@pytest.mark.parametrize("name", DATA_INTEGRITY)
def test_a_data_integrity_credential_gets_its_verdict(name: str, context: VerificationContext) -> None:
    assert verdict(name, context) == DATA_INTEGRITY[name]


@pytest.mark.covers("open-badges-3.0", "Verification Support Data Models")
@pytest.mark.parametrize("name", OLDER)
def test_a_credential_with_an_older_proof_gets_its_verdict(name: str, context: VerificationContext) -> None:
    assert verdict(name, context) == OLDER[name]


def legacy(name: str) -> bytes:
    return (CREDENTIALS / name).read_bytes().replace(b'"Ed25519Signature2020"', b'"Ed25519Signature2018"')


@pytest.mark.attack("A3")
@pytest.mark.parametrize("name", [name for name in OLDER if OLDER[name] == "valid"])
def test_a_credential_with_a_legacy_proof_is_never_valid(name: str, context: VerificationContext) -> None:
    # alone, or in a set beside a good proof: all must hold
    report = check_credential(legacy(name), context=context, now=NOW)
    assert (report.outcome, report.codes) == ("invalid", ("legacy_suite",))


def test_the_table_is_complete(context: VerificationContext) -> None:
    assert {*DATA_INTEGRITY, *OLDER, EMPTY} == set(ALL)
    assert verdict(EMPTY, context) == "invalid json_syntax"
