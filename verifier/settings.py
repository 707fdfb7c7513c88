"""Every setting of the verifier, read from the environment (prefix `PASSEUR_VERIFIER_`) or from a file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import SettingsConfigDict

from web.settings import ServiceSettings


class KnownIssuer(BaseModel):
    """An issuer that this verifier knows: its DID, its name, why it is known, and since when."""

    model_config = ConfigDict(frozen=True)

    did: str
    name: str
    reason: str = ""
    since: date | datetime | None = None


class VerifierSettings(ServiceSettings):
    """The verifier's settings, beyond what every service has (see `web.settings.ServiceSettings`)."""

    model_config = SettingsConfigDict(env_prefix="PASSEUR_VERIFIER_", frozen=True, extra="ignore")

    verifier_name: str = Field(
        default="Passeur",
        min_length=1,
        max_length=120,
        description="Who asks, as the learner reads it before saying yes.",
    )
    wallet_url: str | None = Field(
        default=None,
        description="Base URL of the wallet that a request offers first; none: only the openid4vp: link.",
    )
    known_issuers: list[KnownIssuer] = Field(
        default_factory=list,
        description='Issuers that are known, as JSON: [{"did", "name", "reason", "since"}]. '
        "Others get a warning in words.",
    )
    credential_formats: tuple[Literal["ldp_vc", "dc+sd-jwt", "jwt_vc_json"], ...] = Field(
        default=("ldp_vc", "dc+sd-jwt", "jwt_vc_json"),
        min_length=1,
        max_length=3,
        description="Formats that badges are asked for in, as JSON, the most welcome first; any one of them "
        "answers.",
    )
    request_minutes: int = Field(
        default=5, ge=1, le=15, description="Minutes that a request waits for an answer."
    )
    client_id_prefix: Literal["decentralized_identifier", "redirect_uri"] = Field(
        default="decentralized_identifier",
        description="How the verifier names itself to wallets. redirect_uri: requests are not signed "
        "and travel whole in the link; development only.",
    )
    result_days: int = Field(
        default=1, ge=1, le=30, description="Days after which the result of a request is deleted."
    )

    @field_validator("credential_formats")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value))

    @field_validator("wallet_url")
    @classmethod
    def _no_final_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None
