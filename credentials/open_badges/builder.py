"""Building an OBv3 credential: Open Badges 3.0 (context 3.0.3) on VCDM 2.0. No nulls, no empty arrays.

What `build_credential` gives keeps to the data model, is fit to be signed, and meets the schema that it
names; or else a `BuildError` says each broken rule with its place. `write_credential` only writes: for who
looks later, with `require_sound`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from credentials.errors import CredentialsError
from credentials.open_badges.checker import BrokenRule, check_object, check_open_badge
from credentials.open_badges.classes import CREDENTIALS_V2
from credentials.open_badges.lint import lint_credential
from credentials.open_badges.model import AchievementCredential, AchievementSubject, EndorsementCredential
from credentials.schemas import SchemaStore, check_credential_schema
from credentials.steps import read_json_object

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from credentials.open_badges.lint import LintFinding
    from credentials.open_badges.model import Achievement, Credential, Evidence, Profile
    from credentials.open_badges.nodes import JsonObject, Node, Text

_CAPITAL: Final = re.compile(r"(?<!^)([A-Z])")
_SHOWN: Final = 20
UNMET_SCHEMA: Final = "CredentialSchema.met"


class BuildError(CredentialsError):
    """What was given makes no sound credential; `broken` says each rule, with its place."""

    default_code = "badge_not_sound"

    def __init__(self, broken: Sequence[BrokenRule | LintFinding]) -> None:
        self.broken = tuple(broken)
        shown = self.broken[:_SHOWN]
        lines = [f"{each.rule} at {argument_of(each.pointer)}: {each.detail}" for each in shown]
        super().__init__(detail="; ".join(lines), pointer=self.broken[0].pointer)

    @property
    def rules(self) -> list[str]:
        """The names of the broken rules, each once, sorted."""
        return sorted({each.rule for each in self.broken})


def argument_of(pointer: str) -> str:
    """Say a JSON Pointer as the argument that it came from: "/credentialSubject/result/0/value" is
    "credential_subject.result[0].value".
    """
    steps = [f"[{each}]" if each.isdecimal() else f".{each}" for each in pointer.split("/")[1:]]
    return _CAPITAL.sub(lambda match: f"_{match[0].lower()}", "".join(steps).removeprefix("."))


def build_credential(credential: Credential, *, now: datetime, require_status: bool = False) -> JsonObject:
    """Build an OpenBadgeCredential or an EndorsementCredential, unsigned.

    Args:
        credential: what to say.
        now: aware UTC; for dates that make no sense.
        require_status: the issuer revokes, so that a credential without `credentialStatus` must not leave.

    Raises:
        BuildError: with everything that is wrong.

    Source: Open Badges 3.0, appendix B "Data Models".
    """
    unwritable: list[BrokenRule] = []
    document = credential.write("", unwritable)
    broken = [*unwritable, *broken_rules(document, now=now, require_status=require_status)]
    if broken:
        raise BuildError(broken)
    return document


def write_credential(credential: Credential) -> JsonObject:
    """Write a credential without looking at it; see `require_sound`.

    Raises:
        BuildError: an argument that has no form in JSON.
    """
    return _write(credential)


def read_credential(data: bytes | JsonObject) -> AchievementCredential | EndorsementCredential:
    """Read a credential of VCDM 2.0, for example to write the next one; what the model does not know is kept.

    Dates are read to the second, in UTC; endorsements and the status stay as they are; so does a proof, in
    `more`: take it out before the credential is signed anew.

    Raises:
        BuildError: with every rule of the model that it breaks.
        DateSyntaxError: a date without a zone, which the model allows an activity.
        StrictJsonError: no strict JSON, or too large or too deep.
        DataModelError: "not_an_object".
    """
    document = read_json_object(data)
    broken = check_open_badge(document)
    if not broken and document["@context"][0] != CREDENTIALS_V2:
        broken = [BrokenRule("Credential.@context.in-order", "/@context", CREDENTIALS_V2)]
    if broken:
        raise BuildError(broken)
    is_endorsement = "EndorsementCredential" in document["type"]
    return (EndorsementCredential if is_endorsement else AchievementCredential).read(document)


def require_sound(document: JsonObject, *, now: datetime, require_status: bool = False) -> None:
    """Look at a written credential with every rule of the model and of the linter; arguments as
    `build_credential`.

    Raises:
        BuildError: with everything that is wrong.
    """
    broken = broken_rules(document, now=now, require_status=require_status)
    if broken:
        raise BuildError(broken)


def broken_rules(
    document: JsonObject, *, now: datetime, require_status: bool = False
) -> list[BrokenRule | LintFinding]:
    """Tell every rule of the model and of the linter that a written credential breaks."""
    broken: list[BrokenRule | LintFinding] = [*check_open_badge(document)]
    broken += lint_credential(document, now, require_status=require_status)
    # a schema says less, and without a place
    return broken or [*_unmet_schemas(document)]


def _unmet_schemas(document: JsonObject) -> list[BrokenRule]:
    """The schemas that it names, as far as they are known here."""
    if "credentialSchema" not in document:
        return []
    checks, _ = check_credential_schema(document, SchemaStore.published())
    unmet = [check for check in checks if check.code != "ok"]
    return [BrokenRule(UNMET_SCHEMA, "/credentialSchema", str(each.data["schema"])) for each in unmet]


def build_achievement(achievement: Achievement) -> JsonObject:
    """Build an Achievement, as it stands in a credential.

    Raises:
        BuildError: with every rule of the model that it breaks.
    """
    return _build_object(achievement)


def build_profile(profile: Profile) -> JsonObject:
    """Build a Profile, as it stands in a credential.

    Raises:
        BuildError: with every rule of the model that it breaks.
    """
    return _build_object(profile)


def build_open_badge_credential(
    *,
    credential_id: str,
    issuer: Profile,
    achievement: Achievement,
    subject_id: str | None,
    valid_from: datetime,
    earned_from: datetime | None,
    earned_until: datetime | None,
    status: JsonObject | None,
    evidence: Sequence[Evidence] = (),
    valid_until: datetime | None = None,
    name: Text | None = None,
    narrative: Text | None = None,
) -> JsonObject:
    """Write the OpenBadgeCredential of one award, unsigned; `require_sound` looks at it.

    Args:
        credential_id: URL of this award, for example "urn:uuid:...".
        issuer: the structure.
        achievement: the badge.
        subject_id: the person's DID; None makes a badge that is bound to nobody.
        valid_from: aware; when it is issued.
        earned_from: aware; when the activity began.
        earned_until: aware; when the activity ended.
        status: a `credentialStatus`, see `credentials.status.build_status_entry`.
        evidence: what was seen.
        valid_until: aware; when it ceases to be valid.
        name: of the credential; by default the badge's name.
        narrative: what the passeur says of this person's doing.
    """
    subject = AchievementSubject(
        id=subject_id,
        activity_start_date=earned_from,
        activity_end_date=earned_until,
        narrative=narrative,
        achievement=achievement,
    )
    return write_credential(
        AchievementCredential(
            id=credential_id,
            name=name or achievement.name,
            issuer=issuer,
            valid_from=valid_from,
            valid_until=valid_until,
            credential_subject=subject,
            evidence=tuple(evidence),
            credential_status=status,
        )
    )


def _write(node: Node) -> JsonObject:
    unwritable: list[BrokenRule] = []
    document = node.write("", unwritable)
    if unwritable:
        raise BuildError(unwritable)
    return document


def _build_object(node: Node) -> JsonObject:
    document = _write(node)
    broken = check_object(document, node.data_class)
    if broken:
        raise BuildError(broken)
    return document
