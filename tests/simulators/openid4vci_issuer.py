"""A small credential issuer that signs for real: OpenID4VCI 1.0, pre-authorized code, one badge in some formats.

    issuer = SimulatedIssuer("https://node.example", clock=clock)
    network = Network(issuer)
    link = issuer.offer(tx_code="4821")          # openid-credential-offer://?credential_offer_uri=...

What a hostile or broken issuer does is a switch of the same object (`deliver_other_subject`, `spoil`, ...).
"""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from contexts import ContextStore
from credentials.data_integrity import add_proof
from credentials.exchange.key_proof import verify_key_proof
from credentials.jose import JWT_VC_JSON, sign_jwt_credential
from credentials.open_badges import (
    Achievement,
    Alignment,
    Criteria,
    Evidence,
    Image,
    Kind,
    Profile,
    build_open_badge_credential,
)
from credentials.open_badges.mandatory_pointers import open_badge_mandatory_pointers
from credentials.sd_jwt import build_issuer_metadata, issue_sd_jwt_vc, open_badge_claims
from credentials.status import Bitstring, build_status_entry, build_status_list_credential
from did.document import DocumentKey, build_did_document, jwks
from did.fetcher import Fetched, OfflineFetcher
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key
from did.methods.web import did_web
from did.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from did.keys import PublicKey
    from tests.simulators.network import Asked

JsonObject = dict[str, Any]
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CONFIGURATIONS = {"ldp_vc": "drone", "dc+sd-jwt": "drone.sd-jwt", "jwt_vc_json": "drone.jwt"}
CONFIGURATION = CONFIGURATIONS["ldp_vc"]
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100" height="100">'
    b'<rect width="100" height="100" fill="#0b4f5a"/><circle cx="50" cy="50" r="30" fill="#f2b33d"/></svg>'
)


@dataclass
class Grant:
    """A pre-authorized code and what becomes of it."""

    code: str
    tx_code: str | None
    tries: int = 0
    token: str | None = None
    used_at: datetime | None = None
    credentials: dict[str, bytes] = field(default_factory=dict)  # by configuration id

    @property
    def credential(self) -> bytes | None:
        """The first that was issued."""
        return next(iter(self.credentials.values()), None)


