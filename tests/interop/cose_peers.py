"""COSE_Sign1 by two other implementations, pycose and python-cwt, which need an environment of their own:

    pip install pycose==1.1.0 cwt==3.3.0
    python tests/interop/cose_peers.py sign > tests/vectors/cose-peers/messages.json
    python tests/interop/cose_peers.py verify FILE

`sign` makes the messages that `tests/unit/credentials/cose/test_peers.py` verifies; `verify` verifies ours:
a JSON array of `{"jwk": ..., "message": base64}`. The keys are TEST KEYS, public in the messages' file.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

from cwt import COSE, COSEKey
from pycose.keys import EC2Key, OKPKey
from pycose.keys.curves import P256, P384, P521, Ed25519
from pycose.messages import CoseMessage, Sign1Message

ISSUER = "https://issuer.example/cose"
ALGORITHMS = {"Ed25519": -8, "P-256": -7, "P-384": -35, "P-521": -36}
CURVES = {"Ed25519": Ed25519, "P-256": P256, "P-384": P384, "P-521": P521}
LENGTHS = {"Ed25519": 32, "P-256": 32, "P-384": 48, "P-521": 66}
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": ISSUER,
    "validFrom": "2026-11-20T10:00:00Z",
    "credentialSubject": {"id": "did:example:holder"},
}


def key_of(curve: str) -> dict[str, str]:
    """A TEST KEY as JWK: its secret is a count of bytes."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    secret = bytes(range(1, 33)) if curve == "Ed25519" else b"\0" + bytes(range(1, LENGTHS[curve]))
    if curve == "Ed25519":
        x = ed25519.Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        numbers = {"kty": "OKP", "x": x}
    else:
        kind = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}[curve]()
        public = ec.derive_private_key(int.from_bytes(secret, "big"), kind).public_key().public_numbers()
        x, y = (each.to_bytes(LENGTHS[curve], "big") for each in (public.x, public.y))
        numbers = {"kty": "EC", "x": x, "y": y}
    encoded = {
        name: base64.urlsafe_b64encode(value).rstrip(b"=").decode() if isinstance(value, bytes) else value
        for name, value in (numbers | {"d": secret}).items()
    }
    return encoded | {
        "crv": curve,
        "kid": curve,
        "alg": {-8: "EdDSA", -7: "ES256", -35: "ES384", -36: "ES512"}[ALGORITHMS[curve]],
    }


def header(curve: str) -> dict[int, object]:
    """In the order of deterministic CBOR, which these encoders leave as it is."""
    return {
        1: ALGORITHMS[curve],
        3: "application/vc",
        4: curve.encode(),
        15: {1: ISSUER, 6: 1_795_512_540},
        16: "application/vc+cose",
    }


def pycose_key(jwk: dict[str, str], *, private: bool = True) -> OKPKey | EC2Key:
    parts = {name: base64.urlsafe_b64decode(jwk[name] + "==") for name in ("x", "y", "d") if name in jwk}
    if not private:
        parts.pop("d", None)
    made = OKPKey if jwk["kty"] == "OKP" else EC2Key
    return made(crv=CURVES[jwk["crv"]], optional_params={}, **parts)


def by_pycose(jwk: dict[str, str], payload: bytes) -> bytes:
    message = Sign1Message(phdr=header(jwk["crv"]), uhdr={}, payload=payload)
    message.key = pycose_key(jwk)
    return message.encode()


def by_cwt(jwk: dict[str, str], payload: bytes) -> bytes:
    context = COSE.new()
    return context.encode(payload, COSEKey.from_jwk(jwk), protected=header(jwk["crv"]), unprotected={})


def sign() -> None:
    payload = json.dumps(CREDENTIAL, separators=(",", ":")).encode()
    keys = {curve: key_of(curve) for curve in ALGORITHMS}
    messages = [
        {
            "by": by.__name__.removeprefix("by_"),
            "key": curve,
            "message": base64.b64encode(by(jwk, payload)).decode(),
        }
        for by in (by_pycose, by_cwt)
        for curve, jwk in keys.items()
    ]
    sys.stdout.write(
        json.dumps({"credential": CREDENTIAL, "keys": keys, "messages": messages}, indent=1) + "\n"
    )


def verify(file: str) -> None:
    for each in json.loads(Path(file).read_text(encoding="utf-8")):
        data = base64.b64decode(each["message"])
        message = CoseMessage.decode(data)
        message.key = pycose_key(each["jwk"], private=False)
        assert message.verify_signature(), each
        public = {name: value for name, value in each["jwk"].items() if name != "d"}
        assert COSE.new().decode(data, COSEKey.from_jwk(public | {"key_ops": ["verify"]})) == message.payload
        sys.stdout.write(f"{each['jwk']['crv']} verified by pycose and by python-cwt\n")


if __name__ == "__main__":
    sign() if sys.argv[1] == "sign" else verify(sys.argv[2])
