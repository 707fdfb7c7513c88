"""What can be wrong with a credential in a COSE_Sign1 message."""

from __future__ import annotations

from credentials.errors import CredentialsError


class CoseError(CredentialsError):
    """A COSE_Sign1 message cannot be read, made, or believed, or holds no credential or presentation.

    Codes: "cose_too_large", "cose_structure" (no COSE_Sign1 with its tag), "cose_encoding" (no CBOR, or not
    in its strict form), "cose_header" (a parameter of the wrong kind, or in both headers), "cose_unprotected"
    (what only the signature may say, outside of it), "cose_critical", "cose_algorithm", "cose_typ",
    "cose_content_type", "cose_detached" (no payload), "cose_payload", "cose_reserved_member" (a claim among
    the members of the document), "cose_signature". What claims and key names share with JWTs has the codes of
    `credentials.jose.errors`.
    """

    default_code = "cose_structure"