@dataclass
class SimulatedIssuer:
    """One issuer; implements tests.simulators.network.Service."""

    base_url: str
    clock: Callable[[], datetime]
    name: str = "Mission locale (exemple)"
    badge_name: str = "Pilotage de drone"
    issuer_id: str | None = None  # another than its own, to lie
    deliver_other_subject: bool = False
    spoil: bool = False  # change the credential after it was signed
    spoils: str | None = None  # the same, in one format alone
    with_status: bool = True
    purpose: str = "revocation"  # of its status list
    valid_for: timedelta | None = None
    status_down: bool = False
    formats: tuple[str, ...] = ("ldp_vc",)
    selective: bool = False  # a base proof beside the proof over the whole
    bind_other_key: bool = False  # of an SD-JWT VC
    identified: tuple[str, ...] = ()  # formats that the token names by credential identifiers
    denies: str | None = None  # a format that is offered and then refused
    wants_nonce: str | None = None  # a format for which no nonce is ever fresh
    twin_by: SimulatedIssuer | None = None  # another issuer, who signs every format but the first
    credential_id: str | None = None  # of everything that it issues
    twin_name: str | None = None  # what the badge is called in every format but the first
    twin_narrative: str | None = None  # what is said of the person in them
    twin_display: str | None = None  # what it is said to be called in them
    metadata: JsonObject = field(default_factory=dict)  # members over its own
    grants: dict[str, Grant] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)
    delivered: list[JsonObject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = PrivateKey.generate(KeyType.ED25519)
        self._second_key = PrivateKey.generate(KeyType.P256)
        self._nonces: set[str] = set()
        self._lock = threading.Lock()
        self._contexts = ContextStore.load()
        self.did = did_web(self.base_url)

    # what a test asks of it

    def offer(self, *, tx_code: str | None = None, by_value: bool = False) -> str:
        """A new offer as the query of a wallet's `/receive`."""
        code = secrets.token_urlsafe(24)
        self.grants[code] = Grant(code, tx_code)
        if by_value:
            return urlencode({"credential_offer": json.dumps(self._offer(code))})
        return urlencode({"credential_offer_uri": f"{self.base_url}/offers/{code}"})

    def slip(self) -> str:
        """A new offer as the address that a slip's QR holds."""
        code = secrets.token_urlsafe(24)
        self.grants[code] = Grant(code, None)
        return f"{self.base_url}/c/{code}"

    def signer(self) -> KeySigner:
        return KeySigner(self._key, f"{self.did}#key-1")

    # what a wallet asks of it

    def answer(self, asked: Asked) -> Fetched:
        path = urlsplit(asked.url).path.removeprefix(urlsplit(self.base_url).path)
        first, *rest = path.strip("/").split("/")
        doors = {
            ".well-known": lambda: self._well_known(asked, rest[0]),
            "did.json": lambda: self._json(asked, self._did_document()),
            "offers": lambda: self._hand_offer(asked, rest[0]),
            "c": lambda: self._hand_offer(asked, rest[0]),
            "token": lambda: self._token(asked),
            "nonce": lambda: self._nonce(asked),
            "credential": lambda: self._credential(asked),
            "status": lambda: self._status(asked),
            "picture": lambda: Fetched(asked.url, 200, "image/svg+xml", SVG),
        }
        with self._lock:
            return doors.get(first, lambda: Fetched(asked.url, 404, "text/plain", b""))()

    def _nonce(self, asked: Asked) -> Fetched:
        nonce = secrets.token_urlsafe(16)
        self._nonces.add(nonce)
        return self._json(asked, {"c_nonce": nonce})

    def _well_known(self, asked: Asked, name: str) -> Fetched:
        match name:
            case "openid-credential-issuer":
                return self._json(asked, self._metadata())
            case "oauth-authorization-server":
                return self._json(
                    asked, {"issuer": self.base_url, "token_endpoint": f"{self.base_url}/token"}
                )
            case "did.json":
                return self._json(asked, self._did_document())
            case "jwt-vc-issuer":
                return self._json(asked, build_issuer_metadata(self.base_url, jwks(self.did, self._keys())))
            case _:
                return Fetched(asked.url, 404, "text/plain", b"")

    def _metadata(self) -> JsonObject:
        configuration = {
            "format": "ldp_vc",
            "cryptographic_binding_methods_supported": ["did:key", "did:jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["EdDSA", "ES256"]}},
            "credential_metadata": {
                "display": [
                    {
                        "name": self.badge_name,
                        "locale": "fr",
                        "description": "A piloté un drone en suivant des consignes.",
                        "logo": {"uri": f"{self.base_url}/picture", "alt_text": "Un drone"},
                    }
                ]
            },
        }
        return {
            "credential_issuer": self.base_url,
            "credential_endpoint": f"{self.base_url}/credential",
            "nonce_endpoint": f"{self.base_url}/nonce",
            "display": [{"name": self.name, "locale": "fr"}],
            "credential_configurations_supported": {
                CONFIGURATIONS[each]: configuration
                | {"format": each}
                | ({"cryptographic_binding_methods_supported": ["jwk"]} if each == "dc+sd-jwt" else {})
                | self._other_display(each)
                for each in self.formats
            },
        } | self.metadata

    def _other_display(self, form: str) -> JsonObject:
        if self.twin_display is None or form == self.formats[0]:
            return {}
        return {"credential_metadata": {"display": [{"name": self.twin_display, "locale": "fr"}]}}

    def _did_document(self) -> JsonObject:
        return build_did_document(self.did, self._keys())

    def _keys(self) -> list[DocumentKey]:
        return [
            DocumentKey("key-1", self._key.public_key),
            DocumentKey("key-2", self._second_key.public_key),
        ]

    def _offer(self, code: str) -> JsonObject:
        grant: JsonObject = {"pre-authorized_code": code}
        if self.grants[code].tx_code is not None:
            grant["tx_code"] = {"input_mode": "numeric", "length": len(self.grants[code].tx_code or "")}
        return {
            "credential_issuer": self.base_url,
            "credential_configuration_ids": [CONFIGURATIONS[each] for each in self.formats],
            "grants": {GRANT: grant},
        }

    def _hand_offer(self, asked: Asked, code: str) -> Fetched:
        if code not in self.grants:
            return self._error(asked, 404, "not_found")
        if "json" not in asked.headers["accept"]:
            return Fetched(asked.url, 303, "text/plain", b"", {"location": "https://wallet.example/receive"})
        return self._json(asked, self._offer(code))

    def _token(self, asked: Asked) -> Fetched:
        fields = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        grant = self.grants.get(fields.get("pre-authorized_code", ""))
        if grant is None or grant.token is not None or grant.tries >= 5:
            return self._error(asked, 400, "invalid_grant")
        if grant.tx_code is not None and fields.get("tx_code") != grant.tx_code:
            grant.tries += 1
            return self._error(asked, 400, "invalid_grant")
        grant.token = secrets.token_urlsafe(24)
        answer = {"access_token": grant.token, "token_type": "Bearer", "expires_in": 300}
        details = [
            {
                "type": "openid_credential",
                "credential_configuration_id": CONFIGURATIONS[each],
                "credential_identifiers": [f"one-{CONFIGURATIONS[each]}"],
            }
            for each in self.identified
        ]
        return self._json(asked, answer | ({"authorization_details": details} if details else {}))

    def _credential(self, asked: Asked) -> Fetched:
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = next((each for each in self.grants.values() if each.token == token and token), None)
        if grant is None:
            return self._error(asked, 401, "invalid_token")
        sent = json.loads(asked.content)
        # which of the two names it must use hangs on the token, see OpenID4VCI 1.0, section 8.2
        name = sent["credential_identifier"][4:] if self.identified else sent["credential_configuration_id"]
        form = {name: each for each, name in CONFIGURATIONS.items()}[name]
        if form == self.denies:
            return self._error(asked, 400, "credential_request_denied")
        if form == self.wants_nonce:
            return self._error(asked, 400, "invalid_nonce")
        if name not in grant.credentials:  # asked again, the same answer: nothing is issued twice
            proof = sent["proofs"]["jwt"][0]
            holder = verify_key_proof(
                proof,
                expected_audience=self.base_url,
                check_nonce=lambda nonce: nonce in self._nonces,
                resolver=Resolver(fetcher=OfflineFetcher()),
                now=self.clock(),
            )
            grant.used_at = grant.used_at or self.clock()
            maker = self.twin_by if self.twin_by and form != self.formats[0] else self
            grant.credentials[name] = maker._issue(
                holder.did, form, holder.public_key, earned=grant.used_at - timedelta(days=3)
            )
        # spaces and member order of its own: what is kept must be these very bytes
        return Fetched(
            asked.url,
            200,
            "application/json",
            b'{"credentials" : [ {"credential":' + grant.credentials[name] + b"} ] }",
            {"cache-control": "no-store"},
        )

    def _issue(self, holder: str, form: str, public_key: PublicKey, *, earned: datetime) -> bytes:
        subject = (
            did_key(PrivateKey.generate(KeyType.ED25519).public_key) if self.deliver_other_subject else holder
        )
        now = self.clock()
        index = len(self.delivered)
        document = build_open_badge_credential(
            credential_id=self.credential_id or f"urn:uuid:{uuid.uuid4()}",
            issuer=Profile(id=self.issuer_id or self.did, name=self.name, url=f"{self.base_url}/"),
            achievement=Achievement(
                id=f"{self.base_url}/badges/drone",
                name=self.twin_name if self.twin_name and form != self.formats[0] else self.badge_name,
                description="A piloté un drone en suivant des consignes.",
                criteria=Criteria(narrative="- Suit les consignes\n- Garde son calme"),
                achievement_type=Kind.EXPERIENCE.achievement_type,
                in_language="fr",
                image=Image(id=f"{self.base_url}/picture", caption="Un drone"),
                alignment=(
                    Alignment(
                        target_name="Respecter des consignes", target_url="https://skills.example/consignes"
                    ),
                ),
            ),
            subject_id=subject,
            valid_from=now,
            valid_until=now + self.valid_for if self.valid_for else None,
            earned_from=earned,
            earned_until=earned + timedelta(hours=2),
            status=build_status_entry(f"{self.base_url}/status/1", index, self.purpose)
            if self.with_status
            else None,
            evidence=(
                Evidence(name="Vol en atelier", narrative="Un vol de dix minutes, seul aux commandes."),
            ),
            narrative=self.twin_narrative
            if self.twin_narrative and form != self.formats[0]
            else "Elle a gardé son calme quand le vent s’est levé.",
        )
        if form != "ldp_vc":
            self.delivered.append(document)
            token = (
                self._sign_jwt(document) if form == "jwt_vc_json" else self._sign_sd_jwt(document, public_key)
            )
            return json.dumps(
                token[:-9] + "AAAAAAAAA" if self.spoil or form == self.spoils else token
            ).encode()
        signed = self._sign(document)
        if self.selective:
            signed = self._add_base_proof(signed, document)
        self.delivered.append(signed)
        if self.spoil:
            signed["credentialSubject"]["achievement"]["name"] = "Pilote de ligne"
        return json.dumps(signed, ensure_ascii=False, indent=1).encode()

    def _sign(self, document: JsonObject) -> JsonObject:
        return add_proof(
            document,
            signer=self.signer(),
            selection=self._contexts.selections(document)[0],
            created=self.clock(),
        )

    def _add_base_proof(self, signed: JsonObject, document: JsonObject) -> JsonObject:
        return add_proof(
            signed,
            signer=KeySigner(self._second_key, f"{self.did}#key-2"),
            selection=self._contexts.newest(),
            created=self.clock(),
            suite="ecdsa-sd-2023",
            mandatory_pointers=open_badge_mandatory_pointers(document),
        )

    def _jose_signer(self) -> KeySigner:
        return KeySigner(self._second_key, f"{self.did}#key-2-jwk")

    def _sign_jwt(self, document: JsonObject) -> str:
        older = document | {"@context": ["https://www.w3.org/2018/credentials/v1", document["@context"][1]]}
        older["issuanceDate"] = older.pop("validFrom")
        return sign_jwt_credential(older, signer=self._jose_signer(), now=self.clock(), profile=JWT_VC_JSON)

    def _sign_sd_jwt(self, document: JsonObject, public_key: PublicKey) -> str:
        badge = {name: value for name, value in document.items() if name != "credentialStatus"}
        claims, disclosable = open_badge_claims(badge, iss=self.base_url)
        bound = PrivateKey.generate(KeyType.ED25519).public_key if self.bind_other_key else public_key
        return issue_sd_jwt_vc(claims, disclosable=disclosable, signer=self._jose_signer(), holder_key=bound)

    def _status(self, asked: Asked) -> Fetched:
        if self.status_down:
            return Fetched(asked.url, 503, "text/plain", b"")
        bits = Bitstring.new()
        for index in self.revoked:
            bits.set(index)
        document = build_status_list_credential(
            list_id=asked.url,
            issuer_id=self.did,
            purpose=self.purpose,
            bitstring=bits,
            valid_from=self.clock() - timedelta(minutes=1),
        )
        return self._json(asked, self._sign(document))

    def _json(self, asked: Asked, document: JsonObject) -> Fetched:
        return Fetched(asked.url, 200, "application/json", json.dumps(document).encode())

    def _error(self, asked: Asked, status: int, error: str) -> Fetched:
        return Fetched(asked.url, status, "application/json", json.dumps({"error": error}).encode())
