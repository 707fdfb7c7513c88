"""SD-JWT VCs as they should be, and the parts to put them together another way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from credentials.sd_jwt import open_badge_claims
from credentials.sd_jwt.issuing import conceal
from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import badge
from tests.corpus.making.keys import AnySigner, private_key, secret, signer
from tests.corpus.making.signing import CHALLENGE, DOMAIN, ISSUER, compact, digest, issuer, jws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
NOW_SECONDS: Final = 1_795_512_600  # 2026-11-24T09:30:00Z
BADGE: Final = "sd-jwt badge"
SMALL: Final = "sd-jwt small"
UNBOUND: Final = "sd-jwt unbound"
STATUS_LIST: Final = "https://issuer.example/token-status/1"


@dataclass(frozen=True)
class Parts:
    """An SD-JWT, taken apart, to be put together another way."""

    header: JsonObject
    payload: Any
    disclosures: tuple[str, ...]
    by: AnySigner
    hash_name: str = "sha256"

    def sd_jwt(self) -> str:
        """JWT~Disclosure~...~"""
        return "~".join((jws(self.header, self.payload, self.by), *self.disclosures, ""))

    def presented(self, **changes: Any) -> str:
        """With a Key Binding JWT as a careful holder makes it, or one that is changed."""
        text = self.sd_jwt()
        return text + key_binding(text, hash_name=self.hash_name, **changes)

    def with_payload(self, **members: Any) -> Parts:
        """With claims changed; None takes one away."""
        merged = {name: value for name, value in (self.payload | members).items() if value is not None}
        return replace(self, payload=merged)

    def with_header(self, **members: Any) -> Parts:
        """With header members changed; None takes one away."""
        merged = {name: value for name, value in (self.header | members).items() if value is not None}
        return replace(self, header=merged)

    def with_disclosures(self, *disclosures: str) -> Parts:
        """With other Disclosures, whose digests stay as they were."""
        return replace(self, disclosures=disclosures)

    def digests(self, *disclosures: str) -> list[str]:
        """Digests of Disclosures."""
        return [digest(each, self.hash_name) for each in disclosures]


def holder_signer() -> AnySigner:
    """The holder's key, by no name."""
    return signer(KeyType.ED25519, "holder", "")


def key_binding(
    text: str,
    *,
    by: AnySigner | None = None,
    header: Any = None,
    claims: Any = None,
    hash_name: str = "sha256",
) -> str:
    """A Key Binding JWT; None takes a member away."""
    made_header = {"alg": "EdDSA", "typ": "kb+jwt"} | (header or {})
    if isinstance(claims, bytes):
        return jws(made_header, claims, by or holder_signer())
    made_claims = {
        "iat": NOW_SECONDS - 10,
        "aud": DOMAIN,
        "nonce": CHALLENGE,
        "sd_hash": digest(text, hash_name),
    } | (claims or {})
    parts = (
        {name: value for name, value in each.items() if value is not None}
        for each in (made_header, made_claims)
    )
    return jws(*parts, by or holder_signer())


def disclosure(*parts: Any) -> str:
    """A Disclosure of any content."""
    return encode_base64url(compact(list(parts)))


def salts(label: str) -> Callable[[], str]:
    def each() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield encode_base64url(secret(f"salt {label} {number}", 16))

    made = each()
    return lambda: next(made)


def badge_parts() -> Parts:
    """The badge as an SD-JWT VC, with everything disclosed."""
    claims, pointers = open_badge_claims(badge())
    claims["cnf"] = {"jwk": private_key(KeyType.ED25519, "holder").public_key.to_jwk()}
    concealed = conceal(claims, pointers, salts=salts("badge"))
    header = {"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": f"{ISSUER}#ed25519"}
    return Parts(header, concealed.payload, concealed.disclosures, issuer())


def small_parts(hash_name: str = "sha256", **claims: Any) -> Parts:
    """A small SD-JWT VC of a type that is no badge: a name, a nested place, a list of two."""
    said = {
        "iss": ISSUER,
        "vct": "https://issuer.example/types/stand",
        "iat": NOW_SECONDS - 3600,
        "cnf": {"jwk": private_key(KeyType.ED25519, "holder").public_key.to_jwk()},
        "given_name": "Camille",
        "place": {"town": "Vallon", "country": "FR"},
        "tasks": ["caisse", "accueil"],
        "level": 2,
    } | claims
    pointers = ["/given_name", "/place", "/place/town", "/tasks/0", "/tasks/1"]
    algorithm = {"sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}[hash_name]
    concealed = conceal(said, pointers, salts=salts("small"), algorithm=algorithm)
    header = {"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": f"{ISSUER}#ed25519"}
    return Parts(header, concealed.payload, concealed.disclosures, issuer(), hash_name)


def make(book: Book) -> None:
    """Keep the tokens; the rows are in the modules beside this one."""
    small = small_parts()
    book.twin(BADGE, badge_parts().presented(), "sd-jwt")
    book.twin(SMALL, small.presented(), "sd-jwt")
    book.twin(UNBOUND, small.sd_jwt(), "sd-jwt", binding=False)
