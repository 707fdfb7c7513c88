"""The cryptosuites that are known, those that can be used here, and those of an older world."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from credentials.data_integrity import (
    bbs_2023,
    ecdsa_jcs_2019,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    ed25519_signature_2020,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
)
from credentials.errors import ProofError
from did.keys import KeyType

if TYPE_CHECKING:
    from credentials.data_integrity.suites import CryptoSuite

SUITES: Final = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            eddsa_rdfc_2022.SUITE,
            eddsa_jcs_2022.SUITE,
            ecdsa_rdfc_2019.SUITE,
            ecdsa_jcs_2019.SUITE,
            ecdsa_sd_2023.SUITE,
            bbs_2023.SUITE,
        )
    }
)

# Proof types from before Data Integrity 1.0 that are made and verified all the same: the type stands for the
# suite.
OLDER_PROOF_TYPES: Final = MappingProxyType({suite.name: suite for suite in (ed25519_signature_2020.SUITE,)})

# Known names whose keys are known although the suite is not (yet) here: a proof that was relabelled to one
# of them is a lie that can be told without the suite.
_KEY_TYPES_OF_OTHERS: Final = MappingProxyType(
    {
        "eddsa-2022": frozenset({KeyType.ED25519}),
        "json-eddsa-2022": frozenset({KeyType.ED25519}),
        "ecdsa-2019": frozenset({KeyType.P256, KeyType.P384}),
    },
)

# Proof types from before Data Integrity 1.0. Not verified here: invalid, with a name of their own.
LEGACY_PROOF_TYPES: Final = frozenset(
    {
        "BbsBlsSignature2020",
        "BbsBlsSignatureProof2020",
        "EcdsaSecp256k1RecoverySignature2020",
        "EcdsaSecp256k1Signature2019",
        "EcdsaSecp256r1Signature2019",
        "Ed25519Signature2018",
        "EthereumEip712Signature2021",
        "JcsEd25519Signature2020",
        "JsonWebSignature2020",
        "LinkedDataSignature2015",
        "RsaSignature2018",
    },
)


def find_suite(name: str) -> CryptoSuite:
    """Find a suite that can be used.

    Args:
        name: the `cryptosuite` value, or the proof type that stands for a suite.

    Raises:
        ProofError: "unsupported_cryptosuite".
    """
    suite = _known(name)
    if suite is None:
        raise ProofError("unsupported_cryptosuite", name[:80], pointer="/proof/cryptosuite")
    return suite


def check_key_fits(name: str, key_type: KeyType) -> None:
    """Check that a suite may be used with a key of that type; passes for a name that nobody knows.

    Raises:
        ProofError: "suite_key_mismatch".
    """
    suite = _known(name)
    key_types = suite.key_types if suite else _KEY_TYPES_OF_OTHERS.get(name)
    if key_types is not None and key_type not in key_types:
        raise ProofError("suite_key_mismatch", f"{name} with {key_type}", pointer="/proof/cryptosuite")


def _known(name: str) -> CryptoSuite | None:
    return SUITES.get(name) or OLDER_PROOF_TYPES.get(name)
