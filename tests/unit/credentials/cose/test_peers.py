"""COSE_Sign1 by pycose and python-cwt (`tests/interop/cose_peers.py`): theirs verify, and ours is theirs byte for byte."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credentials.cose import sign_cose_credential
from credentials.report import Outcome
from credentials.verification import check_credential
from did.encodings import decode_base64url
from did.keys import KeySigner, KeyType, PrivateKey

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

pytestmark = pytest.mark.covers("vc-jose-cose", "3.3.1", "5.3")
VECTORS = json.loads(
    (Path(__file__).parents[3] / "vectors" / "cose-peers" / "messages.json").read_text(encoding="utf-8")
)
MADE = datetime.fromtimestamp(1_795_512_540, UTC)


def messages() -> list[Any]:
    return [
        pytest.param(each["key"], base64.b64decode(each["message"]), id=f"{each['by']} {each['key']}")
        for each in VECTORS["messages"]
    ]


def serve(world: World) -> None:
    public = [{name: key[name] for name in key if name != "d"} for key in VECTORS["keys"].values()]
    world.served.serve("https://issuer.example/.well-known/jwks.json", {"keys": public})


@pytest.mark.parametrize(("key", "message"), messages())
def test_their_messages_verify(world: World, key: str, message: bytes) -> None:
    serve(world)
    report = check_credential(message, context=world.context(), now=MADE)
    assert (report.outcome, report.codes, report.securing) == (Outcome.VALID, (), "vc+cose")
    assert report.check("proof").data == {
        "verificationMethods": [f"https://issuer.example/.well-known/jwks.json#{key}"]
    }
    assert report.credential is not None
    assert report.credential.raw == VECTORS["credential"]
    for place in (20, len(message) // 2, len(message) - 1):
        altered = message[:place] + bytes([message[place] ^ 1]) + message[place + 1 :]
        assert check_credential(altered, context=world.context(), now=MADE).outcome is Outcome.INVALID


@pytest.mark.parametrize("made_by", ["pycose", "cwt"])
def test_our_message_is_theirs(made_by: str) -> None:
    """Ed25519 is deterministic, and so is our CBOR."""
    jwk = VECTORS["keys"]["Ed25519"]
    signer = KeySigner(PrivateKey.from_raw(KeyType.ED25519, decode_base64url(jwk["d"])), jwk["kid"])
    theirs = next(
        each["message"] for each in VECTORS["messages"] if (each["by"], each["key"]) == (made_by, "Ed25519")
    )
    ours = sign_cose_credential(VECTORS["credential"], signer=signer, now=MADE)
    assert base64.b64encode(ours).decode() == theirs
