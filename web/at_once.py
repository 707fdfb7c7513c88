"""Work that is done in the event loop when it is short and waits for nothing, and in a thread otherwise.

To hand a request to a thread and its answer back costs as much as a signature, and threads that compute take
turns anyway. What may wait for the network is first tried without: a try that would have to wait changes
nothing, and is made again where it may. See docs/adr/0017.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn

from starlette.concurrency import run_in_threadpool

from did.fetcher import DEFAULT_MAX_BYTES, NO_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from credentials.verification import VerificationContext

    T = TypeVar("T")

# read, signed and verified in a few milliseconds at most; beyond, others have their turn in between
MOST_BYTES_AT_ONCE: Final = 16_384


class WouldWaitError(Exception):
    """The network is asked where nobody may wait for it. No finding about what is verified: no step of a
    verification takes it for one.
    """


class NothingWaits:
    """Implements `did.fetcher.Fetcher` for work in an event loop: nothing is fetched.

    Raises:
        WouldWaitError: whatever is asked for.
    """

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> NoReturn:  # noqa: ARG002
        """Stop the work."""
        raise WouldWaitError

    def post(
        self,
        url: str,  # noqa: ARG002
        *,
        content: bytes,  # noqa: ARG002
        content_type: str,  # noqa: ARG002
        headers: Mapping[str, str] = NO_HEADERS,  # noqa: ARG002
        accept: str = "application/json",  # noqa: ARG002
        max_bytes: int = DEFAULT_MAX_BYTES,  # noqa: ARG002
    ) -> NoReturn:
        """Stop the work."""
        raise WouldWaitError


class NobodyAsksPrograms:
    """Implements `credentials.legacy.LegacyProofVerifier` for work in an event loop: no program is started.

    Raises:
        WouldWaitError: whatever is asked.
    """

    def verify(self, credentials: Sequence[dict[str, Any]]) -> NoReturn:  # noqa: ARG002
        """Stop the work."""
        raise WouldWaitError


def without_waiting(context: VerificationContext) -> VerificationContext:
    """What a verification needs of the world, for one in an event loop: what is known is known, and nobody is
    asked. What would have to ask raises WouldWaitError.
    """
    nothing = NothingWaits()
    return replace(
        context,
        fetcher=nothing,
        resolver=context.resolver.through(lambda _: nothing),
        legacy=NobodyAsksPrograms() if context.legacy else None,
    )


async def at_once_or_in_thread(
    at_once: Callable[[], T], in_thread: Callable[[], T] | None = None, *, is_short: bool
) -> T:
    """Do something here, or in a thread if it would keep others waiting.

    Args:
        at_once: waits for nothing, but may raise WouldWaitError; has then changed nothing.
        in_thread: the same, which may wait; None: it never does.
        is_short: it takes a few milliseconds at most.
    """
    if is_short:
        with suppress(WouldWaitError):
            return at_once()
    return await run_in_threadpool(in_thread or at_once)
