"""The verification of an Open Badges 2.0 badge: bytes in, a report out.

The steps, numbered here and where they are made. Of a hosted badge:

1. json: strict JSON, or an address; of an Assertion in hand only its id is believed;
2. hosted: its host answers, now, with that very Assertion ("revoked": it says that it took it back);
3. open_badges_2: Assertion, BadgeClass and issuer's Profile, each from its own address, have their members;
4. issuer_scope: the Assertion stands where the issuer says that its Assertions do;
5. validity: `issuedOn` (60 s of skew) and `expires` (no skew);
6. status: the host has not taken it back.

Of a signed badge:

1. json: a compact JWS that holds an Assertion;
2. open_badges_2: as 3 above, save that a badge class that was signed along is taken as it was signed;
3. issuer_key: linked from the Profile at the issuer's address, and pointing back to it;
4. proof: the JWS is by one of these keys;
5. validity: as above;
6. status: not in the issuer's `revocationList`.

Either with "recipient", where somebody is expected. Nobody signed a hosted badge: valid means that its host
says so now, and the report's `form` and `securing` let a page say as much.

Source: Open Badges 2.0, sections "Verification", "HostedBadge Verification", "SignedBadge Verification".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contexts import WorkBudget
from credentials.errors import CredentialsError
from credentials.jws import UnverifiedJws, parse_compact, read_unverified_claims, verify_signature
from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.fetching import (
    GONE,
    check_id,
    fetch_answer,
    fetch_object,
    read_object,
)
from credentials.open_badges_v2.keys import IssuerKey, find_issuer_keys
from credentials.open_badges_v2.members import check_context, embedded, identifier, reference
from credentials.open_badges_v2.model import (
    BADGE_CLASS_TYPES,
    HOSTED,
    ISSUER_TYPES,
    SIGNED,
    Assertion,
    check_assertion_type,
    check_badge_class,
    check_issuer,
    check_verification_type,
    read_assertion,
)
from credentials.open_badges_v2.recipients import ExpectedRecipient, check_recipient
from credentials.open_badges_v2.revocation import check_not_revoked
from credentials.open_badges_v2.scope import check_scope, is_web_address, same_origin
from credentials.report import Check, Report, build_report
from credentials.steps import StepFailedError, Steps, read_json_object
from credentials.view import CredentialView
from did.fetcher import FetchBudget

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.trust import TrustRegistry
    from did.fetcher import Fetcher

__all__ = ["FORM", "HOSTED_STEPS", "SIGNED_STEPS", "ExpectedRecipient", "check_open_badge_v2"]

JsonObject = dict[str, Any]
FORM: Final = "Open Badges 2.0"
HOSTED_SECURING: Final = "open_badges_2_hosted"
SIGNED_SECURING: Final = "open_badges_2_signed"
HOSTED_STEPS: Final = ("json", "hosted", "open_badges_2", "issuer_scope", "validity", "status")
SIGNED_STEPS: Final = ("json", "open_badges_2", "issuer_key", "proof", "validity", "status")
ALGORITHMS: Final = frozenset({"RS256", "ES256", "ES384", "EdDSA"})
# an assertion, its badge class, its issuer, five keys, a list; how many of them may stay silent
MAXIMUM_FETCHES: Final = 9
MAXIMUM_FAILED_FETCHES: Final = 3
MAXIMUM_JWS: Final = 1_048_576
_SKEW: Final = timedelta(seconds=60)
_JWS: Final = re.compile(rb"\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\s*", re.ASCII)
_WEB_ADDRESS: Final = re.compile(rb"\s*https?://[\x21-\x7e]{1,2000}\s*", re.ASCII)


@dataclass(frozen=True)
class _Received:
    """What came in, unverified: an address; or an Assertion, and the JWS that holds it."""

    url: str
    document: JsonObject | None
    jws: UnverifiedJws | None


@dataclass(frozen=True)
class _Hosted:
    """What a host says of an Assertion; a document that was taken back may be empty."""

    document: JsonObject
    is_revoked: bool


@dataclass(frozen=True)
class _Graph:
    """An Assertion with its badge class and issuer, each as whoever answers for it says it."""

    assertion: Assertion
    badge_class: JsonObject
    issuer: JsonObject

    def to_document(self) -> JsonObject:
        """The three in one document, which is an Assertion again."""
        return self.assertion.document | {"badge": self.badge_class | {"issuer": self.issuer}}


def check_open_badge_v2(
    data: bytes | JsonObject,
    *,
    fetcher: Fetcher,
    now: datetime,
    expected_recipient: ExpectedRecipient | None = None,
    trust: TrustRegistry | None = None,
) -> Report:
    """Check a badge of Open Badges 2.0 and report every step. Never raises for what the badge holds.

    Args:
        data: the Assertion as JSON, or parsed; a compact JWS; or the address of a hosted Assertion.
        fetcher: asks the addresses that the badge names; decides which may be reached.
        now: aware UTC.
        expected_recipient: for whom the badge should be; None asks nothing, and says nothing about it.
        trust: who is known, by the id of their Profile.
    """
    work = WorkBudget()
    verification = _Verification(
        FetchBudget(fetches=MAXIMUM_FETCHES, failures=MAXIMUM_FAILED_FETCHES, work=work).over(fetcher),
        now,
        expected_recipient,
    )
    return verification.report(data, trust)


class _Verification:
    """One verification, as its steps are made."""

    def __init__(self, fetcher: Fetcher, now: datetime, expected: ExpectedRecipient | None) -> None:
        self._fetcher = fetcher
        self._now = now
        self._expected = expected
        self._steps = Steps()
        self._view: CredentialView | None = None
        self._signed = False

    def report(self, data: bytes | JsonObject, trust: TrustRegistry | None) -> Report:
        try:
            received = self._steps.run("json", partial(_read_received, data))
            self._show(received.document)
            self._signed = received.jws is not None
            if received.jws is not None and received.document is not None:
                graph = self._check_signed(received.document, received.jws)
            else:
                graph = self._check_hosted(received.url)
            if self._expected is not None:
                self._steps.run("recipient", partial(check_recipient, graph.assertion, self._expected))
        except StepFailedError:
            pass
        return self._build(trust)

    def _build(self, trust: TrustRegistry | None) -> Report:
        required: tuple[str, ...] = SIGNED_STEPS if self._signed else HOSTED_STEPS
        if self._expected is not None:
            required = (*required, "recipient")
        securing = SIGNED_SECURING if self._signed else HOSTED_SECURING
        issuer_id = self._view.issuer_id if self._view else None
        standing = trust.standing(issuer_id) if trust is not None and issuer_id else None
        warnings = [Check.failed("form", securing)]
        if standing is None:
            warnings.append(Check.failed("trust", "unknown_issuer", issuer_id or ""))
        report = build_report(
            self._steps.complete(required),
            required=required,
            warnings=warnings,
            credential=self._view,
            standing=standing,
            securing=securing,
        )
        return replace(report, form=FORM)

    def _show(self, document: JsonObject | None) -> None:
        if document is not None:
            self._view = CredentialView.from_document(document)

    def _check_hosted(self, url: str) -> _Graph:
        # 2. What its host says now
        hosted = self._steps.run("hosted", partial(_fetch_assertion, url, self._fetcher))
        if hosted.is_revoked:
            # 6. Status: what was taken back may be stripped of all the rest
            self._steps.checks.append(Check.failed("status", "revoked"))
            raise StepFailedError
        self._show(hosted.document)
        # 3. Data model
        graph = self._steps.run("open_badges_2", partial(self._read_hosted, hosted.document))
        self._show(graph.to_document())
        # 4. Scope
        scope = partial(check_scope, graph.assertion.id, graph.badge_class["id"], graph.issuer)
        self._steps.run("issuer_scope", scope)
        # 5. Validity
        self._check_validity(graph.assertion)
        # 6. Status
        self._steps.checks.append(Check.passed("status", checkedAt=self._now.isoformat()))
        return graph

    def _read_hosted(self, document: JsonObject) -> _Graph:
        check_assertion_type(document)
        check_verification_type(document, HOSTED)
        assertion = read_assertion(document)
        if is_web_address(assertion.badge_class_id):
            badge_class = self._fetch(assertion.badge_class_id, BADGE_CLASS_TYPES)
        else:
            # an id that is no address: the class came with the Assertion, and its host answers for both
            badge_class = embedded(document, "badge") or {}
        check_badge_class(badge_class)
        return _Graph(assertion, badge_class, self._fetch_issuer(badge_class))

    def _check_signed(self, document: JsonObject, jws: UnverifiedJws) -> _Graph:
        # 2. Data model
        graph = self._steps.run("open_badges_2", partial(self._read_signed, document))
        self._show(graph.to_document())
        # 3. The issuer's keys
        keys = self._steps.run("issuer_key", partial(find_issuer_keys, document, graph.issuer, self._fetcher))
        # 4. Signature
        self._steps.run("proof", partial(_verify_by_one, jws, keys))
        # 5. Validity
        self._check_validity(graph.assertion)
        # 6. Status
        self._steps.run("status", partial(check_not_revoked, document, graph.issuer, self._fetcher))
        return graph

    def _read_signed(self, document: JsonObject) -> _Graph:
        check_verification_type(document, SIGNED)
        assertion = read_assertion(document)
        badge_class = self._signed_badge_class(assertion)
        check_badge_class(badge_class)
        return _Graph(assertion, badge_class, self._fetch_issuer(badge_class))

    def _signed_badge_class(self, assertion: Assertion) -> JsonObject:
        """The badge class that was signed with the Assertion; the hosted one if only its id was.

        An embedded class could name another's address as its id. It is believed where that address is on the
        origin of the issuer that it names, and otherwise only if what stands there names the same issuer.
        """
        signed = embedded(assertion.document, "badge")
        if signed is None:
            return self._fetch(assertion.badge_class_id, BADGE_CLASS_TYPES)
        check_badge_class(signed)
        issuer_id = reference(signed, "issuer", "/badge")
        if is_web_address(assertion.badge_class_id) and not same_origin(assertion.badge_class_id, issuer_id):
            hosted = self._fetch(assertion.badge_class_id, BADGE_CLASS_TYPES)
            if reference(hosted, "issuer", "/badge") != issuer_id:
                raise OpenBadgesV2Error("ob2_issuer_mismatch", issuer_id, pointer="/badge/issuer")
        return signed

    def _fetch_issuer(self, badge_class: JsonObject) -> JsonObject:
        issuer = self._fetch(reference(badge_class, "issuer", "/badge"), ISSUER_TYPES)
        check_issuer(issuer)
        return issuer

    def _fetch(self, url: str, expected_types: frozenset[str]) -> JsonObject:
        return fetch_object(url, self._fetcher, expected_types=expected_types)

    def _check_validity(self, assertion: Assertion) -> None:
        dates = {"validFrom": assertion.issued_on.isoformat()}
        if assertion.expires is not None:
            dates["validUntil"] = assertion.expires.isoformat()
        if assertion.issued_on > self._now + _SKEW:
            check = Check.failed("validity", "not_yet_valid", **dates)
        elif assertion.expires is not None and assertion.expires <= self._now:
            check = Check.failed("validity", "expired", **dates)
        else:
            check = Check.passed("validity", **dates)
        self._steps.checks.append(check)


def _read_received(data: bytes | JsonObject) -> _Received:
    """Read what came in.

    Raises:
        StrictJsonError: see `contexts.strict_json`.
        DataModelError: "not_an_object".
        JwsError: see `credentials.jws`.
        OpenBadgesV2Error: "ob2_signature_missing", "ob2_id_invalid", "ob2_not_an_assertion", and as
            `check_context`.
    """
    if isinstance(data, bytes) and _JWS.fullmatch(data):
        jws = parse_compact(data.strip(), max_bytes=MAXIMUM_JWS)
        document = read_unverified_claims(jws, max_bytes=MAXIMUM_JWS)
        check_assertion_type(document)
        identifier(document.get("id"), "/id")
        return _Received("", document, jws)
    if isinstance(data, bytes) and _WEB_ADDRESS.fullmatch(data):
        return _Received(data.strip().decode("ascii"), None, None)
    document = read_json_object(data)
    check_assertion_type(document)
    # a copy in hand says where its Assertion is hosted, and nothing else that anybody answers for
    if not is_web_address(identifier(document.get("id"), "/id")):
        raise OpenBadgesV2Error("ob2_signature_missing", "neither hosted nor signed", pointer="/id")
    return _Received(document["id"], document, None)


def _fetch_assertion(url: str, fetcher: Fetcher) -> _Hosted:
    """Ask a host what it says of an Assertion now.

    Raises:
        OpenBadgesV2Error: as `fetch_object`.
        FetchError: nothing was learnt.
    """
    fetched = fetch_answer(url, fetcher)
    if fetched.status == GONE:
        return _Hosted({}, is_revoked=True)
    document = read_object(fetched.body, url)
    check_context(document)
    check_id(document, url)
    revoked = document.get("revoked", False)
    if not isinstance(revoked, bool):
        raise OpenBadgesV2Error("ob2_member_invalid", "revoked", pointer="/revoked")
    return _Hosted(document, is_revoked=revoked)


def _verify_by_one(jws: UnverifiedJws, keys: list[IssuerKey]) -> None:
    """Verify a JWS with the one of the issuer's keys that signed it; no key comes from its header.

    Raises:
        JwsError: of the last key.
    """
    for key in keys[:-1]:
        try:
            return verify_signature(jws, public_key=key.public_key, algorithms=ALGORITHMS)
        except CredentialsError:
            continue
    return verify_signature(jws, public_key=keys[-1].public_key, algorithms=ALGORITHMS)
