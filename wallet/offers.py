"""An offer as a person meets it: opened from a slip, shown before any account, and nothing accepted yet (G5).

What the page shows is what the issuer *says*; the page names its domain. Only what is received later is
verified.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sqlalchemy import and_, or_
from sqlmodel import col, select, update

from contexts import StrictJsonError, strict_json
from credentials.errors import CredentialsError
from credentials.exchange.formats import FORMATS, JWT_VC_JSON, LDP_VC, SD_JWT_VC
from credentials.exchange.offers import CredentialOffer, parse_offer_uri
from did.errors import FetchError
from wallet.errors import OfferError, ReceivingError
from wallet.issuers import Access, Issuer, fetch_issuer
from wallet.models import OfferState, ReceivedOffer
from wallet.schemas import IssuerMetadata
from wallet.vault import seal_json, unseal_json
from web.database import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from credentials.exchange.offers import TxCode
    from wallet.schemas import Configuration, Display
    from wallet.service import WalletService
    from wallet.signing_in import Visitor

OFFER_BYTES: Final = 65_536
_DID_BINDING: Final = "did:key"
_KEY_BINDING: Final = "jwk"
_ALGORITHM: Final = "EdDSA"
_NAME_CHARACTERS: Final = 200


@dataclass(frozen=True)
class TransactionCode:
    """What the issuer says of the code that the person must type. Section 4.1.1."""

    numeric: bool
    length: int | None
    description: str | None


@dataclass(frozen=True)
class Preview:
    """What the issuer says of the badge, before it is accepted."""

    badge_name: str
    description: str | None
    picture_url: str | None
    picture_text: str | None
    issuer_name: str | None
    issuer_logo_url: str | None
    issuer_domain: str


@dataclass(frozen=True)
class Wanted:
    """A credential configuration that is asked for.

    Args:
        configuration_id: of the offer.
        format: Credential Format Identifier.
        binds_key: the proof brings the key itself, not a DID.
    """

    configuration_id: str
    format: str = LDP_VC
    binds_key: bool = False


@dataclass(frozen=True)
class OfferContent:
    """What is kept, sealed, of an offer until nothing more is to come of it.

    Args:
        copies: the same badge in other formats, to be asked for once the badge itself is kept.
    """

    issuer: str
    metadata: dict[str, Any]
    configuration_id: str
    code: str
    authorization_server: str | None
    transaction_code: TransactionCode | None
    preview: Preview
    format: str = LDP_VC
    binds_key: bool = False
    copies: tuple[Wanted, ...] = ()
    access: Access | None = None
    received: str | None = None
    doubts: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> OfferContent:
        """From what `to_json` gave."""
        code = value["transaction_code"]
        return cls(
            **{
                **value,
                "preview": Preview(**value["preview"]),
                "transaction_code": TransactionCode(**code) if code else None,
                "access": _read_access(value),
                "copies": tuple(Wanted(**each) for each in value.get("copies", ())),
                "doubts": tuple(value["doubts"]),
            }
        )

    @property
    def wanted(self) -> Wanted:
        """The badge itself."""
        return Wanted(self.configuration_id, self.format, self.binds_key)

    def as_issuer(self) -> Issuer:
        """The issuer as it was when the offer was shown: what was agreed to is what is done."""
        return Issuer(self.issuer, IssuerMetadata.model_validate(self.metadata))


def _read_access(value: dict[str, Any]) -> Access | None:
    access = value["access"]
    if access is None:
        return None
    identifiers = access.get("identifiers", {})
    if earlier := access.get("credential_identifiers"):
        # kept before an offer had copies: those of the one configuration that was asked for
        identifiers = {value["configuration_id"]: earlier[0]}
    return Access(access["token"], identifiers)


@dataclass(frozen=True)
class Offer:
    """An offer of this browser or passport; `content` is None once it is settled: what is still to come of a
    badge that is kept, `wallet.copies` sees to.
    """

    id: str
    state: OfferState
    error: str | None
    credential_id: str | None
    passport_id: str | None
    content: OfferContent | None


def open_offer(service: WalletService, visitor: Visitor, uri: str, *, languages: Sequence[str]) -> str:
    """Fetch an offer and what its issuer says of it, and keep both for this browser.

    Args:
        service: the wallet's tools.
        visitor: whose browser.
        uri: `openid-credential-offer://...`, or any URL that carries `credential_offer` or
            `credential_offer_uri`.
        languages: preferred first, such as ("fr", "en").

    Returns:
        The id of the offer.

    Raises:
        OfferError: it cannot be shown; the code has a sentence.

    Source: OpenID4VCI 1.0, section 4.1.
    """
    offer = _fetch_offer(service, uri)
    try:
        issuer = fetch_issuer(service.fetcher, offer.credential_issuer)
        content = _read_offer(offer, issuer, languages=languages)
    except ReceivingError as err:
        raise OfferError(err.code, err.detail) from err
    now = service.now()
    offer_id = new_id()
    row = ReceivedOffer(
        id=offer_id,
        session_id=visitor.session_id,
        sealed_content=seal_offer(service, offer_id, content),
        created_at=now,
        ends_at=now + timedelta(days=service.settings.offer_days),
    )
    with service.database.write() as session:
        session.add(row)
    return offer_id


def find_offer(service: WalletService, visitor: Visitor | None, offer_id: str) -> Offer | None:
    """Find an offer that this browser opened, or that this passport accepted; no other exists."""
    if visitor is None:
        return None
    with service.database.session() as session:
        row = session.exec(
            select(ReceivedOffer).where(ReceivedOffer.id == offer_id, _belongs_to(visitor))
        ).first()
    return _offer(service, row) if row else None


def list_waiting(service: WalletService, visitor: Visitor) -> list[Offer]:
    """The offers that this person accepted and does not have yet, oldest first."""
    states = (OfferState.ACCEPTED, OfferState.REDEEMING, OfferState.UNCHECKED)
    with service.database.session() as session:
        rows = session.exec(
            select(ReceivedOffer)
            .where(_belongs_to(visitor), col(ReceivedOffer.state).in_(states))
            .order_by(col(ReceivedOffer.created_at))
            .limit(20)
        ).all()
    return [_offer(service, row) for row in rows]


def note_acceptance(service: WalletService, visitor: Visitor, offer_id: str) -> None:
    """Remember that somebody without a passport said yes, until they have one."""
    _settle(service, visitor, offer_id, {"state": OfferState.ACCEPTED}, from_states=(OfferState.SHOWN,))


def refuse_offer(service: WalletService, visitor: Visitor, offer_id: str) -> bool:
    """Refuse an offer: what it held is deleted here, and nothing is said to anybody.

    Returns:
        Whether there was such an offer still open.
    """
    values = {"state": OfferState.REFUSED, "sealed_content": None}
    states = (OfferState.SHOWN, OfferState.ACCEPTED, OfferState.UNCHECKED)
    return _settle(service, visitor, offer_id, values, from_states=states)


def seal_offer(service: WalletService, offer_id: str, content: OfferContent) -> bytes:
    """Seal what is kept of an offer."""
    return seal_json(service.vault, content.to_json(), owner="offer", record=f"offer:{offer_id}")


def open_content(service: WalletService, row: ReceivedOffer) -> OfferContent | None:
    """Unseal what is kept of an offer; None when there is nothing more."""
    if row.sealed_content is None:
        return None
    value = unseal_json(service.vault, row.sealed_content, owner="offer", record=f"offer:{row.id}")
    return OfferContent.from_json(value)


def save_content(session: Session, service: WalletService, offer_id: str, content: OfferContent) -> None:
    """Keep a step of an offer's way."""
    sealed = seal_offer(service, offer_id, content)
    session.exec(update(ReceivedOffer).where(col(ReceivedOffer.id) == offer_id).values(sealed_content=sealed))


