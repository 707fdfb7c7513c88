"""ECDSA on P-256 with SHA-256, on P-384 with SHA-384, on P-521 with SHA-512; signatures are r || s,
as in JOSE.

Source: FIPS 186-5, section 6; RFC 7518, section 3.4; SEC 1, section 2.3.3 (compressed points).
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys.key_types import KeyType, Scheme


class _Curve:
    """A curve with its hash and the length of its numbers in bytes."""

    def __init__(
        self, name: KeyType, curve: ec.EllipticCurve, hash_algorithm: SHA256 | SHA384 | SHA512, length: int
    ) -> None:
        self.name = name
        self.curve = curve
        self.ecdsa = ec.ECDSA(hash_algorithm)
        self.length = length

    def load_public(self, raw: bytes) -> _Public:
        if len(raw) != self.length + 1 or raw[0] not in {2, 3}:
            raise InvalidKeyError(f"{self.name}: not a compressed point")
        return _Public(self, self._point(raw))

    def load_coordinates(self, coordinates: dict[str, bytes]) -> bytes:
        """Compress x and y; the library checks that they are a point of the curve."""
        return _compress(self._point(b"\x04" + coordinates["x"] + coordinates["y"]))

    def _point(self, encoded: bytes) -> ec.EllipticCurvePublicKey:
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, encoded)
        except ValueError as err:
            raise InvalidKeyError(f"{self.name}: not on the curve") from err

    def load_private(self, secret: bytes) -> _Private:
        if len(secret) != self.length:
            raise InvalidKeyError(f"{self.name} secret: {len(secret)} bytes, not {self.length}")
        try:
            return _Private(self, ec.derive_private_key(int.from_bytes(secret), self.curve))
        except ValueError:
            # without the cause: its message could speak of the secret
            raise InvalidKeyError(f"{self.name} secret: out of range") from None

    def generate(self) -> _Private:
        return _Private(self, ec.generate_private_key(self.curve))


class _Public:
    def __init__(self, curve: _Curve, key: ec.EllipticCurvePublicKey) -> None:
        self._curve = curve
        self._key = key

    def verify(self, signature: bytes, data: bytes) -> None:
        length = self._curve.length
        if len(signature) != 2 * length:
            raise InvalidSignatureError(f"{self._curve.name}: {len(signature)} bytes, not {2 * length}")
        r, s = int.from_bytes(signature[:length]), int.from_bytes(signature[length:])
        try:
            self._key.verify(encode_dss_signature(r, s), data, self._curve.ecdsa)
        except InvalidSignature as err:
            raise InvalidSignatureError(self._curve.name) from err

    def coordinates(self) -> dict[str, bytes]:
        numbers = self._key.public_numbers()
        return {"x": numbers.x.to_bytes(self._curve.length), "y": numbers.y.to_bytes(self._curve.length)}


class _Private:
    def __init__(self, curve: _Curve, key: ec.EllipticCurvePrivateKey) -> None:
        self._curve = curve
        self._key = key

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(data, self._curve.ecdsa))
        return r.to_bytes(self._curve.length) + s.to_bytes(self._curve.length)

    def public_raw(self) -> bytes:
        return _compress(self._key.public_key())

    def secret_raw(self) -> bytes:
        return self._key.private_numbers().private_value.to_bytes(self._curve.length)


def _compress(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def _scheme(curve: _Curve, *, multicodec: bytes, jose_algorithm: str) -> Scheme:
    return Scheme(
        key_type=curve.name,
        multicodec=multicodec,
        jose_algorithm=jose_algorithm,
        jwk_kty="EC",
        coordinate_length=curve.length,
        load_public=curve.load_public,
        load_coordinates=curve.load_coordinates,
        load_private=curve.load_private,
        generate=curve.generate,
    )


# multicodec p256-pub 0x1200, p384-pub 0x1201 and p521-pub 0x1202, as unsigned varints
P256: Final = _scheme(
    _Curve(KeyType.P256, ec.SECP256R1(), SHA256(), 32), multicodec=b"\x80\x24", jose_algorithm="ES256"
)
P384: Final = _scheme(
    _Curve(KeyType.P384, ec.SECP384R1(), SHA384(), 48), multicodec=b"\x81\x24", jose_algorithm="ES384"
)
P521: Final = _scheme(
    # 521 bits: 66 bytes, of which the first is 0 or 1
    _Curve(KeyType.P521, ec.SECP521R1(), SHA512(), 66),
    multicodec=b"\x82\x24",
    jose_algorithm="ES512",
)
