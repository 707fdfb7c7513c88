"""Every setting of a node, read from the environment (prefix `PASSEUR_NODE_`) or from a file."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from credentials.open_badges.plain_text import plain_text
from web.mail import MailError, check_address
from web.settings import ServiceSettings


class NodeSettings(ServiceSettings):
    """A node's settings, beyond what every service has (see `web.settings.ServiceSettings`)."""

    model_config = SettingsConfigDict(env_prefix="PASSEUR_NODE_", frozen=True, extra="ignore")

    structure_name: str = Field(
        min_length=1, max_length=120, description="The structure's name, as it stands in every badge."
    )
    structure_url: str | None = Field(
        default=None, description="The structure's own site; none: the node's address stands in badges."
    )
    structure_email: str | None = Field(
        default=None,
        description="The structure's public e-mail address, written in badges and on slips; none: none is.",
    )
    admin_email: str = Field(
        description="E-mail address of the first passeur, who coordinates; used at the first start only."
    )
    wallet_url: str | None = Field(
        default=None,
        description="Base URL of the wallet that a slip opens; none: the openid-credential-offer: link.",
    )
    offer_days: int = Field(default=90, ge=1, le=730, description="Days that a slip can be used.")
    tx_code: bool = Field(
        default=False, description="Whether slips come with a six-digit code, told apart from the slip."
    )
    access_token_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="Hours in which a wallet that used the code can fetch the badge.",
    )
    status_minutes: int = Field(
        default=0,
        ge=0,
        le=1440,
        description="Minutes for which a verifier may remember a status list: a revocation is seen "
        "everywhere at the latest after that. 0: every verification asks the node.",
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="Hours after which a passeur signs in again."
    )
    signin_link_minutes: int = Field(
        default=15, ge=5, le=60, description="Minutes that a sign-in link sent by mail can be used."
    )

    @field_validator("structure_name")
    @classmethod
    def _as_it_is_signed(cls, value: str) -> str:
        return plain_text(value).strip()

    @field_validator("wallet_url", "structure_url")
    @classmethod
    def _no_final_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None

    @field_validator("admin_email")
    @classmethod
    def _one_address(cls, value: str) -> str:
        try:
            return check_address(value.strip().lower())
        except MailError as err:
            raise ValueError("must be one e-mail address") from err
