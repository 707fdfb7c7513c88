"""Type Metadata: the bytes that the credential names, of the type that it names."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from credentials.report import Outcome
from credentials.sd_jwt import SdJwtError, check_sd_jwt_vc, issue_sd_jwt_vc, read_type_metadata
from tests.unit.credentials.sd_jwt.tokens import NOW

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

VCT = "https://betelgeuse.example.com/education_credential/v42"
DOCUMENT = json.dumps({"vct": VCT, "name": "Betelgeuse Education Credential"}).encode()


def integrity(content: bytes = DOCUMENT, algorithm: str = "sha256") -> str:
    return f"{algorithm}-{b64encode(hashlib.new(algorithm, content).digest()).decode()}"


class Shelf:
    """A source of Type Metadata with one document, or none."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content

    def get(self, vct: str) -> bytes | None:
        return self.content if vct == VCT else None


@pytest.mark.covers("sd-jwt-vc", "5.3.4", "5.7", "6", "7.8")
@pytest.mark.parametrize(
    "named",
    [
        None,
        integrity(),
        integrity(algorithm="sha384"),
        integrity(algorithm="sha512"),
        f"{integrity(b'x')} {integrity(algorithm='sha512')}",
        f"{integrity(b'x', 'sha512')} {integrity(algorithm='sha512')}",
        f"md5-AAAA {integrity()}",
        f"{integrity()}?ct=application/json",
    ],
)
def test_these_very_bytes(named: str | None) -> None:
    assert read_type_metadata(DOCUMENT, vct=VCT, integrity=named)["vct"] == VCT


@pytest.mark.covers("sd-jwt-vc", "5.3.4", "5.7", "6", "7.8")
@pytest.mark.attack("B21")
@pytest.mark.parametrize(
    ("named", "code"),
    [
        (integrity(DOCUMENT + b" "), "type_metadata_integrity"),
        # the strongest decides: a collision of a weaker hash is no way in
        (f"{integrity()} {integrity(b'x', 'sha512')}", "type_metadata_integrity"),
        ("md5-AAAA", "type_metadata_integrity"),
        ("", "claim_syntax"),
        ("sha256", "claim_syntax"),
        ("sha256-", "claim_syntax"),
        ("sha256-AAA", "claim_syntax"),
        (f"{integrity()} junk", "claim_syntax"),
    ],
)
def test_other_bytes(named: str, code: str) -> None:
    with pytest.raises(SdJwtError) as caught:
        read_type_metadata(DOCUMENT, vct=VCT, integrity=named)
    assert caught.value.code == code


@pytest.mark.covers("sd-jwt-vc", "5.2", "5.7")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "type_metadata_invalid"),
        (b"[]", "type_metadata_invalid"),
        (b'{"vct":"a","vct":"b"}', "type_metadata_invalid"),
        (b" " * 300_000, "type_metadata_invalid"),
        (b"{}", "type_metadata_mismatch"),
        (b'{"vct":"https://betelgeuse.example.com"}', "type_metadata_mismatch"),
    ],
)
def test_documents(content: bytes, code: str) -> None:
    with pytest.raises(SdJwtError) as caught:
        read_type_metadata(content, vct=VCT, integrity=None)
    assert caught.value.code == code


@pytest.mark.covers("sd-jwt-vc", "5.3.1", "7.5", "7.8")
@pytest.mark.attack("B21")
@pytest.mark.parametrize(
    ("content", "code", "outcome"),
    [
        (DOCUMENT, "ok", Outcome.VALID),
        (DOCUMENT + b"\n", "type_metadata_integrity", Outcome.INVALID),
        (None, "type_metadata_unavailable", Outcome.INDETERMINATE),
    ],
)
def test_in_the_report(world: World, content: bytes | None, code: str, outcome: Outcome) -> None:
    claims: dict[str, Any] = {"iss": world.issuer_id, "vct": VCT, "vct#integrity": integrity()}
    token = issue_sd_jwt_vc(claims, disclosable=[], signer=world.issuer)
    report = check_sd_jwt_vc(token, context=world.context(), now=NOW, type_metadata=Shelf(content))
    assert (report.check("type_metadata").code, report.outcome) == (code, outcome)


@pytest.mark.covers("sd-jwt-vc", "7.9", "8.4")
def test_who_has_no_source_does_not_look(world: World) -> None:
    claims = {"iss": world.issuer_id, "vct": VCT, "vct#integrity": integrity(b"x")}
    token = issue_sd_jwt_vc(claims, disclosable=[], signer=world.issuer)
    report = check_sd_jwt_vc(token, context=world.context(), now=NOW)
    assert report.outcome is Outcome.VALID
    assert "type_metadata" not in {check.name for check in report.checks}