def _belongs_to(visitor: Visitor) -> Any:
    """The condition that an offer is this visitor's: opened in this browser by nobody else, or accepted by
    this passport.
    """
    mine = and_(col(ReceivedOffer.session_id) == visitor.session_id, col(ReceivedOffer.passport_id).is_(None))
    if visitor.passport_id is None:
        return mine
    return or_(mine, col(ReceivedOffer.passport_id) == visitor.passport_id)


def _settle(
    service: WalletService,
    visitor: Visitor,
    offer_id: str,
    values: dict[str, Any],
    *,
    from_states: Sequence[OfferState],
) -> bool:
    statement = (
        update(ReceivedOffer)
        .where(
            col(ReceivedOffer.id) == offer_id, _belongs_to(visitor), col(ReceivedOffer.state).in_(from_states)
        )
        .values(**values)
    )
    with service.database.write() as session:
        return bool(session.exec(statement).rowcount)


def _offer(service: WalletService, row: ReceivedOffer) -> Offer:
    content = open_content(service, row) if row.state != OfferState.KEPT else None
    return Offer(row.id, OfferState(row.state), row.error, row.credential_id, row.passport_id, content)


def _fetch_offer(service: WalletService, uri: str) -> CredentialOffer:
    try:
        reference = parse_offer_uri(uri)
        if reference.uri is None:
            return reference.offer
        answer = service.fetcher.get(reference.uri, accept="application/json", max_bytes=OFFER_BYTES)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OfferError("offer_unreachable", f"{answer.status}")
        if answer.status != HTTPStatus.OK:
            raise OfferError("offer_gone", f"{answer.status}")
        return CredentialOffer.parse(strict_json.loads(answer.body, max_bytes=OFFER_BYTES))
    except FetchError as err:
        raise OfferError("offer_unreachable", err.code) from err
    except (CredentialsError, StrictJsonError) as err:
        raise OfferError("offer_unreadable", err.code) from err


