"""Every setting of the wallet, read from the environment (prefix `PASSEUR_WALLET_`) or from a file."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from web.settings import ServiceSettings


class WalletSettings(ServiceSettings):
    """The wallet's settings, beyond what every service has (see `web.settings.ServiceSettings`)."""

    model_config = SettingsConfigDict(env_prefix="PASSEUR_WALLET_", frozen=True, extra="ignore")

    service_name: str = Field(default="Passeur", description="What the wallet is called on its pages.")
    verifier_url: str | None = Field(
        default=None,
        description="Base URL of the verifier that opens a link made for an employer; "
        "none: the wallet shows it itself.",
    )
    session_days: int = Field(
        default=30,
        ge=1,
        le=90,
        description="Days after which a browser that was not used must sign in again.",
    )
    offer_days: int = Field(
        default=2,
        ge=1,
        le=14,
        description="Days that a scanned offer waits in the browser's session for an answer.",
    )
    allow_unsigned_requests: bool = Field(
        default=False,
        description="Development only: answer requests that no key signed "
        "(client ids with the prefix redirect_uri).",
    )
