"""Issuing an SD-JWT: claims that may be hidden go into Disclosures, and their digests into the payload.

Structured, recursive and array-element Disclosures all come from the same pointers: a pointer to a member or
an element makes just that one hidden, and pointers below it make its parts hidden within it.

Source: RFC 9901, sections 4.1 and 4.2.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, strict_json
from credentials.jws import MAXIMUM_BYTES as MAXIMUM_JWS_BYTES
from credentials.jws import sign_compact
from credentials.sd_jwt.claims import TYP, check_vc_claims
from credentials.sd_jwt.disclosures import (
    ALGORITHM,
    DEFAULT_ALGORITHM,
    DIGESTS,
    ELEMENT,
    MAXIMUM_DEPTH,
    RESERVED_NAMES,
    hash_text,
    read_algorithm,
)
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.key_binding import holder_key_of
from credentials.sd_jwt.parsing import MAXIMUM_BYTES, SEPARATOR
from credentials.sd_jwt.pointers import locate, to_pointer
from credentials.sd_jwt.processing import PERMANENT_CLAIMS
from did.encodings import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from credentials.sd_jwt.pointers import Path
    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
MAXIMUM_DECOYS: Final = 16
_SALT_BYTES: Final = 16
_RANDOM: Final = secrets.SystemRandom()
# so deep may claims be nested; their digests, and the Disclosures around them, nest a little deeper
_DEEPEST: Final = MAXIMUM_DEPTH - 3


def new_salt() -> str:
    """Give 128 bits of the system's randomness, base64url. Source: RFC 9901, section 9.3."""
    return encode_base64url(secrets.token_bytes(_SALT_BYTES))


def issue_sd_jwt(
    claims: JsonObject,
    *,
    disclosable: Iterable[str],
    signer: Signer,
    typ: str,
    decoys: int = 0,
    holder_key: PublicKey | None = None,
    kid: str | None = None,
    cty: str | None = None,
    algorithm: str = DEFAULT_ALGORITHM,
    permanent: frozenset[str] = PERMANENT_CLAIMS,
) -> str:
    """Issue an SD-JWT.

    Args:
        claims: what is said, with nothing hidden; JSON values only.
        disclosable: JSON Pointers to the members and elements that the holder may hide.
        signer: the issuer's key; it decides the signature algorithm.
        typ: what kind of token this is, for example "dc+sd-jwt".
        decoys: digests of nothing to add wherever something can be hidden, 0 to 16.
        holder_key: becomes `cnf.jwk`: presentations are then bound to it.
        kid: in place of the signer's verification method.
        cty: what the payload is, where `typ` does not say it.
        algorithm: of the digests, "sha-256", "sha-384" or "sha-512".
        permanent: claims that may not be hidden, nor any part of them.

    Returns:
        The SD-JWT with all its Disclosures: JWT~Disclosure~...~

    Raises:
        SdJwtError: "reserved_name", "claim_exists", "claim_not_disclosable", "claim_syntax",
            "pointer_not_found", "sd_jwt_too_large", "too_deep", "sd_alg_unsupported".
        ProofError: "pointer_syntax", "too_many_pointers": more than 1,000, as many as a reader takes.
        ValueError: `decoys` is out of range.

    Source: RFC 9901, section 4.
    """
    bound = claims if holder_key is None else _with_holder_key(claims, holder_key)
    concealed = conceal(bound, disclosable, decoys=decoys, algorithm=algorithm, permanent=permanent)
    header = {"kid": kid if kid is not None else signer.verification_method}
    if cty is not None:
        header["cty"] = cty
    jwt = sign_compact(concealed.payload, signer=signer, typ=typ, header=header)
    token = SEPARATOR.join((jwt, *concealed.disclosures, ""))
    # what nobody could read must not be issued; a reader's bounds are these
    if len(jwt) > MAXIMUM_JWS_BYTES or len(token) > MAXIMUM_BYTES:
        raise SdJwtError("sd_jwt_too_large", f"{len(jwt)} and {len(token)} bytes")
    return token


def issue_sd_jwt_vc(
    claims: JsonObject,
    *,
    disclosable: Iterable[str],
    signer: Signer,
    decoys: int = 0,
    holder_key: PublicKey | None = None,
    kid: str | None = None,
) -> str:
    """Issue an SD-JWT VC.

    Args:
        claims: with `iss` and `vct`; JSON values only.
        disclosable: JSON Pointers to what the holder may hide.
        signer: a key that `iss` publishes.
        decoys: see `issue_sd_jwt`.
        holder_key: becomes `cnf.jwk`: presentations are then bound to it.
        kid: what the issuer's metadata calls the key, in place of the signer's verification method.

    Raises:
        SdJwtError: as `issue_sd_jwt`, and "vct_missing", "claim_missing", "claim_syntax", "key_binding_key".

    Source: draft-ietf-oauth-sd-jwt-vc-24, section "Data Format".
    """
    if "iss" not in claims:
        # without it only a certificate would tell the issuer, and none is written here
        raise SdJwtError("claim_missing", pointer="/iss")
    check_vc_claims(claims)
    # a binding that no presentation here could be checked against is none
    holder_key_of(claims)
    return issue_sd_jwt(
        claims,
        disclosable=disclosable,
        signer=signer,
        typ=TYP,
        decoys=decoys,
        holder_key=holder_key,
        kid=kid,
    )


