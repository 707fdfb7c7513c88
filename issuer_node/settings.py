"""Every setting of a node, read from the environment (prefix `PASSEUR_NODE_`) or from a file."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from credentials.open_badges.plain_text import plain_text
from web.mail import MailError, check_address
from web.settings import MINIMUM_SECRET_LENGTH, ServiceSettings, is_loopback_name


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
    credential_formats: tuple[Literal["ldp_vc", "dc+sd-jwt", "jwt_vc_json"], ...] = Field(
        default=("ldp_vc", "dc+sd-jwt", "jwt_vc_json"),
        min_length=1,
        max_length=3,
        description="Formats that badges are offered in, as JSON; a wallet can take a badge once in each.",
    )
    selective_suites: tuple[Literal["ecdsa-sd-2023", "bbs-2023"], ...] = Field(
        default=("ecdsa-sd-2023",),
        max_length=2,
        description="Cryptosuites of selective disclosure that badges are signed with beside "
        'eddsa-rdfc-2022, as JSON: ["ecdsa-sd-2023", "bbs-2023"]; []: badges can only be shown whole.',
    )

    vc_api_token: SecretStr | None = Field(
        default=None,
        min_length=MINIMUM_SECRET_LENGTH,
        description="Bearer token of the VC-API, at least 32 characters; none: there is no VC-API here "
        "(but see the next).",
    )
    vc_api_open_on_loopback: bool = Field(
        default=False,
        description="Development and test suites only: the VC-API without a token, at a loopback base URL.",
    )
    vc_api_test_suites: bool = Field(
        default=False,
        description="For the W3C's test suites: the VC-API also knows the contexts of their examples, and "
        "verifies documents with contexts inside them that only add terms.",
    )

    @field_validator("structure_name")
    @classmethod
    def _as_it_is_signed(cls, value: str) -> str:
        return plain_text(value).strip()

    @field_validator("selective_suites", "credential_formats")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value))

    @field_validator("wallet_url", "structure_url")
    @classmethod
    def _no_final_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None

    @model_validator(mode="after")
    def _open_to_this_machine_alone(self) -> Self:
        if self.vc_api_open_on_loopback and not is_loopback_name(urlsplit(self.base_url).hostname or ""):
            raise ValueError("vc_api_open_on_loopback needs a base_url on loopback")
        return self

    @property
    def has_vc_api(self) -> bool:
        """Whether there is a VC-API at all."""
        return self.vc_api_token is not None or self.vc_api_open_on_loopback

    @field_validator("admin_email")
    @classmethod
    def _one_address(cls, value: str) -> str:
        try:
            return check_address(value.strip().lower())
        except MailError as err:
            raise ValueError("must be one e-mail address") from err