def _read_offer(offer: CredentialOffer, issuer: Issuer, *, languages: Sequence[str]) -> OfferContent:
    """Check that this wallet can receive it, before it is shown.

    Raises:
        OfferError: "offer_several", "offer_unsupported".
        ReceivingError: "issuer_changed".
    """
    offered = {name: issuer.configuration(name) for name in offer.credential_configuration_ids}
    formats = [each.format for each in offered.values()]
    if len(set(formats)) != len(formats):
        # one badge in several formats is one; two in one format are two
        raise OfferError("offer_several")
    supported = sorted(
        ((name, each) for name, each in offered.items() if each.format in FORMATS and _is_supported(each)),
        key=lambda each: FORMATS.index(each[1].format),
    )
    if not supported or offer.pre_authorized_code is None:
        raise OfferError("offer_unsupported", ", ".join(formats)[:100])
    (chosen, configuration), *others = supported
    return OfferContent(
        issuer=issuer.identifier,
        metadata=issuer.metadata.model_dump(mode="json", exclude={"credential_configurations_supported"})
        | {"credential_configurations_supported": {}},
        configuration_id=chosen,
        format=configuration.format,
        binds_key=_binds_key(configuration),
        copies=tuple(
            Wanted(name, each.format, _binds_key(each))
            for name, each in others
            if _is_copy(each, of=configuration)
        ),
        code=offer.pre_authorized_code,
        authorization_server=offer.authorization_server,
        transaction_code=_transaction_code(offer.tx_code),
        preview=_preview(
            issuer,
            badge=_in_language(configuration.credential_metadata.display, languages),
            structure=_in_language(issuer.metadata.display, languages),
        ),
    )


def _is_copy(configuration: Configuration, *, of: Configuration) -> bool:
    """Whether another configuration is the badge that is shown, in a format that adds something: one that no
    part can be hidden of is only taken where there is nothing else. What is shown otherwise is another badge,
    and nobody said yes to it.
    """
    return (
        configuration.format != JWT_VC_JSON
        and configuration.credential_metadata.display == of.credential_metadata.display
    )


def _binds_key(configuration: Configuration) -> bool:
    return _DID_BINDING not in configuration.cryptographic_binding_methods_supported


def _is_supported(configuration: Configuration) -> bool:
    """Whether this wallet can prove its key as the issuer wants it; a token of W3C's names a DID."""
    proof = configuration.proof_types_supported.get("jwt")
    if proof is None or _ALGORITHM not in proof.proof_signing_alg_values_supported:
        return False
    methods = configuration.cryptographic_binding_methods_supported
    return _DID_BINDING in methods or (configuration.format == SD_JWT_VC and _KEY_BINDING in methods)


def _transaction_code(asked: TxCode | None) -> TransactionCode | None:
    if asked is None:
        return None
    return TransactionCode(asked.input_mode == "numeric", asked.length, asked.description)


def _preview(issuer: Issuer, *, badge: Display | None, structure: Display | None) -> Preview:
    picture = (badge.logo or badge.background_image) if badge else None
    return Preview(
        badge_name=(badge.name if badge and badge.name else "")[:_NAME_CHARACTERS],
        description=badge.description if badge else None,
        picture_url=picture.uri if picture else None,
        picture_text=picture.alt_text if picture else None,
        issuer_name=structure.name[:_NAME_CHARACTERS] if structure and structure.name else None,
        issuer_logo_url=structure.logo.uri if structure and structure.logo else None,
        issuer_domain=domain_of(issuer.identifier),
    )


def domain_of(url: str) -> str:
    """The host and port of a URL as a browser's address bar says them; names in other scripts in their ASCII
    form.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = host.encode("ascii", "replace").decode("ascii")
    return f"{host}:{parts.port}" if parts.port else host


def _in_language(displays: Sequence[Display], languages: Sequence[str]) -> Display | None:
    """The display in the first language that there is, else the one without a language, else the first."""
    for language in languages:
        for display in displays:
            if display.locale and display.locale.split("-")[0].lower() == language:
                return display
    return next(
        (display for display in displays if display.locale is None), displays[0] if displays else None
    )


def with_access(content: OfferContent, access: Access) -> OfferContent:
    """The code is spent: forget it, keep the token."""
    return replace(content, access=access, code="")