def _with_holder_key(claims: JsonObject, holder_key: PublicKey) -> JsonObject:
    if "cnf" in claims:
        raise SdJwtError("claim_exists", pointer="/cnf")
    return {**claims, "cnf": {"jwk": holder_key.to_jwk()}}


@dataclass(frozen=True)
class Concealed:
    """Claims of which some are hidden: what is to be signed, and the Disclosures."""

    payload: JsonObject
    disclosures: tuple[str, ...] = field(repr=False)


def conceal(
    claims: JsonObject,
    disclosable: Iterable[str],
    *,
    decoys: int = 0,
    algorithm: str = DEFAULT_ALGORITHM,
    salts: Callable[[], str] = new_salt,
    write: Callable[[Any], bytes] = strict_json.dumps,
    permanent: frozenset[str] = PERMANENT_CLAIMS,
) -> Concealed:
    """Put claims into Disclosures, and their digests into a payload; the innermost come first.

    Args:
        claims: what is said, with nothing hidden.
        disclosable: JSON Pointers to what can be hidden.
        decoys: digests of nothing to add wherever something can be hidden, 0 to 16.
        algorithm: of the digests.
        salts: gives a new salt each time, never the same twice.
        write: JSON as UTF-8; any form of it will do, since the digest is over the text.
        permanent: claims that may not be hidden, nor any part of them.

    Raises:
        SdJwtError: as `issue_sd_jwt`, and "salt_repeated".
        ValueError: `decoys` is out of range.

    Source: RFC 9901, sections 4.2.1 to 4.2.6.
    """
    if not 0 <= decoys <= MAXIMUM_DECOYS:
        raise ValueError(f"decoys is 0 to {MAXIMUM_DECOYS}")
    read_algorithm({ALGORITHM: algorithm})
    _check_claims(claims, ())
    hidden = set(locate(claims, disclosable))
    for path in hidden:
        if not path or path[0] in permanent:
            raise SdJwtError("claim_not_disclosable", pointer=to_pointer(path))
    concealing = _Concealing(hidden, decoys=decoys, algorithm=algorithm, salts=salts, write=write)
    payload = concealing.object(claims, ())
    if concealing.disclosures or algorithm != DEFAULT_ALGORITHM:
        payload[ALGORITHM] = algorithm
    return Concealed(payload, tuple(concealing.disclosures))


def _check_claims(value: Any, path: Path) -> None:
    """Refuse names that convey digests, anywhere, and what is nested deeper than it could be read."""
    if len(path) >= _DEEPEST:
        raise SdJwtError("too_deep", f"nested deeper than {_DEEPEST}", pointer=to_pointer(path[:4]))
    if isinstance(value, list):
        for index, element in enumerate(value):
            if isinstance(element, dict | list):
                _check_claims(element, (*path, index))
    elif isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise SdJwtError("claim_syntax", "a name is a string", pointer=to_pointer(path))
            if name in RESERVED_NAMES:
                raise SdJwtError("reserved_name", pointer=to_pointer((*path, name)))
            if isinstance(member, dict | list):
                _check_claims(member, (*path, name))


class _Concealing:
    """The walk through one set of claims, whose depth was checked."""

    def __init__(
        self,
        hidden: set[Path],
        *,
        decoys: int,
        algorithm: str,
        salts: Callable[[], str],
        write: Callable[[Any], bytes],
    ) -> None:
        self._hidden = hidden
        # only what has something hidden below it needs to be walked through
        self._above = {path[:length] for path in hidden for length in range(len(path))}
        self._decoys = decoys
        self._algorithm = algorithm
        self._salts = salts
        self._write = write
        self._used: set[str] = set()
        self.disclosures: list[str] = []

    def value(self, value: Any, path: Path) -> Any:
        if path not in self._above:
            return value
        return self.object(value, path) if isinstance(value, dict) else self._array(value, path)

    def object(self, node: JsonObject, path: Path) -> JsonObject:
        digests: list[str] = []
        shown: JsonObject = {}
        for name, member in node.items():
            here = (*path, name)
            value = self.value(member, here)
            if here in self._hidden:
                digests.append(self._disclose([self._salt(), name, value]))
            else:
                shown[name] = value
        if not digests:
            return shown
        digests += [self._decoy() for _ in range(self._decoys)]
        # 4.2.4.1: sorted, so that the order says nothing about the claims
        return {DIGESTS: sorted(digests), **shown}

    def _array(self, elements: list[Any], path: Path) -> list[Any]:
        values: list[Any] = []
        some_hidden = False
        for index, element in enumerate(elements):
            here = (*path, index)
            value = self.value(element, here)
            if here in self._hidden:
                some_hidden = True
                value = {ELEMENT: self._disclose([self._salt(), value])}
            values.append(value)
        for _ in range(self._decoys if some_hidden else 0):
            values.insert(_RANDOM.randint(0, len(values)), {ELEMENT: self._decoy()})
        return values

    def _salt(self) -> str:
        salt = self._salts()
        if salt in self._used:
            # 9.3: whoever learns one would know the other
            raise SdJwtError("salt_repeated")
        self._used.add(salt)
        return salt

    def _disclose(self, parts: list[Any]) -> str:
        try:
            text = encode_base64url(self._write(parts))
        except ContextsError as err:
            raise SdJwtError("claim_syntax", f"{err.code}: {err.detail}") from err
        self.disclosures.append(text)
        return hash_text(text, self._algorithm)

    def _decoy(self) -> str:
        """Give the digest of a random text: nothing tells it from the others. Source: section 4.2.5."""
        return hash_text(self._salt(), self._algorithm)
