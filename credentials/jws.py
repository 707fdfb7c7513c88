"""Compact JWS, strict: three canonical parts, one algorithm per key; no header decides whom to believe.

EdDSA (Ed25519), ES256, ES384, ES512 and RS256 only. There is no symmetric algorithm and no "none" in this
code to be talked into, and no key is ever taken from a header: the caller says which key it expects.

Source: RFC 7515, sections 5.2 and 7.1; RFC 7518, section 3; RFC 8037, section 3.1; RFC 8725, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, strict_json
from credentials.errors import CredentialsError
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError, InvalidSignatureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
MAXIMUM_BYTES: Final = 131_072
MAXIMUM_HEADER: Final = 8_192
# what the protocols' own tokens are signed with; RS256 is for credentials, where Open Badges asks for it
ALGORITHMS: Final = frozenset({"EdDSA", "ES256", "ES384", "ES512"})
_MAX_DEPTH: Final = 32
_PARTS: Final = 3


class JwsError(CredentialsError):
    """A JWS does not hold.

    Codes: "jws_too_large", "jws_serialization" (not the compact one), "jws_encoding" (not canonical
    base64url), "jws_header", "jws_critical", "jws_unencoded_payload", "jws_typ", "jws_algorithm",
    "jws_signature", "jws_payload".
    """

    default_code = "jws_serialization"


@dataclass(frozen=True)
class UnverifiedJws:
    """A JWS taken apart. Nobody has vouched for any of it.

    Args:
        unverified_header: the protected header.
        unverified_payload: bytes.
        signing_input: what the signature is over.
        signature: raw.
    """

    unverified_header: JsonObject
    unverified_payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def header_text(self, name: str) -> str | None:
        """Give a header member that is a string, or None if there is none.

        Raises:
            JwsError: "jws_header", it is something else.
        """
        value = self.unverified_header.get(name)
        if value is not None and not isinstance(value, str):
            raise JwsError("jws_header", f"{name} is not a string")
        return value


def sign_compact(
    payload: bytes | Mapping[str, Any],
    *,
    signer: Signer,
    typ: str,
    header: Mapping[str, Any] | None = None,
) -> str:
    """Sign a payload.

    Args:
        payload: bytes as they are, or claims to be written as JSON.
        signer: its key decides the algorithm.
        typ: what kind of token this is; a reader refuses any other.
        header: in place of the `kid` that is otherwise the signer's verification method; cannot set `alg` or
            `typ`.

    Returns:
        header.payload.signature
    """
    named = {"kid": signer.verification_method} if header is None else dict(header)
    protected = {**named, "alg": signer.public_key.jose_algorithm, "typ": typ}
    content = payload if isinstance(payload, bytes) else strict_json.dumps(dict(payload))
    signing_input = f"{encode_base64url(strict_json.dumps(protected))}.{encode_base64url(content)}"
    return f"{signing_input}.{encode_base64url(signer.sign(signing_input.encode()))}"


def parse_compact(token: str | bytes, *, max_bytes: int = MAXIMUM_BYTES) -> UnverifiedJws:
    """Take a JWS apart, strictly. Size comes first, before anything is decoded.

    Args:
        token: header.payload.signature; no white space.
        max_bytes: of the token.

    Raises:
        JwsError: "jws_too_large", "jws_serialization", "jws_encoding", "jws_header", "jws_critical",
            "jws_unencoded_payload".

    Source: RFC 7515, section 5.2, steps 1 to 6.
    """
    text = _compact_text(token, max_bytes)
    encoded_header, encoded_payload, encoded_signature = text.split(".")
    header = _read_header(encoded_header)
    return UnverifiedJws(
        unverified_header=header,
        unverified_payload=_decode(encoded_payload),
        signing_input=f"{encoded_header}.{encoded_payload}".encode(),
        signature=_decode(encoded_signature),
    )


def verify_compact(
    token: str | bytes | UnverifiedJws,
    *,
    public_key: PublicKey,
    expected_typ: str,
) -> JsonObject:
    """Verify a JWS and give its claims.

    Args:
        token: the token, or what `parse_compact` gave.
        public_key: whose signature is expected; the key pins the algorithm.
        expected_typ: exact `typ`.

    Returns:
        The payload, a JSON object.

    Raises:
        JwsError: as `parse_compact`, and "jws_typ", "jws_algorithm", "jws_signature", "jws_payload".

    Source: RFC 7515, section 5.2; RFC 8725, sections 3.1 (algorithm), 3.3 (all signatures), 3.11 (explicit
    typing).
    """
    jws = token if isinstance(token, UnverifiedJws) else parse_compact(token)
    if jws.unverified_header.get("typ") != expected_typ:
        raise JwsError("jws_typ", f"{str(jws.unverified_header.get('typ'))[:60]!r}, not {expected_typ!r}")
    verify_signature(jws, public_key=public_key)
    return read_unverified_claims(jws)


def verify_signature(
    jws: UnverifiedJws, *, public_key: PublicKey, algorithms: frozenset[str] = ALGORITHMS
) -> None:
    """Verify the signature of a JWS whose `typ` and claims the caller looks at.

    Args:
        jws: what `parse_compact` gave.
        public_key: whose signature is expected; the key pins the algorithm.
        algorithms: those that are accepted; RS256 only where a caller names it.

    Raises:
        JwsError: "jws_algorithm", "jws_signature".

    Source: RFC 7515, section 5.2, step 8; RFC 8725, section 3.1.
    """
    algorithm = jws.unverified_header.get("alg")
    # a key that JOSE has no algorithm for signs no JWS, whatever the header says
    fits = public_key.has_jose_form and algorithm == public_key.jose_algorithm
    if not fits or algorithm not in algorithms:
        raise JwsError("jws_algorithm", f"{str(algorithm)[:60]!r}")
    try:
        public_key.verify(jws.signature, jws.signing_input)
    except InvalidSignatureError as err:
        raise JwsError("jws_signature") from err


def read_unverified_claims(
    jws: UnverifiedJws, *, max_bytes: int = MAXIMUM_BYTES, max_depth: int = _MAX_DEPTH
) -> JsonObject:
    """Read the payload as claims, strictly. Nobody has vouched for them before the signature was verified.

    Args:
        jws: what `parse_compact` gave.
        max_bytes: of the payload.
        max_depth: how deep arrays and objects may be nested.

    Raises:
        JwsError: "jws_payload": not strict JSON, or not an object.
    """
    return _read_object(jws.unverified_payload, "jws_payload", max_bytes=max_bytes, max_depth=max_depth)


def _compact_text(token: str | bytes, max_bytes: int) -> str:
    if len(token) > max_bytes:
        raise JwsError("jws_too_large", f"more than {max_bytes} bytes")
    text = token.decode("latin-1") if isinstance(token, bytes) else token
    if text.count(".") != _PARTS - 1:
        # the JSON serializations begin with "{"; a JWE has five parts
        raise JwsError("jws_serialization", f"{text.count('.') + 1} parts, not {_PARTS}")
    if text.index(".") > MAXIMUM_HEADER:
        raise JwsError("jws_too_large", f"header of more than {MAXIMUM_HEADER} characters")
    if text.startswith("."):
        raise JwsError("jws_encoding", "no header")
    return text


def _read_header(encoded: str) -> JsonObject:
    header = _read_object(_decode(encoded), "jws_header")
    if "b64" in header:
        # RFC 7797: the payload would be other bytes than those read here
        raise JwsError("jws_unencoded_payload")
    if "crit" in header:
        # RFC 7515, section 4.1.11: no extension is understood here, so none can be critical
        raise JwsError("jws_critical", str(header["crit"])[:60])
    if not isinstance(header.get("alg"), str):
        raise JwsError("jws_algorithm", "no alg")
    return header


def _decode(text: str) -> bytes:
    try:
        return decode_base64url(text)
    except EncodingError as err:
        raise JwsError("jws_encoding", err.detail) from err


def _read_object(
    data: bytes, code: str, *, max_bytes: int = MAXIMUM_HEADER, max_depth: int = _MAX_DEPTH
) -> JsonObject:
    try:
        value = strict_json.loads(data, max_bytes=max_bytes, max_depth=max_depth)
    except ContextsError as err:
        raise JwsError(code, err.code) from err
    if not isinstance(value, dict):
        raise JwsError(code, "not an object")
    return value
