"""The wire, as a wallet reads it: tolerant of members that it does not know, strict about those that it uses.

Source: OpenID4VCI 1.0; RFC 8414.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(max_length=2_000)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=8_000)]


class Wire(BaseModel):
    """Base: unknown members are ignored, as every specification of the family asks."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Logo(Wire):
    """A picture in a display."""

    uri: Annotated[str, StringConstraints(max_length=400_000)]
    alt_text: Text | None = None


class Display(Wire):
    """How something is shown, in one language. Section 12.2.4."""

    name: Text | None = None
    locale: Text | None = None
    logo: Logo | None = None
    description: Text | None = None
    background_image: Logo | None = None


class CredentialMetadata(Wire):
    """`credential_metadata` of a configuration."""

    display: list[Display] = Field(default_factory=list, max_length=20)


class ProofType(Wire):
    """One of `proof_types_supported`."""

    proof_signing_alg_values_supported: list[str] = Field(default_factory=list, max_length=50)


class Configuration(Wire):
    """One of `credential_configurations_supported`."""

    format: str
    cryptographic_binding_methods_supported: list[str] = Field(default_factory=list, max_length=50)
    proof_types_supported: dict[str, ProofType] = Field(default_factory=dict, max_length=20)
    credential_metadata: CredentialMetadata = CredentialMetadata()


class IssuerMetadata(Wire):
    """Credential issuer metadata. Section 12.2."""

    credential_issuer: Address
    credential_endpoint: Address
    nonce_endpoint: Address | None = None
    authorization_servers: list[Address] = Field(default_factory=list, max_length=10)
    display: list[Display] = Field(default_factory=list, max_length=20)
    # each is read when it is wanted: one that cannot be read does not spoil the others
    credential_configurations_supported: dict[str, Any]


class AuthorizationServerMetadata(Wire):
    """RFC 8414."""

    issuer: Address
    token_endpoint: Address


class AuthorizationDetails(Wire):
    """What the token may be used for. Section 6.2."""

    credential_configuration_id: str | None = None
    credential_identifiers: list[Token] = Field(default_factory=list, max_length=100)


class TokenResponse(Wire):
    """RFC 6749, section 5.1; OpenID4VCI, section 6.2."""

    access_token: Token
    token_type: str
    authorization_details: list[AuthorizationDetails] = Field(default_factory=list, max_length=20)


class NonceResponse(Wire):
    """Section 7.2."""

    c_nonce: Token


class ErrorResponse(Wire):
    """RFC 6749, section 5.2; OpenID4VCI, section 8.3.1.2."""

    error: Annotated[str, StringConstraints(max_length=100)]


class DirectPostResponse(Wire):
    """OpenID4VP 1.0, section 8.2."""

    redirect_uri: Address | None = None
