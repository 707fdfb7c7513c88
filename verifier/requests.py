"""One request: made for a browser, handed to a wallet, watched until it is answered or its minutes have
passed.

Source: OpenID4VP 1.0, sections 5 (Authorization Request), 5.10 (request_uri_method), 8.2 (direct_post).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from sqlmodel import col, select, update

from credentials.data_integrity import SUITES
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.formats import JWT_VC_JSON, LDP_VC, SD_JWT_VC
from credentials.exchange.request_objects import AuthorizationRequest, sign_request_object
from verifier.models import Channel, Invitation, PresentationRequest, RequestState
from verifier.results import digest, is_browser_of, is_open_to_waiting_page, purge
from web.qr import MAXIMUM_CHARACTERS

if TYPE_CHECKING:
    from sqlmodel import Session

    from verifier.asking import Asked
    from verifier.desk import Desk

_NONCE_BYTES: Final = 32
_GRACE: Final = timedelta(
    hours=1
)  # an unanswered request is kept a little, so that its page can say that it ended
OPENID4VP_SCHEME: Final = "openid4vp://"


class RequestError(Exception):
    """A request cannot be shown or handed out.

    Args:
        code: "unknown" (also: another browser's) or "ended".
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class OpenRequest:
    """A request with the links that answer it.

    Args:
        request: its row.
        qr_link: for a wallet on another device: the QR code, and the link to send.
        here_link: for a wallet on this device.
        openid4vp_link: for any other wallet, on another device.
        openid4vp_here_link: for any other wallet, on this device.
    """

    request: PresentationRequest
    qr_link: str
    here_link: str
    openid4vp_link: str
    openid4vp_here_link: str

    @property
    def qr_text(self) -> str | None:
        """What the QR code holds; None when an unsigned request is too long for phones to read."""
        return self.qr_link if len(self.qr_link) <= MAXIMUM_CHARACTERS else None


@dataclass(frozen=True)
class Progress:
    """How far a request got: "waiting", "opened", "answered", "elsewhere", "declined" or "expired"."""

    status: str
    seconds_left: int


def create_request(desk: Desk, *, asked: Asked, browser: str) -> str:
    """Make a request with its two invitations; gives its id.

    Args:
        desk: the verifier.
        asked: what the employer wants to see.
        browser: the session id in the cookie of the browser that asks.
    """
    now = desk.clock()
    expires = now + timedelta(minutes=desk.settings.request_minutes)
    request = PresentationRequest(
        browser_digest=digest(browser),
        asked=asked.to_json(),
        query=_query(desk, asked),
        created_at=now,
        expires_at=expires,
        delete_at=expires + _GRACE,
    )
    with desk.database.write() as session:
        purge(session, now)
        session.add(request)
        session.flush()
        for channel in Channel:
            session.add(
                Invitation(
                    request_id=request.id,
                    channel=channel,
                    nonce=secrets.token_urlsafe(_NONCE_BYTES),
                    state=secrets.token_urlsafe(_NONCE_BYTES),
                )
            )
    return request.id


def find_request(desk: Desk, request_id: str, *, browser: str | None) -> PresentationRequest:
    """Find a request of a browser.

    Raises:
        RequestError: "unknown", also when it is another browser's.
    """
    with desk.database.session() as session:
        request = session.get(PresentationRequest, request_id)
    if request is None or not is_browser_of(request, browser) or request.delete_at <= desk.clock():
        raise RequestError("unknown")
    return request


def open_request(desk: Desk, request_id: str, *, browser: str | None) -> OpenRequest:
    """Find a request of a browser, with its links.

    Raises:
        RequestError: "unknown".
    """
    request = find_request(desk, request_id, browser=browser)
    with desk.database.session() as session:
        found = session.exec(select(Invitation).where(Invitation.request_id == request_id)).all()
    invitations = {invitation.channel: invitation for invitation in found}
    elsewhere = _link_query(desk, invitations[Channel.OTHER_DEVICE], request)
    here = _link_query(desk, invitations[Channel.THIS_DEVICE], request)
    wallet = f"{desk.settings.wallet_url}/present" if desk.settings.wallet_url else OPENID4VP_SCHEME
    return OpenRequest(
        request=request,
        qr_link=f"{wallet}?{elsewhere}",
        here_link=f"{wallet}?{here}",
        openid4vp_link=f"{OPENID4VP_SCHEME}?{elsewhere}",
        openid4vp_here_link=f"{OPENID4VP_SCHEME}?{here}",
    )


def _link_query(desk: Desk, invitation: Invitation, request: PresentationRequest) -> str:
    """Write what a wallet's link carries: where the signed request is, or the unsigned request itself.

    Source: OpenID4VP 1.0, sections 5.7 and 5.9.3: requests of a `redirect_uri:` client cannot be signed.
    """
    if desk.settings.client_id_prefix == "redirect_uri":
        return urlencode(authorization_request(desk, invitation, request).to_parameters())
    return urlencode(
        {
            "client_id": client_id(desk, invitation.id),
            "request_uri": request_uri(desk, invitation.id),
            "request_uri_method": "post",
        }
    )


def progress(desk: Desk, request: PresentationRequest) -> Progress:
    """Tell how far a request got."""
    now = desk.clock()
    left = max(0, int((request.expires_at - now).total_seconds()))
    match request.state:
        case RequestState.ANSWERED:
            return Progress("answered" if is_open_to_waiting_page(request) else "elsewhere", left)
        case RequestState.DECLINED:
            return Progress("declined", left)
        case _ if request.expires_at <= now:
            return Progress("expired", 0)
        case RequestState.RECEIVED:
            return Progress("opened", left)
        case _:
            return Progress("opened" if _was_opened(desk, request.id) else "waiting", left)


def _was_opened(desk: Desk, request_id: str) -> bool:
    with desk.database.session() as session:
        opened = (
            select(Invitation.id)
            .where(Invitation.request_id == request_id)
            .where(col(Invitation.opened_at).is_not(None))
        )
        return session.exec(opened).first() is not None


# what a wallet asks for


def client_id(desk: Desk, invitation_id: str) -> str:
    """The full client id, with its prefix: what a presentation must name as its audience.

    Source: OpenID4VP 1.0, section 5.9.3.
    """
    if desk.settings.client_id_prefix == "redirect_uri":
        return f"redirect_uri:{response_uri(desk, invitation_id)}"
    return f"decentralized_identifier:{desk.identity.did}"


def response_uri(desk: Desk, invitation_id: str) -> str:
    """Where the answer goes."""
    return f"{desk.settings.base_url}/openid4vp/responses/{invitation_id}"


def request_uri(desk: Desk, invitation_id: str) -> str:
    """Where the request object is."""
    return f"{desk.settings.base_url}/openid4vp/requests/{invitation_id}"


def request_object(desk: Desk, invitation_id: str, *, wallet_nonce: str | None = None) -> str:
    """Give the signed request object of an invitation.

    Args:
        desk: the verifier.
        invitation_id: the end of the `request_uri`.
        wallet_nonce: echoed, when the wallet sent one.

    Raises:
        RequestError: "unknown", "ended" (answered, or its minutes have passed).
    """
    now = desk.clock()
    with desk.database.write() as session:
        found = _find(session, invitation_id)
        if found is None or desk.settings.client_id_prefix != "decentralized_identifier":
            raise RequestError("unknown")
        invitation, request = found
        if request.state != RequestState.OPEN or request.expires_at <= now:
            raise RequestError("ended")
        session.exec(update(Invitation).where(col(Invitation.id) == invitation_id).values(opened_at=now))
    return sign_request_object(
        authorization_request(desk, invitation, request, wallet_nonce=wallet_nonce),
        signer=desk.identity.signer(),
        now=now,
        expires=request.expires_at,
    )


def authorization_request(
    desk: Desk, invitation: Invitation, request: PresentationRequest, *, wallet_nonce: str | None = None
) -> AuthorizationRequest:
    """Write the authorization request of an invitation."""
    return AuthorizationRequest(
        client_id=client_id(desk, invitation.id),
        response_uri=response_uri(desk, invitation.id),
        nonce=invitation.nonce,
        state=invitation.state,
        dcql_query=DcqlQuery.parse(request.query),
        client_metadata=_client_metadata(desk),
        wallet_nonce=wallet_nonce,
    )


def _query(desk: Desk, asked: Asked) -> dict[str, Any]:
    """Write the query. An unsigned request travels in its link, which a QR code has to hold: one format."""
    formats = desk.settings.credential_formats
    if desk.settings.client_id_prefix == "redirect_uri":
        return asked.to_dcql(formats[:1], brief=True)
    return asked.to_dcql(formats)


def _client_metadata(desk: Desk) -> dict[str, object]:
    """Source: OpenID4VP 1.0, section 11.1 and appendices B.1.3 and B.3.4 (`vp_formats_supported`)."""
    algorithms = sorted(desk.verification.jws_algorithms)
    formats: dict[str, object] = {
        LDP_VC: {"proof_type_values": ["DataIntegrityProof"], "cryptosuite_values": sorted(SUITES)},
        SD_JWT_VC: {"sd-jwt_alg_values": algorithms, "kb-jwt_alg_values": algorithms},
        JWT_VC_JSON: {"alg_values": algorithms},
    }
    asked = desk.settings.credential_formats
    if desk.settings.client_id_prefix == "redirect_uri":
        # leave out what is optional, see `_query`
        formats[LDP_VC] = {"proof_type_values": ["DataIntegrityProof"]}
        asked = asked[:1]
    supported = {each: formats[each] for each in asked}
    return {"client_name": desk.settings.verifier_name, "vp_formats_supported": supported}


def _find(session: Session, invitation_id: str) -> tuple[Invitation, PresentationRequest] | None:
    return session.exec(
        select(Invitation, PresentationRequest)
        .join(PresentationRequest, col(PresentationRequest.id) == col(Invitation.request_id))
        .where(Invitation.id == invitation_id)
    ).first()
