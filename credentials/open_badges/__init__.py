"""Open Badges 3.0: building a credential, and looking at it before it is signed."""

from credentials.open_badges.builder import (
    CREDENTIALS_V2,
    OPEN_BADGES_CONTEXT,
    Achievement,
    Alignment,
    Evidence,
    Issuer,
    build_achievement,
    build_issuer,
    build_open_badge_credential,
)
from credentials.open_badges.checker import BrokenRule, check_open_badge
from credentials.open_badges.kinds import ACHIEVEMENT_TYPES, Kind, kind_of_achievement_type
from credentials.open_badges.lint import LintError, LintFinding, lint_credential, require_lint_free
from credentials.open_badges.mandatory_pointers import (
    OPEN_BADGE_MANDATORY_POINTERS,
    open_badge_mandatory_pointers,
)

__all__ = [
    "ACHIEVEMENT_TYPES",
    "CREDENTIALS_V2",
    "OPEN_BADGES_CONTEXT",
    "OPEN_BADGE_MANDATORY_POINTERS",
    "Achievement",
    "Alignment",
    "BrokenRule",
    "Evidence",
    "Issuer",
    "Kind",
    "LintError",
    "LintFinding",
    "build_achievement",
    "build_issuer",
    "build_open_badge_credential",
    "check_open_badge",
    "kind_of_achievement_type",
    "lint_credential",
    "open_badge_mandatory_pointers",
    "require_lint_free",
]
