"""What programs send and get, as the API's description shows it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

OutcomeName = Literal["valid", "invalid", "indeterminate"]


class CheckJson(BaseModel):
    """One step of a verification."""

    name: str = Field(description="The step: json, context, data_model, proof, issuer_key, validity, status.")
    outcome: OutcomeName
    code: str = Field(description='"ok", or the machine code of what was found.')
    detail: str = Field(default="", description="English words for developers.")
    data: dict[str, Any] = Field(default_factory=dict)


class ReportJson(BaseModel):
    """A report: "indeterminate" means that it could not be checked, and is never to be taken for valid."""

    model_config = ConfigDict(extra="allow")

    outcome: OutcomeName
    checks: list[CheckJson]
    warnings: list[CheckJson] = Field(description="Never change the outcome: unknown_issuer, ...")
    credential: dict[str, Any] | None = Field(
        default=None, description="What the credential says, for people."
    )


class ProgressJson(BaseModel):
    """How far a request got, for the page that waits."""

    status: Literal["waiting", "opened", "answered", "elsewhere", "declined", "expired"]
    seconds_left: int
    result: str | None = Field(default=None, description="Path of the result, when this browser may open it.")


class DirectPostJson(BaseModel):
    """What a wallet gets for an answer that was received."""

    redirect_uri: str
