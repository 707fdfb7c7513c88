"""One case, run against this implementation."""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph

from contexts import ContextsError, ContextStore, strict_json
from contexts.lock import DOCUMENTS
from contexts.rdfc import canonical_nquads
from credentials.dates import parse_date_time_stamp
from credentials.sd_jwt import check_sd_jwt_vc
from credentials.sd_jwt.token_status import TokenStatusList
from credentials.status import MemoryStatusCache
from credentials.verification import VerificationContext, check_credential, check_presentation
from did.resolver import Resolver
from tests.corpus.worlds import WorldFetcher, read_world

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.report import Report
    from tests.corpus.cases import Case, Twin
    from tests.corpus.worlds import World

MAIN_WORLD = "worlds/main.json"


@dataclass(frozen=True)
class Verdict:
    """What came of a case.

    Args:
        outcome: "valid", "invalid", "indeterminate" or "refused".
        code: the first machine code, "" if there was none.
        inner: that of the first credential within that is not valid.
        asked: which addresses were fetched.
        seconds: of this thread.
        claims: what is shown of an artefact that was accepted.
    """

    outcome: str
    code: str
    inner: str
    asked: tuple[str, ...]
    seconds: float
    claims: tuple[Any, ...] = ()


@dataclass(frozen=True)
class _TypeMetadata:
    """A `TypeMetadataSource` over the documents of a case."""

    documents: dict[str, str]

    def get(self, vct: str) -> bytes | None:
        text = self.documents.get(vct)
        return None if text is None else text.encode()


@lru_cache
def contexts() -> ContextStore:
    """The closed world of contexts, read once."""
    return ContextStore.load()


def check_case(case: Case) -> Verdict:
    """Run a case."""
    world = read_world(case.world)
    world = replace(world, documents=world.documents | case.documents)
    return check(case.data, case.kind, world, case.options)


def check_twin(twin: Twin, case: Case | None = None) -> Verdict:
    """Run a valid artefact, in the world of a case that is its twin."""
    world = read_world(case.world if case else MAIN_WORLD)
    extra = case.documents if case else {}
    return check(
        twin.text.encode(), twin.kind, replace(world, documents=world.documents | extra), twin.options
    )


def find_fault(case: Case, verdict: Verdict) -> str:
    """Say how a verdict differs from what is expected; "" if it does not."""
    if verdict.outcome != case.outcome or verdict.code != case.code:
        return f"{case.outcome} {case.code} expected, {verdict.outcome} {verdict.code} found"
    if case.inner and verdict.inner != case.inner:
        return f"{case.inner} expected within, {verdict.inner} found"
    if case.options.get("no_fetch") and verdict.asked:
        return f"{verdict.asked[0]} was fetched"
    if "canonical" in case.options and verdict.claims != (case.options["canonical"],):
        return f"another canonical form: {verdict.claims}"
    if "fetched" in case.options and list(verdict.asked) != case.options["fetched"]:
        return f"{', '.join(verdict.asked)} was fetched"
    return ""


def check(data: bytes, kind: str, world: World, options: dict[str, Any]) -> Verdict:
    """Check bytes in a world."""
    match kind:
        case "json":
            return _check_json(data)
        case "n-quads":
            return _check_dataset(data)
        case "context":
            return _check_context(data, options["published"])
    now = parse_date_time_stamp(options["now"]) if "now" in options else world.now
    # a list that is remembered from before, for what only shows in its next version
    cache = MemoryStatusCache() if "before" in options else None
    for documents in options.get("before", []):
        fetcher = WorldFetcher(world.documents | documents)
        _report(data, kind, world, options, context=_context(fetcher, now, options, cache), now=now)
    fetcher = WorldFetcher(world.documents)
    context = _context(fetcher, now, options, cache)
    started = time.thread_time()
    try:
        report = _report(data, kind, world, options, context=context, now=now)
    except ValueError:
        if "asks" not in options:
            raise
        return Verdict(
            "exception", "nothing_expected", "", tuple(fetcher.asked), time.thread_time() - started
        )
    seconds = time.thread_time() - started
    return _verdict(report, tuple(fetcher.asked), seconds)


def _context(
    fetcher: WorldFetcher, now: datetime, options: dict[str, Any], cache: MemoryStatusCache | None
) -> VerificationContext:
    return VerificationContext(
        contexts=contexts(),
        resolver=Resolver(fetcher=fetcher, clock=lambda: now),
        fetcher=fetcher,
        status_cache=cache,
        token_status=TokenStatusList(),
        **options.get("policy", {}),
    )


def _report(
    data: bytes,
    kind: str,
    world: World,
    options: dict[str, Any],
    *,
    context: VerificationContext,
    now: datetime,
) -> Report:
    asked = {"domain": world.domain, "challenge": world.challenge} | options.get("asks", {})
    if kind == "presentation":
        return check_presentation(
            data,
            context=context,
            now=now,
            expected_domain=asked["domain"],
            expected_challenge=asked["challenge"],
        )
    if kind == "sd-jwt":
        bound = options.get("binding", True)
        return check_sd_jwt_vc(
            data,
            context=context,
            now=now,
            expected_nonce=asked["challenge"] if bound else None,
            expected_audience=asked["domain"] if bound else None,
            type_metadata=_TypeMetadata(options["type_metadata"]) if "type_metadata" in options else None,
        )
    return check_credential(data, context=context, now=now)


def _verdict(report: Report, asked: tuple[str, ...], seconds: float) -> Verdict:
    inner = next((each for each in report.credentials if each.outcome != "valid"), None)
    shown = (report, *report.credentials)
    return Verdict(
        outcome=str(report.outcome),
        code=report.codes[0] if report.codes else "",
        inner=inner.codes[0] if inner and inner.codes else "",
        asked=asked,
        seconds=seconds,
        claims=tuple(each.credential for each in shown if each.credential is not None),
    )


def _check_json(data: bytes) -> Verdict:
    started = time.thread_time()
    try:
        value = strict_json.loads(data)
    except ContextsError as err:
        return Verdict("refused", err.code, "", (), time.thread_time() - started)
    return Verdict("valid", "", "", (), time.thread_time() - started, (value,))


def _check_dataset(data: bytes) -> Verdict:
    """Canonicalize a dataset; what is shown of it is the digest of its canonical form."""
    quads = [
        (str(each.subject), str(each.predicate), str(each.object), "")
        for each in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS)
    ]
    started = time.thread_time()
    try:
        canonical = canonical_nquads(quads)
    except ContextsError as err:
        return Verdict("refused", err.code, "", (), time.thread_time() - started)
    seconds = time.thread_time() - started
    return Verdict("valid", "", "", (), seconds, (hashlib.sha256(canonical.encode()).hexdigest(),))


def _check_context(data: bytes, file: str) -> Verdict:
    """Start with one file of the pinned contexts replaced."""
    with tempfile.TemporaryDirectory() as place:
        for path in DOCUMENTS.iterdir():
            if path.name != file:
                (Path(place) / path.name).symlink_to(path)
        (Path(place) / file).write_bytes(data)
        started = time.thread_time()
        try:
            ContextStore.load(Path(place))
        except ContextsError as err:
            return Verdict("refused", err.code, "", (), time.thread_time() - started)
        return Verdict("valid", "", "", (), time.thread_time() - started)
