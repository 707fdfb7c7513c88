"""Token Status List, JWT form: the statuses, and the signed token around them, issued and read.

The other way round than in a Bitstring Status List: bytes from left to right, but in a byte the first status
stands in the least significant bits (LSB first).

Source: draft-ietf-oauth-status-list-20, sections 4 (Status List) and 5 (Status List Token).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from credentials.costs import SIGNATURE_UNITS
from credentials.errors import StatusError
from credentials.jws import (
    JwsError,
    UnverifiedJws,
    parse_compact,
    read_unverified_claims,
    sign_compact,
    verify_signature,
)
from credentials.status.cache import LONGEST_TTL
from credentials.status.compression import ZLIB, unpack
from credentials.status.fetching import LIST_MAX_BYTES
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError

if TYPE_CHECKING:
    from contexts import WorkBudget
    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
STATUS_LIST_TYP: Final = "statuslist+jwt"
MAXIMUM_TOKEN_STATUS_BYTES: Final = 2_097_152
_BITS: Final = 8
_SIZES: Final = frozenset({1, 2, 4, 8})
_MAX_DEPTH: Final = 16
_LAST_NUMERIC_DATE: Final = 253_402_300_799  # the last second of the year 9999


class StatusType(IntEnum):
    """What a status means.

    Source: draft-ietf-oauth-status-list-20, section 7.1 (Status Types Values).
    """

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


APPLICATION_SPECIFIC: Final = frozenset({0x03, 0x0C, 0x0D, 0x0E, 0x0F})


class TokenStatusList:
    """A row of statuses, one per token; as a status issuer keeps it (mutable) and as a verifier reads it.

    Args:
        content: the statuses, packed.
        bits: of each status: 1, 2, 4 or 8.

    Raises:
        StatusError: "status_list_invalid": another number of bits.
    """

    def __init__(self, content: bytes | bytearray, *, bits: int) -> None:
        if bits not in _SIZES:
            raise StatusError("status_list_invalid", f"{bits} bits")
        self._bytes = bytearray(content)
        self.bits = bits

    @classmethod
    def new(cls, entries: int, *, bits: int = 1) -> TokenStatusList:
        """Make a row of zeros ("VALID").

        Args:
            entries: how many at least; the last byte is filled up.
            bits: of each status: 1, 2, 4 or 8.

        Raises:
            StatusError: "status_list_invalid", "status_list_too_large".
        """
        length = -(-entries * bits // _BITS)
        if not 0 < length <= MAXIMUM_TOKEN_STATUS_BYTES:
            raise StatusError("status_list_too_large" if length > 0 else "status_list_invalid", f"{entries}")
        return cls(bytes(length), bits=bits)

    def __len__(self) -> int:
        """Count the statuses."""
        return len(self._bytes) * _BITS // self.bits

    @property
    def bit_count(self) -> int:
        """How many bits are kept."""
        return len(self._bytes) * _BITS

    def get(self, index: int) -> int:
        """Read a status.

        Raises:
            StatusError: "status_index_out_of_range".
        """
        byte, shift = self._place(index)
        return self._bytes[byte] >> shift & (1 << self.bits) - 1

    def set(self, index: int, status: int) -> None:
        """Write a status.

        Raises:
            StatusError: "status_index_out_of_range", "status_value_out_of_range".
        """
        byte, shift = self._place(index)
        mask = (1 << self.bits) - 1
        if not 0 <= status <= mask:
            raise StatusError("status_value_out_of_range", f"{status} in {self.bits} bits")
        self._bytes[byte] = self._bytes[byte] & ~(mask << shift) | status << shift

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise StatusError("status_index_out_of_range", f"{index} of {len(self)}")
        return index * self.bits // _BITS, index * self.bits % _BITS

    def to_json(self) -> JsonObject:
        """Give the `status_list` claim.

        Source: draft-ietf-oauth-status-list-20, section 4.1 (Compressed Byte Array) and 4.2.
        """
        return {"bits": self.bits, "lst": encode_base64url(zlib.compress(bytes(self._bytes), 9))}

    @classmethod
    def from_json(cls, claim: object, *, budget: WorkBudget | None = None) -> TokenStatusList:
        """Read a `status_list` claim; never unpacks more than 2 MiB.

        Args:
            claim: its value.
            budget: of the verification.

        Raises:
            StatusError: "status_list_invalid", "status_list_too_large".

        Source: draft-ietf-oauth-status-list-20, section 4.2 (Status List in JSON Format).
        """
        if not isinstance(claim, dict):
            raise StatusError("status_list_invalid", "status_list is no object")
        bits, packed = claim.get("bits"), claim.get("lst")
        if isinstance(bits, bool) or not isinstance(bits, int) or not isinstance(packed, str):
            raise StatusError("status_list_invalid", "bits is an integer, lst a string")
        if not isinstance(claim.get("aggregation_uri", ""), str):
            raise StatusError("status_list_invalid", "aggregation_uri is no string")
        try:
            compressed = decode_base64url(packed)
        except EncodingError as err:
            raise StatusError("status_list_invalid", "lst is no base64url") from err
        content = unpack(compressed, wbits=ZLIB, max_bytes=MAXIMUM_TOKEN_STATUS_BYTES, budget=budget)
        return cls(content, bits=bits)


@dataclass(frozen=True)
class KnownTokenStatusList:
    """What was read of a verified Status List Token.

    Args:
        url: where it was fetched, and its `sub`.
        issuer_id: for whose tokens it was verified.
        statuses: the list.
        issued: its `iat`; a later fetch with an earlier one is a rollback.
        fetched: when we had it.
        fresh_until: until when it may be used again without a fetch (from its `ttl`; none published: not at
            all).
        valid_until: its `exp`.
    """

    url: str
    issuer_id: str
    statuses: TokenStatusList
    issued: datetime
    fetched: datetime
    fresh_until: datetime
    valid_until: datetime | None

    def usable_at(self, now: datetime) -> bool:
        """Tell whether it may be used without a fetch."""
        return now < self.fresh_until and (self.valid_until is None or now < self.valid_until)

    @property
    def bit_count(self) -> int:
        """How many bits are kept."""
        return self.statuses.bit_count


def build_token_status(uri: str, index: int) -> JsonObject:
    """Build the `status` claim of a token whose status stands in a Token Status List.

    Args:
        uri: of the Status List Token.
        index: the token's place, from 0.

    Source: draft-ietf-oauth-status-list-20, section 6.2 (Referenced Token in JOSE).
    """
    return {"status_list": {"idx": index, "uri": uri}}


def sign_status_list_token(
    statuses: TokenStatusList,
    *,
    uri: str,
    issued_at: datetime,
    signer: Signer,
    expires_at: datetime | None = None,
    ttl_seconds: int | None = None,
    issuer_id: str | None = None,
) -> str:
    """Issue a Status List Token in JWT form.

    Args:
        statuses: the list.
        uri: where the token is served; its `sub`, and the `uri` of the tokens that point into it.
        issued_at: aware; when this version of the list was made. A later version must have a later one.
        signer: the key that the verifier finds for the issuer; its verification method becomes the `kid`.
        expires_at: aware; after it the list tells nothing.
        ttl_seconds: for how long a verifier may keep this version.
        issuer_id: becomes `iss`.

    Returns:
        A compact JWS of type statuslist+jwt.

    Raises:
        ValueError: a date without a zone.

    Source: draft-ietf-oauth-status-list-20, section 5.1 (Status List Token in JWT Format).
    """
    dates = {"iat": issued_at, "exp": expires_at}
    claims: JsonObject = {name: _seconds(moment) for name, moment in dates.items() if moment is not None}
    optional = {"iss": issuer_id, "ttl": ttl_seconds}
    claims |= {name: value for name, value in optional.items() if value is not None}
    claims |= {"sub": uri, "status_list": statuses.to_json()}
    return sign_compact(claims, signer=signer, typ=STATUS_LIST_TYP)


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a token's date needs a zone")
    return int(moment.timestamp())


def parse_status_list_token(token: bytes | str) -> UnverifiedJws:
    """Take a Status List Token apart.

    Raises:
        StatusError: "status_unavailable": no JWT at all (an error page with status 200, a login portal).
    """
    try:
        return parse_compact(token.strip(), max_bytes=LIST_MAX_BYTES)
    except JwsError as err:
        raise StatusError("status_unavailable", f"no Status List Token: {err.code}") from err


def verify_status_list_token(
    jws: UnverifiedJws,
    *,
    public_key: PublicKey,
    expected_uri: str,
    issuer_id: str,
    now: datetime,
    skew_seconds: int = 60,
    budget: WorkBudget | None = None,
) -> tuple[KnownTokenStatusList, JsonObject]:
    """Verify a Status List Token.

    Args:
        jws: what `parse_status_list_token` gave.
        public_key: whose signature is expected; the key pins the algorithm.
        expected_uri: the `uri` of the token that points here.
        issuer_id: for whose tokens the list is verified; kept with it.
        now: aware UTC.
        skew_seconds: how far the issuer's clock may be ahead of ours.
        budget: of the verification; the signature and the list take their part.

    Returns:
        The list, and all claims of the token.

    Raises:
        StatusError: "status_list_invalid", "status_list_id_mismatch", "status_list_chained",
            "status_list_expired", "status_list_not_yet_valid", "status_list_too_large".

    Source: draft-ietf-oauth-status-list-20, section 8.3 (Validation Rules), steps 3 to 5.
    """
    if budget is not None:
        budget.count(SIGNATURE_UNITS[public_key.key_type])
    claims = _verified_claims(jws, public_key)
    # 4a. One list of an issuer must not answer in the place of another one
    if claims.get("sub") != expected_uri:
        raise StatusError(
            "status_list_id_mismatch", f"{str(claims.get('sub'))[:200]!r}, not {expected_uri!r}"
        )
    if "status" in claims:
        raise StatusError("status_list_chained", "a status list has no status of its own")
    # 4b, 4c. Dates
    issued, not_before = _numeric_date(claims, "iat"), _numeric_date(claims, "nbf")
    expires, time_to_live = _numeric_date(claims, "exp"), _time_to_live(claims)
    if issued is None:
        raise StatusError("status_list_invalid", "no iat")
    if max(issued, not_before or issued) > now + timedelta(seconds=skew_seconds):
        raise StatusError("status_list_not_yet_valid")
    if expires is not None and expires <= now:
        raise StatusError("status_list_expired", expires.isoformat())
    known = KnownTokenStatusList(
        url=expected_uri,
        issuer_id=issuer_id,
        # 5. Decompress
        statuses=TokenStatusList.from_json(claims.get("status_list"), budget=budget),
        issued=issued,
        fetched=now,
        fresh_until=now + time_to_live,
        valid_until=expires,
    )
    return known, claims


def _verified_claims(jws: UnverifiedJws, public_key: PublicKey) -> JsonObject:
    """Make step 3: the type, the signature, then the claims."""
    typ = jws.unverified_header.get("typ")
    if typ != STATUS_LIST_TYP:
        raise StatusError("status_list_invalid", f"typ {str(typ)[:60]!r}")
    try:
        verify_signature(jws, public_key=public_key)
        return read_unverified_claims(jws, max_bytes=LIST_MAX_BYTES, max_depth=_MAX_DEPTH)
    except JwsError as err:
        raise StatusError("status_list_invalid", err.code) from err


def _numeric_date(claims: JsonObject, name: str) -> datetime | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_NUMERIC_DATE:
        raise StatusError("status_list_invalid", f"{name} is no date")
    return datetime.fromtimestamp(value, tz=UTC)


def _time_to_live(claims: JsonObject) -> timedelta:
    if "ttl" not in claims:
        return timedelta()
    ttl = claims["ttl"]
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or ttl <= 0:
        raise StatusError("status_list_invalid", "ttl is no positive number of seconds")
    return min(timedelta(seconds=min(ttl, LONGEST_TTL.total_seconds())), LONGEST_TTL)
