"""The VC-API over HTTP: for programs, in JSON alone, behind a bearer token or open on loopback.

Source: W3C CCG, "VC API"; DID Resolution v0.3, section 11.1 (HTTP(S) Binding).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contexts import strict_json
from credentials.report import Outcome, Report
from did.webvh.resolution import VERSION_PARAMETERS
from issuer_node.errors import CredentialRequestError
from issuer_node.requests import JSON_TYPE, read_access_token
from issuer_node.vc_api.checking import check_sent_credential, check_sent_presentation
from issuer_node.vc_api.identifiers import answer_identifier
from issuer_node.vc_api.issuing import (
    check_issue_request,
    derive_credential,
    sign_credential,
    with_status,
)
from issuer_node.vc_api.profiles import IssuerProfile
from issuer_node.vc_api.refusals import (
    REFUSALS,
    problem_of_error,
    problems_of_report,
    refusal,
    status_of_error,
    status_of_report,
)
from issuer_node.vc_api.requests import (
    DEFAULT_VERIFIER,
    VERIFIERS,
    read_derive_request,
    read_issue_request,
    read_status_request,
    read_verify_request,
)
from issuer_node.vc_api.service import VcApi
from web.at_once import MOST_BYTES_AT_ONCE, at_once_or_in_thread
from web.direct_routes import DirectRoute
from web.problems import NotFound, Problem
from web.settings import is_loopback_name

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from issuer_node.settings import NodeSettings
    from issuer_node.vc_api.requests import IssueRequest

    JsonObject = dict[str, Any]

_PROBLEM_TYPE = "application/problem+json"
# RFC 6750, section 3.1: who sent no token is told no more than how
_HOW_TO_ASK = "Bearer"
_ASKED_WRONGLY = 'Bearer error="invalid_token"'
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Sent:
    """A request to the VC-API by somebody who may make it.

    Args:
        api: the VC-API.
        body: as it came.
        is_json: whether it says so.
    """

    api: VcApi
    body: bytes
    is_json: bool

    @property
    def is_short(self) -> bool:
        """Whether it is soon read, and what it asks for soon done."""
        return len(self.body) <= MOST_BYTES_AT_ONCE


async def sent_to(request: Request) -> Sent:
    """The request, for those who may use the VC-API.

    Raises:
        NotFound: there is none here.
        Problem: 401 without the right token.
    """
    api: VcApi | None = request.app.state.vc_api
    if api is None:
        raise NotFound
    _check_access(request, api.node.settings)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Sent(api, await request.body(), media_type == JSON_TYPE)


Asked = Annotated[Sent, Depends(sent_to)]
router = APIRouter(tags=["VC-API"])
# what programs ask all the time: see docs/adr/0017
verbs = APIRouter(tags=["VC-API"], route_class=DirectRoute)


@router.get("/issuers", summary="Issuer profiles")
def get_profiles(sent: Asked) -> Response:
    """Every profile: its name, suite, kind of key and DID."""
    profiles = [
        {
            "name": each.name,
            "cryptosuite": each.suite.name if each.suite else None,
            "keyType": str(each.signer.public_key.key_type),
            "id": each.did,
            "selectiveDisclosure": each.is_selective,
        }
        for each in sent.api.profiles.values()
    ]
    return _json({"issuers": profiles})


@verbs.post("/issuers/{profile}/credentials/issue", summary="Issue a credential")
async def post_issue(request: Request, profile: str) -> Response:
    """Sign a credential as a profile."""
    sent = await sent_to(request)
    return await _answered(sent, _issue(sent, _profile(sent.api, profile)), generating=True)


async def _issue(sent: Sent, issuer: IssuerProfile) -> Response:
    api = sent.api

    def check() -> tuple[IssueRequest, JsonObject]:
        asked = read_issue_request(sent.body)
        return asked, check_issue_request(api, issuer, asked)

    asked, document = await at_once_or_in_thread(check, is_short=sent.is_short)
    if asked.purposes:
        # committed before anything is signed
        entries = await api.lists.give_out(issuer, asked.purposes, credential_id=document.get("id"))
        document = with_status(document, entries)
    signed = await at_once_or_in_thread(
        # it may have proofs already, by keys that are not known here
        lambda: sign_credential(api.without_waiting, issuer, document, asked),
        lambda: sign_credential(api, issuer, document, asked),
        is_short=sent.is_short and not issuer.is_selective,
    )
    return _json({"verifiableCredential": signed}, status=201)


@verbs.post("/credentials/derive", summary="Derive a credential")
@verbs.post("/issuers/{profile}/credentials/derive", summary="Derive a credential of a profile")
async def post_derive(request: Request, profile: str | None = None) -> Response:
    """Show of a credential with a base proof what is named."""
    sent = await sent_to(request)
    if profile is not None:
        _profile(sent.api, profile)

    def derive() -> Response:
        derived = derive_credential(sent.api, read_derive_request(sent.body))
        return _json({"verifiableCredential": derived}, status=201)

    return await _answered(sent, run_in_threadpool(derive))


@verbs.post("/credentials/verify", summary="Verify a credential")
@verbs.post("/verifiers/{verifier}/credentials/verify", summary="Verify a credential by a named verifier")
async def post_verify(request: Request, verifier: str = DEFAULT_VERIFIER) -> Response:
    """Verify a credential: 200 only when it is valid.

    The verifier "proof" checks the proof alone, unless it is told what to check.
    """
    sent = await sent_to(request)
    checks = _default_checks(verifier)

    def verify(api: VcApi) -> Response:
        asked = read_verify_request(sent.body, "verifiableCredential", default_checks=checks)
        return _verdict(check_sent_credential(api, asked))

    return await _answered(sent, _resolving(sent, verify))


@verbs.post("/presentations/verify", summary="Verify a presentation")
@verbs.post("/verifiers/{verifier}/presentations/verify", summary="Verify a presentation by a named verifier")
async def post_verify_presentation(request: Request, verifier: str = DEFAULT_VERIFIER) -> Response:
    """Verify a presentation and what is in it: 200 only when all is valid."""
    sent = await sent_to(request)
    checks = _default_checks(verifier)

    def verify(api: VcApi) -> Response:
        asked = read_verify_request(sent.body, "verifiablePresentation", default_checks=checks)
        return _verdict(check_sent_presentation(api, asked))

    return await _answered(sent, _resolving(sent, verify))


@verbs.post("/credentials/status", summary="Update a status")
@verbs.post("/issuers/{profile}/credentials/status", summary="Update a status of one profile")
async def post_status(request: Request, profile: str | None = None) -> Response:
    """Set or clear the bit of a credential that a profile issued with a status."""
    sent = await sent_to(request)
    if profile is not None:
        _profile(sent.api, profile)

    def update() -> Response:
        sent.api.lists.set_status(read_status_request(sent.body), profile=profile)
        return _json({})

    return await _answered(sent, run_in_threadpool(update))


@router.get("/issuers/{profile}/status-lists/{list_id}", summary="Status list of a profile")
def get_profile_list(profile: str, list_id: str, request: Request) -> Response:
    """The signed list as it is now; for anybody, as a verifier has no token."""
    api: VcApi | None = request.app.state.vc_api
    content = api.lists.signed_list(profile, list_id) if api is not None else None
    if content is None:
        raise NotFound
    headers = {"Cache-Control": "public, no-cache", "Access-Control-Allow-Origin": "*"}
    return Response(content, media_type="application/vc+ld+json", headers=headers)


# behind the same access: whoever may ask has us fetch from any host
@router.get("/1.0/identifiers/{identifier:path}", summary="Resolve a DID (universal resolver)")
@router.get("/identifiers/{identifier:path}", summary="Resolve a DID")
def get_identifier(identifier: str, request: Request, sent: Asked) -> Response:
    """Resolve a DID, or dereference the URL of a verification method."""
    answer = answer_identifier(
        sent.api.resolver,
        _with_version(_as_written(identifier, request), request),
        accept=request.headers.get("accept", ""),
        public_key_format=request.query_params.get("publicKeyFormat"),
    )
    content = strict_json.dumps(answer.body)
    return Response(content, answer.status, media_type=answer.media_type, headers=_NO_STORE)


def _default_checks(verifier: str) -> frozenset[str]:
    if verifier not in VERIFIERS:
        raise NotFound
    return VERIFIERS[verifier]


def _as_written(identifier: str, request: Request) -> str:
    """The identifier as it was meant: encoded whole, or as it stands with what is encoded within it.

    Source: DID Resolution v0.3, section 11.1: it must be encoded when there are options.
    """
    raw_path: bytes = request.scope.get("raw_path") or b""
    written = raw_path.decode("ascii", "replace").partition("/identifiers/")[2]
    return written if ":" in written else identifier


def _with_version(identifier: str, request: Request) -> str:
    """The identifier with the version that the request's own query names, where it says none itself.

    Source: DID Resolution v0.3, section 11.1: options are in the query.
    """
    named = [(name, value) for name, value in request.query_params.items() if name in VERSION_PARAMETERS]
    return f"{identifier}?{urlencode(named)}" if named and "?" not in identifier else identifier


def _check_access(request: Request, settings: NodeSettings) -> None:
    if settings.vc_api_open_on_loopback and request.client and is_loopback_name(request.client.host):
        return
    try:
        token = read_access_token(request.headers.get("authorization"))
    except CredentialRequestError as err:
        raise _unauthorized(_ASKED_WRONGLY if err.code == "invalid_token" else _HOW_TO_ASK) from err
    expected = settings.vc_api_token
    if expected is None or not hmac.compare_digest(token.encode(), expected.get_secret_value().encode()):
        raise _unauthorized(_ASKED_WRONGLY)


def _unauthorized(challenge: str) -> Problem:
    return Problem("invalid_token", status=401, headers={"WWW-Authenticate": challenge})


def _profile(api: VcApi, name: str) -> IssuerProfile:
    found = api.profiles.get(name)
    if found is None:
        raise NotFound
    return found


async def _resolving(sent: Sent, verb: Callable[[VcApi], Response]) -> Response:
    """What a verb answers that may have to ask for keys and lists: at once when all is known."""
    return await at_once_or_in_thread(
        lambda: verb(sent.api.without_waiting), lambda: verb(sent.api), is_short=sent.is_short
    )


async def _answered(sent: Sent, verb: Coroutine[Any, Any, Response], *, generating: bool = False) -> Response:
    """The verb's answer; a refusal becomes a problem, by its code, and by whether a proof is being made."""
    if not sent.is_json:
        verb.close()
        raise Problem("unsupported_media_type", status=415)
    try:
        return await verb
    except REFUSALS as err:
        status = status_of_error(err)
        problem = problem_of_error(err, generating=generating)
        return _json(refusal([problem], status), status=status, media_type=_PROBLEM_TYPE)


def _verdict(report: Report) -> Response:
    if report.outcome is Outcome.VALID:
        checks = [each.name for each in report.checks]
        warnings = [each.to_json() for each in report.warnings]
        return _json({"verified": True, "checks": checks, "warnings": warnings, "errors": []})
    status = status_of_report(report)
    body = {"verified": False, **refusal(problems_of_report(report), status)}
    return _json(body, status=status, media_type=_PROBLEM_TYPE)


def _json(body: Any, *, status: int = 200, media_type: str = JSON_TYPE) -> Response:
    return Response(strict_json.dumps(body), status, media_type=media_type, headers=_NO_STORE)
