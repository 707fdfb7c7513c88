"""A small verifier that checks for real: OpenID4VP 1.0, signed request objects, `direct_post`, nonce spent once.

verifier = SimulatedVerifier("https://employer.example", clock=clock, fetcher=network)
link = verifier.request()                 # the query of a wallet's `/present`
verifier.reports                          # what came, as credentials.verification found it
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from contexts import ContextStore
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.presentations import check_vp_token
from credentials.exchange.request_objects import AuthorizationRequest, sign_request_object
from credentials.verification import VerificationContext
from did.document import DocumentKey, build_did_document
from did.fetcher import Fetched
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.web import did_web
from did.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credentials.report import Report
    from did.fetcher import Fetcher
    from tests.simulators.network import Asked

JsonObject = dict[str, Any]
ANY_BADGE: JsonObject = {
    "id": "badge",
    "format": "ldp_vc",
    "meta": {
        "type_values": [
            [
                "https://www.w3.org/2018/credentials#VerifiableCredential",
                "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
            ],
            ["OpenBadgeCredential"],
        ]
    },
}


@dataclass
class Pending:
    """A request, until it is answered."""

    request: AuthorizationRequest
    expires: datetime
    answered: bool = False


@dataclass
class SimulatedVerifier:
    """One verifier; implements tests.simulators.network.Service."""

    base_url: str
    clock: Callable[[], datetime]
    fetcher: Fetcher
    name: str = "Atelier Bois (exemple)"
    response_base: str | None = None  # another host than its own, to deceive
    redirect_uri: str | None = "https://employer.example/results/1?response_code=abc"
    refuse: bool = False
    vp_formats: JsonObject | None = None
    reports: list[Report] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = PrivateKey.generate(KeyType.ED25519)
        self._pending: dict[str, Pending] = {}
        self.did = did_web(self.base_url)

    @property
    def client_id(self) -> str:
        return f"decentralized_identifier:{self.did}"

    def request(
        self, *queries: JsonObject, minutes: int = 5, method: str | None = None, **members: Any
    ) -> str:
        """A new request as the query of a wallet's `/present`; `members` go over those of the request."""
        request_id = secrets.token_urlsafe(12)
        response_uri = f"{self.response_base or self.base_url}/responses/{request_id}"
        query = {"credentials": list(queries or (ANY_BADGE,)), **members.pop("query", {})}
        request = AuthorizationRequest(
            client_id=self.client_id,
            response_uri=response_uri,
            nonce=secrets.token_urlsafe(24),
            state=secrets.token_urlsafe(12),
            dcql_query=DcqlQuery.parse(query),
            client_metadata={"client_name": self.name}
            | ({"vp_formats_supported": self.vp_formats} if self.vp_formats else {}),
        )
        self._pending[request_id] = Pending(request, self.clock() + timedelta(minutes=minutes))
        link = {"client_id": self.client_id, "request_uri": f"{self.base_url}/requests/{request_id}"}
        return urlencode(link | ({"request_uri_method": method} if method else {}) | members)

    def unsigned_request(self) -> str:
        """A request by value, of a client that is known by its address alone."""
        response_uri = f"{self.base_url}/responses/unsigned"
        request = AuthorizationRequest(
            client_id=f"redirect_uri:{response_uri}",
            response_uri=response_uri,
            nonce=secrets.token_urlsafe(24),
            dcql_query=DcqlQuery.parse({"credentials": [ANY_BADGE]}),
            client_metadata={"client_name": self.name},
        )
        self._pending["unsigned"] = Pending(request, self.clock() + timedelta(minutes=5))
        return urlencode(request.to_parameters())

    def answer(self, asked: Asked) -> Fetched:
        first, *rest = urlsplit(asked.url).path.strip("/").split("/")
        match first:
            case ".well-known":
                return self._json(
                    asked, build_did_document(self.did, [DocumentKey("key-1", self._key.public_key)])
                )
            case "requests":
                return self._request_object(asked, rest[0])
            case "responses":
                return self._receive(asked, rest[0])
            case _:
                return Fetched(asked.url, 404, "text/plain", b"")

    def _request_object(self, asked: Asked, request_id: str) -> Fetched:
        pending = self._pending.get(request_id)
        if pending is None or pending.answered:
            return Fetched(asked.url, 404, "application/json", b'{"error":"invalid_request"}')
        wallet_nonce = parse_qs(asked.content.decode()).get("wallet_nonce", [None])[0]
        request = pending.request
        if wallet_nonce is not None:
            request = AuthorizationRequest(
                **{
                    **{name: getattr(request, name) for name in request.__dataclass_fields__},
                    "wallet_nonce": wallet_nonce,
                }
            )
        signed = sign_request_object(
            request,
            signer=KeySigner(self._key, f"{self.did}#key-1"),
            now=self.clock(),
            expires=pending.expires,
        )
        return Fetched(asked.url, 200, "application/oauth-authz-req+jwt", signed.encode())

    def _receive(self, asked: Asked, request_id: str) -> Fetched:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        self.forms.append(form)
        pending = self._pending[request_id]
        if self.refuse or pending.answered or form.get("state") != pending.request.state:
            return Fetched(asked.url, 400, "application/json", b'{"error":"invalid_request"}')
        pending.answered = True
        if "error" in form:
            self.declined.append(form["error"])
        else:
            self.reports.append(self._check(pending.request, json.loads(form["vp_token"])))
        return self._json(asked, {"redirect_uri": self.redirect_uri} if self.redirect_uri else {})

    def _check(self, request: AuthorizationRequest, vp_token: object) -> Report:
        context = VerificationContext(
            contexts=ContextStore.load(),
            resolver=Resolver(fetcher=self.fetcher, clock=self.clock),
            fetcher=self.fetcher,
        )
        return check_vp_token(
            vp_token,
            query=request.dcql_query,
            context=context,
            now=self.clock(),
            expected_domain=request.client_id,
            expected_challenge=request.nonce,
        )

    def _json(self, asked: Asked, document: JsonObject) -> Fetched:
        return Fetched(asked.url, 200, "application/json", json.dumps(document).encode())
