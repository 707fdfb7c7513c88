"""`passeur verify`: one badge, from a file, an address or standard input, checked as the verifier checks it.

Whatever a badge says is a stranger's text: it is printed without the characters that would steer a terminal.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from contexts import ContextStore, StrictJsonError, strict_json
from credentials.baking import MAXIMUM_BYTES, unbake
from credentials.errors import BakingError
from credentials.open_badges_v2.checking import check_open_badge_v2
from credentials.open_badges_v2.recognising import find_open_badge_v2
from credentials.report import Outcome
from credentials.sd_jwt import TokenStatusList
from credentials.trust import KnownIssuers, Standing
from credentials.verification import VerificationContext, check_credential, check_presentation
from did.errors import FetchError
from did.resolver import Resolver
from verifier.lettering import plain
from web.didkit_process import DidkitProcess
from web.fetching import SafeFetcher
from web.i18n import Catalogue
from web.settings import is_loopback_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from credentials.report import Check, Report
    from did.fetcher import Fetcher

EXIT: Final = {Outcome.VALID: 0, Outcome.INVALID: 1, Outcome.INDETERMINATE: 2}
STANDARD_INPUT: Final = "-"
_LOOK: Final = {
    Outcome.VALID: ("green", "✓"),
    Outcome.INVALID: ("red", "✗"),
    Outcome.INDETERMINATE: ("yellow", "?"),
}
_ACCEPTED: Final = (
    "application/vp, application/vc, application/ld+json;q=0.9, application/json;q=0.8, "
    "image/png;q=0.7, image/svg+xml;q=0.7"
)


class Language(StrEnum):
    """Of the printed report."""

    FRENCH = "fr"
    ENGLISH = "en"


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that a terminal is set to, where there is a report in it; French otherwise.

    Args:
        environment: variables; LC_ALL goes before LC_MESSAGES, which goes before LANG.

    Source: POSIX.1-2017, section 8.2 (Internationalization Variables).
    """
    set_to = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((value for value in set_to if value), "")
    is_english = locale.lower().replace("-", "_").partition(".")[0].partition("_")[0] == "en"
    return Language.ENGLISH if is_english else Language.FRENCH


class SourceError(Exception):
    """There was nothing that could be checked.

    Args:
        code: "unreadable", "presentation_without_address", or the code of a `BakingError`.
        outcome: indeterminate when nothing was learnt, invalid when what came holds no badge.
        detail: for developers.
    """

    def __init__(self, code: str, outcome: Outcome, detail: str = "") -> None:
        self.code = code
        self.outcome = outcome
        self.detail = detail
        super().__init__(f"{code}: {detail}")


@dataclass(frozen=True)
class Found:
    """What a source held.

    Args:
        content: the bytes of a credential or of a presentation; or an assertion of Open Badges 2.0.
        address: where it came from, when that was an address.
        is_older: whether it is of Open Badges 2.0.
    """

    content: bytes
    address: str | None
    is_older: bool = False


