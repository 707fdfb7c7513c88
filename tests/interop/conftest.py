"""Digital Bazaar's JavaScript beside ours: how it is asked, and the small world that both know.

The packages are installed from the lock file into `node_modules` beside this file, once. Without node these tests are
skipped, and the run says so; with node, an install that fails is a failure.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextStore
from credentials.verification import check_credential, check_presentation
from did.document import DocumentKey, build_did_document
from did.encodings import encode_base58btc
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key, resolve_did_key
from tests.unit.credentials.conftest import NOW, World, did_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from credentials.report import Outcome

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
STAMP = PACKAGES / ".lock-sha256"
DID_WEB = "did:web:node.example"
DID_WEB_URL = "https://node.example/.well-known/did.json"
# multicodec ed25519-priv 0x1300, p256-priv 0x1306, p384-priv 0x1307, bls12_381-g2-priv 0x130a, as varints
SECRET_PREFIXES = {
    KeyType.ED25519: b"\x80\x26",
    KeyType.P256: b"\x86\x26",
    KeyType.P384: b"\x87\x26",
    KeyType.BLS12381_G2: b"\x8a\x26",
}
DOMAIN, CHALLENGE = "decentralized_identifier:did:web:employer.example", "n-0S6_WzA2Mj"
Document = dict[str, Any]


def install() -> None:
    """Install what the lock file says, unless just that is there already; two runs at once do it one after the other."""
    with (HERE / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(lock.read()).hexdigest()
        if STAMP.exists() and STAMP.read_text() == digest:
            return
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
        if result.returncode != 0:
            said = result.stderr[-1500:]
            pytest.fail(f"node is there, but its packages cannot be installed: {said}", pytrace=False)
        STAMP.write_text(digest)


@pytest.fixture(scope="session")
def peer() -> Callable[..., Document]:
    """Ask the peer to sign or to verify."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("interop NOT run: node and npm are not installed (apt-get install nodejs npm)")
    install()

    def ask(action: str, document: Document, **more: Any) -> Document:
        message = {"action": action, "document": document, **more}
        result = subprocess.run(
            ["node", "peer.mjs"],
            cwd=HERE,
            input=json.dumps(message).encode(),
            capture_output=True,
            check=True,
            timeout=60,
            env={"PATH": os.environ["PATH"]},
        )
        answer: Document = json.loads(result.stdout)
        return answer

    return ask


def key_signer(key_type: KeyType, length: int) -> KeySigner:
    key = PrivateKey.from_raw(key_type, bytes([7]) * length)
    did = did_key(key.public_key)
    return KeySigner(key, f"{did}#{did.removeprefix('did:key:')}")


class Pair:
    """The two implementations, in one small world."""

    def __init__(self, world: World, peer: Callable[..., Document]) -> None:
        self.world = world
        self._peer = peer
        self.web_issuer = KeySigner(world.issuer.private_key, f"{DID_WEB}#key-1")
        web_document = build_did_document(DID_WEB, [DocumentKey("key-1", world.issuer.public_key)])
        world.served.serve(DID_WEB_URL, web_document)
        self.signers = {
            KeyType.ED25519: world.issuer,
            KeyType.P256: key_signer(KeyType.P256, 32),
            KeyType.P384: key_signer(KeyType.P384, 48),
            KeyType.BLS12381_G2: key_signer(KeyType.BLS12381_G2, 32),
        }
        keys = [did_of(each) for each in (*self.signers.values(), world.holder, world.stranger)]
        self._known = {
            "contexts": world.contexts.newest_documents(),
            "dids": {DID_WEB: web_document} | {did: resolve_did_key(did) for did in keys},
        }

    def they_verify(self, document: Document, **purpose: str) -> Document:
        return self._peer("verify", document, **self._known, **purpose)

    def they_sign(
        self, document: Document, signer: KeySigner, *, suite: str = "eddsa-rdfc-2022", **more: Any
    ) -> Document:
        return self._made(
            "sign", document, key=self._key(signer), suite=suite, date="2026-11-24T08:30:00Z", **more
        )

    def they_derive(self, document: Document, *, suite: str, pointers: list[str]) -> Document:
        return self._made("derive", document, suite=suite, selectivePointers=pointers)

    def _key(self, signer: KeySigner) -> dict[str, str]:
        return {
            "id": signer.verification_method,
            "controller": did_of(signer),
            "publicKeyMultibase": signer.public_key.to_multikey(),
            "secretKeyMultibase": encode_base58btc(
                SECRET_PREFIXES[signer.public_key.key_type] + signer.private_key.to_raw()
            ),
        }

    def _made(self, action: str, document: Document, **more: Any) -> Document:
        answer = self._peer(action, document, **more, **self._known)
        assert answer["ok"], answer
        made: Document = answer["document"]
        return made

    def we_verify(self, document: Document) -> tuple[Outcome, tuple[str, ...]]:
        report = check_credential(json.dumps(document).encode(), context=self.world.context(), now=NOW)
        return report.outcome, report.codes

    def we_verify_presentation(self, document: Document) -> tuple[Outcome, tuple[str, ...]]:
        report = check_presentation(
            json.dumps(document).encode(),
            context=self.world.context(),
            now=NOW,
            expected_domain=DOMAIN,
            expected_challenge=CHALLENGE,
        )
        return report.outcome, report.codes


@pytest.fixture(scope="session")
def pair(peer: Callable[..., Document]) -> Pair:
    return Pair(World(ContextStore.load()), peer)
