"""One credential request: a nonce, the proof of a key, the credential that comes back.

Source: OpenID4VCI 1.0, sections 7 (Nonce Endpoint) and 8 (Credential Endpoint).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credentials.exchange.key_proof import make_key_proof
from wallet import issuers
from wallet.errors import ReceivingError

if TYPE_CHECKING:
    from wallet.models import HolderKeyRecord
    from wallet.offers import OfferContent, Wanted
    from wallet.service import WalletService


def fetch_credential(
    service: WalletService, content: OfferContent, wanted: Wanted, key: HolderKeyRecord
) -> str:
    """Make a credential request; a nonce that was just too old is asked for once more.

    Args:
        service: the wallet's tools.
        content: of the offer, with its access token.
        wanted: the configuration that is asked for.
        key: the holder key that is proved.

    Returns:
        The credential as it stood in the response, character for character.

    Raises:
        ReceivingError: it did not come; `again` says whether asking again can help.

    Source: OpenID4VCI 1.0, section 8.3.1.2 (`invalid_nonce`).
    """
    try:
        return request_once(service, content, wanted, key)
    except ReceivingError as err:
        if err.code != "invalid_nonce":
            raise
    return request_once(service, content, wanted, key)


def request_once(service: WalletService, content: OfferContent, wanted: Wanted, key: HolderKeyRecord) -> str:
    """As `fetch_credential`, with one nonce: two exchanges with the issuer, whatever it answers."""
    if content.access is None:
        raise ReceivingError("offer_gone")
    issuer = content.as_issuer()
    key_proof = make_key_proof(
        signer=service.keystore.signer(key),
        embed_jwk=wanted.binds_key,
        audience=issuer.identifier,
        nonce=issuers.fetch_nonce(service.fetcher, issuer),
        now=service.now(),
    )
    text = issuers.request_credential(
        service.fetcher,
        issuer,
        access=content.access,
        configuration_id=wanted.configuration_id,
        key_proof=key_proof,
        credential_format=wanted.format,
    )
    return text.decode()