def run(
    source: str, *, as_json: bool, known_issuers: Sequence[str], language: Language, loopback: bool
) -> int:
    """Check what `source` names, print the report, and answer with the exit code.

    Args:
        source: path of a file, an http(s) address, or "-" for standard input.
        as_json: print the library's report instead of sentences.
        known_issuers: DIDs that are no strangers to whoever asks.
        language: of the sentences.
        loopback: development: plain http on this machine is allowed.

    Returns:
        0 valid, 1 invalid, 2 indeterminate (also when the source itself could not be read).
    """
    fetcher = SafeFetcher(allow_insecure_loopback=loopback)
    catalogue = Catalogue.load("passeur")

    def say(key: str, **values: str) -> str:
        return catalogue.text(language, key, **values)

    try:
        found = _read(source, fetcher)
        report = _check(found, _world(fetcher, known_issuers=known_issuers, loopback=loopback))
    except SourceError as err:
        _refuse(err, source, as_json=as_json, say=say)
        if not loopback and is_loopback_name(_host_of(source)):
            print(say("hint.loopback"), file=sys.stderr)
        return EXIT[err.outcome]
    finally:
        fetcher.close()
    if as_json:
        print(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        _show(report, say)
    if not loopback and report.outcome != Outcome.VALID and _comes_from_this_machine(report):
        print(say("hint.loopback"), file=sys.stderr)
    return EXIT[report.outcome]


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _comes_from_this_machine(report: Report) -> bool:
    """Whether an issuer is a node of a development machine, whose DID resolves with the switch only."""
    views = [each.credential for each in report.credentials or (report,)]
    issuers = [view.issuer_id for view in views if view is not None and view.issuer_id is not None]
    hosts = [did.removeprefix("did:web:").partition(":")[0] for did in issuers if did.startswith("did:web:")]
    return any(is_loopback_name(host.partition("%")[0]) for host in hosts)


def _read(source: str, fetcher: Fetcher) -> Found:
    """Read a source and take the credential out of the picture, if it is one."""
    is_address = source.startswith(("https://", "http://"))
    try:
        data = _fetch(source, fetcher) if is_address else _read_file(source)
    except (OSError, FetchError) as err:
        raise SourceError("unreadable", Outcome.INDETERMINATE, str(err)) from err
    address = source if is_address else None
    try:
        older = find_open_badge_v2(data)
        return Found(older, address, is_older=True) if older is not None else Found(unbake(data), address)
    except BakingError as err:
        raise SourceError(err.code, Outcome.INVALID, err.detail) from err


def _read_file(source: str) -> bytes:
    # one byte more than is admitted, so that what is too large is refused as such, not cut
    if source == STANDARD_INPUT:
        return sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
    with Path(source).open("rb") as file:
        return file.read(MAXIMUM_BYTES + 1)


def _fetch(address: str, fetcher: Fetcher) -> bytes:
    console = Console(stderr=True)
    with console.status(plain(address)):
        fetched = fetcher.get(address, accept=_ACCEPTED, max_bytes=MAXIMUM_BYTES)
    if fetched.status != HTTPStatus.OK:
        raise OSError(f"status {fetched.status}")
    return fetched.body


def _world(fetcher: Fetcher, *, known_issuers: Sequence[str], loopback: bool) -> VerificationContext:
    return VerificationContext(
        contexts=ContextStore.load(),
        resolver=Resolver(fetcher=fetcher, allow_insecure_loopback=loopback),
        fetcher=fetcher,
        trust=KnownIssuers({did: Standing(name=did) for did in known_issuers}),
        token_status=TokenStatusList(),
        legacy=DidkitProcess(),
    )


def _check(found: Found, world: VerificationContext) -> Report:
    now = datetime.now(UTC)
    if found.is_older:
        return check_open_badge_v2(found.content, fetcher=world.fetcher, now=now, trust=world.trust)
    if not _is_presentation(found.content):
        # the holder's own file: the base proofs in it hold over the whole badge
        return check_credential(found.content, context=replace(world, base_proofs=True), now=now)
    if found.address is None:
        # a presentation names its audience; without the address it was made for, there is nothing to compare
        raise SourceError("presentation_without_address", Outcome.INDETERMINATE)
    return check_presentation(
        found.content,
        context=world,
        now=now,
        expected_domain=found.address,
        expected_challenge=found.address.rstrip("/").rpartition("/")[2],
    )


def _is_presentation(content: bytes) -> bool:
    """Look at the type only; the check reads everything again, by its own rules."""
    try:
        document = strict_json.loads(content)
    except StrictJsonError:
        return False
    types = document.get("type") if isinstance(document, dict) else None
    return "VerifiablePresentation" in (types if isinstance(types, list) else [types])


def _refuse(err: SourceError, source: str, *, as_json: bool, say: Callable[..., str]) -> None:
    if as_json:
        print(json.dumps({"outcome": str(err.outcome), "code": err.code, "detail": err.detail}))
        return
    baking = err.code.startswith("baking_")
    sentence = say("source.no_badge") if baking else say(f"source.{err.code}")
    print(f"{plain(source)}: {sentence} ({err.code}: {plain(err.detail)})", file=sys.stderr)


def _show(report: Report, say: Callable[..., str]) -> None:
    """Print the verdict, then each badge with its steps."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_line(report.outcome, say(f"outcome.{report.outcome}"), bold=True))
    if report.credentials:
        _show_steps(report, console, say, indent="  ")
    for each in report.credentials or (report,):
        if each.credential is not None:
            view = each.credential
            domain = f"{view.issuer_name or ''} · {view.issuer_id or ''}"
            console.print(Text(f"  {plain(view.achievement_name or view.name or '')}", "bold"))
            console.print(Text(f"  {plain(domain)}"))
        _show_steps(each, console, say, indent="  ")


def _show_steps(report: Report, console: Console, say: Callable[..., str], *, indent: str) -> None:
    for check in report.checks:
        console.print(_line(check.outcome, f"{say(f'step.{check.name}')}{_why(check)}", indent=indent))
    for warning in report.warnings:
        console.print(Text(f"{indent}! {say(f'warning.{warning.code}')}{_why(warning)}", "yellow"))


def _line(outcome: Outcome, words: str, *, indent: str = "", bold: bool = False) -> Text:
    colour, sign = _LOOK[outcome]
    return Text(f"{indent}{sign} {words}", f"{colour} bold" if bold else colour)


def _why(check: Check) -> str:
    """The machine code and the developer's word, for whoever looks into it."""
    if check.code == "ok":
        return ""
    return f" [{check.code}{f': {plain(check.detail)}' if check.detail else ''}]"
