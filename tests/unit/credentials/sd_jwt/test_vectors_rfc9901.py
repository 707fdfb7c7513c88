"""The examples of RFC 9901, both ways: what we conceal has their digests, what they signed verifies under their keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts import strict_json
from credentials.errors import CredentialsError
from credentials.report import Outcome
from credentials.sd_jwt import (
    build_issuer_metadata,
    check_sd_jwt_vc,
    derive_sd_jwt,
    disclosable_pointers,
    issuer_metadata_url,
    verify_sd_jwt,
)
from credentials.sd_jwt.disclosures import hash_text, read_disclosure
from credentials.sd_jwt.issuing import conceal
from credentials.sd_jwt.processing import process_payload
from did.encodings import decode_base64url
from did.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.credentials.conftest import World

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "sd-jwt-rfc9901" / "examples.json").read_text())
EXAMPLES = {example["id"]: example for example in VECTORS["examples"]}
SIGNED = [name for name, example in EXAMPLES.items() if "presented" in example]
# the Key Binding JWTs are of this second
NOW = datetime.fromtimestamp(1748537244, UTC)


def public_key(name: str) -> PublicKey:
    return PublicKey.from_jwk({key: value for key, value in VECTORS["keys"][name].items() if key != "d"})


def write_as_rfc(value: Any) -> bytes:
    """JSON with spaces and escapes, as the examples write it."""
    return json.dumps(value).encode()


def salts_of(disclosures: list[str]) -> Callable[[], str]:
    remaining = iter([strict_json.loads(decode_base64url(text))[0] for text in disclosures])
    return lambda: next(remaining)


def without_decoys(value: Any, decoys: list[str]) -> Any:
    if isinstance(value, list):
        return [without_decoys(element, decoys) for element in value if element not in decoys]
    if isinstance(value, dict):
        members = {name: without_decoys(member, decoys) for name, member in value.items()}
        return {name: member for name, member in members.items() if (name, member) != ("_sd", [])}
    return value


def verify(example: dict[str, Any], token: str, **options: Any) -> Any:
    binding = {"expected_nonce": VECTORS["nonce"], "expected_audience": VECTORS["audience"]}
    arguments: dict[str, Any] = {
        "issuer_key": public_key("issuer"),
        "expected_typ": example["typ"],
        "now": NOW,
        **(binding if "key_binding" in example else {}),
    }
    return verify_sd_jwt(token, **(arguments | options))


@pytest.mark.covers("sd-jwt", "4.1", "4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.6", "6")
@pytest.mark.parametrize("name", EXAMPLES)
def test_conceals_the_same_claims_in_the_same_disclosures(name: str) -> None:
    example = EXAMPLES[name]
    concealed = conceal(
        example["claims"],
        example["disclosable"],
        salts=salts_of(example["disclosures"]),
        write=write_as_rfc,
    )
    assert list(concealed.disclosures) == example["disclosures"]
    payload = {name: value for name, value in example["payload"].items() if name != "cnf"}
    assert concealed.payload == without_decoys(payload, example["decoys"])


@pytest.mark.covers("sd-jwt", "6", "7.1", "7.3")
@pytest.mark.parametrize("name", EXAMPLES)
def test_all_disclosures_together_give_all_claims(name: str) -> None:
    example = EXAMPLES[name]
    processed = process_payload(example["payload"], map(read_disclosure, example["disclosures"]))
    assert {name: value for name, value in processed.claims.items() if name != "cnf"} == example["claims"]
    assert set(processed.pointers) == set(example["disclosable"])


@pytest.mark.covers("sd-jwt", "6", "7.1", "7.3")
@pytest.mark.parametrize("name", SIGNED)
def test_their_presentation_verifies_and_gives_their_claims(name: str) -> None:
    example = EXAMPLES[name]
    verified = verify(example, example["presented"])
    assert verified.claims == example["processed"]
    assert (verified.holder_key == public_key("holder")) is ("key_binding" in example)


@pytest.mark.covers("sd-jwt", "7.2")
@pytest.mark.parametrize("name", SIGNED)
def test_the_holder_derives_what_they_present(name: str) -> None:
    example = EXAMPLES[name]
    derived = derive_sd_jwt(example["issued"], example["disclose"])
    presented = example["presented"]
    assert set(derived.split("~")) == set((presented[: presented.rindex("~")] + "~").split("~"))
    assert set(disclosable_pointers(example["issued"])) == set(example["disclosable"])


@pytest.mark.covers("sd-jwt", "4.2.3")
def test_the_digest_of_the_text() -> None:
    # section 4.2.3
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert hash_text(text, "sha-256") == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert read_disclosure(text).value == "Möbius"


@pytest.mark.covers("sd-jwt", "6", "7.1", "7.3")
@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("part", range(4))
def test_their_presentation_altered_in_any_part_does_not_verify(name: str, part: int) -> None:
    example = EXAMPLES[name]
    token = example["presented"]
    # somewhere in each quarter; where a tilde or a dot stands, the neighbour is changed
    position = len(token) * (2 * part + 1) // 8
    while token[position] in "~.":
        position += 1
    altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
    with pytest.raises(CredentialsError):
        verify(example, altered)


@pytest.mark.covers("sd-jwt", "4.3.2")
@pytest.mark.parametrize("name", [name for name in SIGNED if "key_binding" in EXAMPLES[name]])
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"expected_nonce": "another"}, "nonce_mismatch"),
        ({"expected_audience": "https://another.example.org"}, "audience_mismatch"),
        ({"now": datetime(2025, 6, 1, tzinfo=UTC)}, "too_old"),
        ({"now": datetime(2029, 9, 2, tzinfo=UTC)}, "expired"),
        ({"expected_typ": "vc+sd-jwt"}, "jws_typ"),
    ],
)
def test_their_presentation_for_another_purpose(name: str, options: dict[str, Any], code: str) -> None:
    if code == "expired" and "exp" not in EXAMPLES[name]["payload"]:
        code = "too_old"
    with pytest.raises(CredentialsError) as caught:
        verify(EXAMPLES[name], EXAMPLES[name]["presented"], **options)
    assert caught.value.code == code


@pytest.mark.covers("sd-jwt", "9.8")
@pytest.mark.covers("sd-jwt-vc", "2.4", "4.2")
@pytest.mark.parametrize("served", [True, False])
def test_their_sd_jwt_vc_with_the_keys_that_its_issuer_publishes(world: World, served: bool) -> None:
    example = EXAMPLES["arf-pid"]
    issuer = example["processed"]["iss"]
    if served:
        metadata = build_issuer_metadata(issuer, {"keys": [public_key("issuer").to_jwk()]})
        world.served.serve(issuer_metadata_url(issuer), metadata)
    report = check_sd_jwt_vc(
        example["presented"],
        context=world.context(),
        now=NOW,
        expected_nonce=VECTORS["nonce"],
        expected_audience=VECTORS["audience"],
    )
    if not served:
        assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("notFound",))
        return
    assert report.outcome is Outcome.VALID
    assert report.credential is not None
    assert report.credential.raw == example["processed"]
    assert report.credential.issuer_id == issuer
