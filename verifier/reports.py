"""What a person reads of a report.

The first screen says, in at most 30 words, who says it, what was seen, and whether it still holds. Everything
else is folded under it. Nothing is shown as said by somebody unless their signature was found good: until
then it is what the file *claims*.

A report is kept and shown from one form, `Findings`: the codes and values of the library's report, and the
documents.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from credentials.data_integrity import SUITES
from credentials.exchange.formats import SD_JWT_VC
from credentials.report import Outcome
from credentials.view import CredentialView
from verifier.lettering import clip, clip_word, is_deceptive, plain
from verifier.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from credentials.report import Report

JsonObject = dict[str, Any]
FIRST_SCREEN_WORDS: Final = 30
_FIXED_WORDS: Final = (
    13  # verdict, kind, "seen by ... on <date>", domain: counted by a test over both catalogues
)
_WARNING_WORDS: Final = 4
_REASON_WORDS: Final = 8
_NAME_WORDS: Final = 7
_ISSUER_WORDS: Final = 6
_LONGEST_WORD: Final = 28
_FEWEST_WORDS_SEEN: Final = 4
# steps about the answer as a whole that only repeat what each badge says for itself
_FOLDED_STEPS: Final = frozenset({"credentials", "presentations"})
_SELECTIVE_SUITES: Final = frozenset(name for name, suite in SUITES.items() if suite.selective is not None)
_WHO_SAYS_IT: Final = (frozenset({"proof", "issuer_key"}), frozenset({"hosted", "issuer_scope"}))
_ENDED: Final = {"revoked": "revoked", "expired": "expired", "suspended": "suspended"}


@dataclass(frozen=True)
class ShownCheck:
    """One step, as it is shown: which sentence, which sign, which values."""

    name: str
    outcome: Outcome
    code: str
    data: Mapping[str, Any]

    @property
    def sign(self) -> str:
        """The sign beside the sentence: "passed", "failed" or "unknown"."""
        return {Outcome.VALID: "passed", Outcome.INVALID: "failed", Outcome.INDETERMINATE: "unknown"}[
            self.outcome
        ]

    @property
    def why(self) -> str:
        """The sentence that says why it did not pass; see `reason_of`."""
        return reason_of(self.name, self.code)


@dataclass(frozen=True)
class FirstScreen:
    """The few words of the first screen; what is empty is not shown."""

    name: str
    seen: str
    issuer: str
    domain: str


@dataclass(frozen=True)
class ShownBadge:
    """One badge, as it is shown.

    Args:
        outcome: of the badge and of the answer that brought it, whichever is worse.
        verdict: which words say so: "valid", "revoked", "expired", "suspended", "invalid", "indeterminate".
        reason: the code that decided; "ok" if nothing did.
        step: the step that it came from; empty if nothing decided.
        proven: whether the signature and the issuer's key were found good: only then does somebody *say* it.
        checks: every step.
        warnings: codes of what the reader should know besides.
        view: the badge; None when there was nothing to read.
        first: the words of the first screen.
        standing: what is known of the issuer, as JSON.
        document: the badge as it was received.
        in_part: whether it is so secured that its holder may have shown a part of it.
        endorsements: what others say of it, of a badge that holds.
    """

    outcome: Outcome
    verdict: str
    reason: str
    step: str
    proven: bool
    checks: tuple[ShownCheck, ...]
    warnings: tuple[str, ...]
    view: CredentialView | None
    first: FirstScreen
    standing: Mapping[str, Any] | None
    document: JsonObject | None
    in_part: bool = False
    endorsements: tuple[JsonObject, ...] = ()

    @property
    def why(self) -> str:
        """The sentence that says what decided; see `reason_of`."""
        return reason_of(self.step, self.reason)

    @property
    def other_voices(self) -> int:
        """How many others endorse it: not its issuer, nor whom it is about, and nobody twice."""
        valid = [each for each in self.endorsements if each["outcome"] == Outcome.VALID]
        return len({each.get("issuerId") for each in valid if "by" not in each})

    @property
    def first_warnings(self) -> tuple[str, ...]:
        """Warnings that belong on the first screen: those of a badge that holds."""
        return self.warnings if self.outcome is Outcome.VALID else ()


@dataclass(frozen=True)
class ShownReport:
    """A whole report, as it is shown: the badges, and the steps about the answer that brought them."""

    outcome: Outcome
    reason: str
    step: str
    presented: bool
    checks: tuple[ShownCheck, ...]
    badges: tuple[ShownBadge, ...]

    @property
    def why(self) -> str:
        """The sentence that says what decided; see `reason_of`."""
        return reason_of(self.step, self.reason)


@dataclass(frozen=True)
class Findings:
    """A report in JSON, with the documents that it is about: the form in which results are kept."""

    report: JsonObject
    documents: tuple[JsonObject | None, ...]
    presented: bool
    checked_at: datetime
    endorsements: tuple[tuple[JsonObject, ...], ...] = ()

    @classmethod
    def of(
        cls,
        report: Report,
        *,
        presented: bool,
        checked_at: datetime,
        endorsements: Iterable[Iterable[JsonObject]] = (),
    ) -> Findings:
        """Take what is shown out of the library's report.

        Args:
            report: of a credential, or of a presentation.
            presented: whether a holder presented it (or should have), rather than handing in a file.
            checked_at: aware; what is kept shows what held then.
            endorsements: of each badge, see `look_at_endorsements`.
        """
        each = report.credentials if presented else (report,)
        documents = tuple(one.credential.raw if one.credential else None for one in each)
        said = tuple(tuple(each) for each in endorsements)
        return cls(report.to_json(), documents, presented, checked_at, said)

    def to_json(self) -> JsonObject:
        """Give the findings as JSON."""
        return {
            "report": self.report,
            "documents": list(self.documents),
            "presented": self.presented,
            "checkedAt": self.checked_at.isoformat(),
            "endorsements": [list(each) for each in self.endorsements],
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Findings:
        """Read what `to_json` wrote."""
        checked_at = datetime.fromisoformat(value["checkedAt"])
        said = tuple(tuple(each) for each in value.get("endorsements", ()))
        return cls(value["report"], tuple(value["documents"]), value["presented"], checked_at, said)


def show(findings: Findings) -> ShownReport:
    """Work out what a page shows."""
    report = findings.report
    checks = tuple(_shown(check) for check in report["checks"])
    own = tuple(check for check in checks if check.name not in _FOLDED_STEPS) if findings.presented else ()
    around = _worst(own)
    reports = report.get("credentials", []) if findings.presented else [report]
    said = itertools.chain(findings.endorsements, itertools.repeat(()))
    badges = tuple(
        _show_badge(each, document, around=around, endorsements=own)
        for (each, document), own in zip(zip(reports, findings.documents, strict=True), said, strict=False)
    )
    outcome = Outcome(report["outcome"])
    decisive = around or _worst(checks) or _PASSED
    return ShownReport(outcome, decisive.code, decisive.name, findings.presented, own, badges)


_PASSED: Final = ShownCheck("", Outcome.VALID, "ok", {})


def _shown(check: JsonObject) -> ShownCheck:
    return ShownCheck(check["name"], Outcome(check["outcome"]), check["code"], check.get("data", {}))


def _worst(checks: Iterable[ShownCheck]) -> ShownCheck | None:
    """The first check that is bad, else the first that could not be made; None when all passed."""
    failing = [check for check in checks if check.outcome is not Outcome.VALID]
    bad = (check for check in failing if check.outcome is Outcome.INVALID)
    made = (check for check in failing if check.code != "not_checked")
    return next(bad, None) or next(made, None) or next(iter(failing), None)


def _show_badge(
    report: JsonObject,
    document: JsonObject | None,
    *,
    around: ShownCheck | None,
    endorsements: tuple[JsonObject, ...] = (),
) -> ShownBadge:
    checks = tuple(_shown(check) for check in report["checks"])
    view = CredentialView.from_document(document) if document is not None else None
    decisive = _decisive(around, _worst(checks))
    proven = _proven(checks) and view is not None
    outcome = decisive.outcome if decisive else Outcome(report["outcome"])
    warnings = tuple(_warnings(report, view)) if proven else ()
    return ShownBadge(
        outcome=outcome,
        verdict=_verdict(outcome, decisive.code if decisive else "ok"),
        reason=decisive.code if decisive else "ok",
        step=decisive.name if decisive else "",
        proven=proven,
        checks=checks,
        warnings=warnings,
        view=view,
        first=_first_screen(view, outcome, warnings),
        # what is known of a structure says nothing of a badge that only claims to be from it
        standing=report.get("standing") if proven else None,
        document=document,
        in_part=proven and _may_be_a_part(report, document),
        endorsements=endorsements if outcome is Outcome.VALID else (),
    )


def _may_be_a_part(report: JsonObject, document: JsonObject | None) -> bool:
    """Whether its holder could choose what to show. Beside a proof over the whole, they did not."""
    if report.get("securing") == SD_JWT_VC:
        return True
    proofs = (document or {}).get("proof")
    suites = [each.get("cryptosuite") for each in (proofs if isinstance(proofs, list) else [proofs or {}])]
    return bool(suites) and all(each in _SELECTIVE_SUITES for each in suites)


def _decisive(around: ShownCheck | None, own: ShownCheck | None) -> ShownCheck | None:
    """What decides about a badge: the worse of what is wrong around it and in it."""
    return _worst([check for check in (own, around) if check is not None])


def _proven(checks: Sequence[ShownCheck]) -> bool:
    """Whether it is known who says it: the proof and the issuer's key were checked and found good; or, of an
    Open Badges 2.0 badge that nobody signed, its host confirms it now, and is one that the issuer names.
    """
    good = {check.name for check in checks if check.outcome is Outcome.VALID}
    bad = {check.name for check in checks if check.outcome is not Outcome.VALID}
    return any(steps <= good - bad for steps in _WHO_SAYS_IT)


def _verdict(outcome: Outcome, code: str) -> str:
    return _ENDED.get(code, "invalid") if outcome is Outcome.INVALID else str(outcome)


def _warnings(report: JsonObject, view: CredentialView | None) -> Iterable[str]:
    codes = [warning["code"] for warning in report["warnings"]]
    # of any badge that names nobody, presented or handed in: the library warns of those that were presented
    if view is not None and None in view.subject_ids:
        codes.append("not_bound_to_presenter")
    if view is not None and (is_deceptive(view.issuer_name) or is_deceptive(view.achievement_name)):
        codes.append("deceptive_letters")
    return dict.fromkeys(codes)


def _first_screen(view: CredentialView | None, outcome: Outcome, warnings: Sequence[str]) -> FirstScreen:
    """Spend the words: the name, the issuer, and with what is left what was seen."""
    if view is None:
        return FirstScreen("", "", "", "")
    left = FIRST_SCREEN_WORDS - _FIXED_WORDS
    left -= _WARNING_WORDS * len(warnings) if outcome is Outcome.VALID else _REASON_WORDS
    issuer = _words(view.issuer_name, min(_ISSUER_WORDS, left // 2))
    left -= len(issuer.split())
    name = _words(view.achievement_name or view.name, min(_NAME_WORDS, left))
    left -= len(name.split())
    seen = _words(view.description, left) if outcome is Outcome.VALID and left >= _FEWEST_WORDS_SEEN else ""
    return FirstScreen(name, seen, issuer, issuer_domain(view.issuer_id))


def _words(text: str | None, words: int) -> str:
    return clip(clip_word(plain(text or ""), _LONGEST_WORD), max(words, 1))


def issuer_domain(issuer_id: str | None) -> str:
    """The part of an issuer's id that nobody else can take: the domain of a did:web or of an address, else
    the id, shortened.

    Source: did:web Method Specification, "Read (Resolve)".
    """
    if issuer_id is None:
        return ""
    if issuer_id.startswith("did:web:"):
        host, *path = issuer_id.removeprefix("did:web:").split(":")
        return plain("/".join([unquote(host), *path]))
    host = _host_of(issuer_id) if issuer_id.startswith(("https://", "http://")) else ""
    return plain(host) if host else clip_word(plain(issuer_id).replace(" ", ""), _LONGEST_WORD)


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        # brackets that hold no address
        return ""
