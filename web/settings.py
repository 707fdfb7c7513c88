"""What every service is configured with; a service adds its own and names its prefix."""

from __future__ import annotations

import ipaddress
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MINIMUM_SECRET_LENGTH = 32


class ServiceSettings(BaseSettings):
    """Settings common to all services, read from the environment. Subclasses set `env_prefix`.

    Every setting carries its documentation in `description`.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file_encoding="utf-8")

    base_url: str = Field(
        description="Public address of the service, as browsers see it, without a final slash. "
        "Its DID follows from it."
    )
    database_url: str = Field(description="sqlite:////path/to/file.db or postgresql://user@host/database")
    secret: SecretStr = Field(
        min_length=MINIMUM_SECRET_LENGTH,
        description="At least 32 characters; seals keys at rest and signs cookies. Lost, the keys are lost.",
    )
    allow_insecure_loopback: bool = Field(
        default=False,
        description="Development only: plain http to and from this machine's loopback addresses.",
    )
    default_language: Literal["fr", "en"] = Field(
        default="fr", description="Language of pages for people who did not choose one."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest level of the log lines that are written."
    )
    mail_url: str = Field(
        default="print:",
        description="smtp://user:password@host:587?from=address (STARTTLS), smtps://...:465, "
        "or print: which prints mails instead of sending them (development only).",
    )
    time_zone: str = Field(default="Europe/Paris", description="IANA zone in which pages show dates.")
    strict_messages: bool = Field(
        default=False, description="Tests and development: a missing message is an error instead of its key."
    )

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an http(s) address")
        if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
            raise ValueError("must have no query, fragment or user name")
        return value.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as err:
            raise ValueError(
                "is no time zone of this machine (Debian: package tzdata), and is not UTC"
            ) from err
        return value

    @model_validator(mode="after")
    def _https_outside_loopback(self) -> Self:
        parts = urlsplit(self.base_url)
        loopback = self.allow_insecure_loopback and is_loopback_name(parts.hostname or "")
        if parts.scheme != "https" and not loopback:
            raise ValueError(
                "base_url must be https (plain http needs allow_insecure_loopback and a loopback host)"
            )
        return self

    @property
    def base_path(self) -> str:
        """Path of the base URL: "" at the root of its host, else like "/wallet"."""
        return urlsplit(self.base_url).path

    @property
    def origin(self) -> str:
        """Scheme, host and port of the base URL, as a browser writes them in `Origin`."""
        return origin_of(self.base_url)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the service over TLS."""
        return self.base_url.startswith("https:")


def origin_of(url: str) -> str:
    """The origin of an http(s) URL in the form browsers serialise: lower case, no default port.

    Source: HTML, "ASCII serialisation of an origin"
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, default_port} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def is_loopback_name(host: str) -> bool:
    """Whether a URL's host is this machine by name or literal address: localhost, 127.x.y.z or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
