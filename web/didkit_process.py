"""didkit, at arm's length: one process per question, that can crash, hang or lie down without harm.

It gets no environment, no descriptor but its question and its answer, so much processor time, memory and
output, and so many seconds; then it is killed, with whatever it started. How it loses the network stands in
`web.didkit_worker`. How it ends says nothing: didkit crashes on its way out. What counts is a whole answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contexts import StrictJsonError, strict_json
from credentials.legacy import LegacyAnswer, LegacyVerifierError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORKER: Final = Path(__file__).with_name("didkit_worker.py")
MAXIMUM_QUESTION: Final = 2_097_152
MAXIMUM_ANSWER: Final = 65_536
_SECONDS: Final = 5.0
_PROCESSES: Final = 2
_LIMITS: Final = {
    resource.RLIMIT_CPU: 4,
    resource.RLIMIT_AS: 1_073_741_824,
    resource.RLIMIT_FSIZE: MAXIMUM_ANSWER,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_CORE: 0,
}
_ENVIRONMENT: Final = {"TOKIO_WORKER_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


class DidkitProcess:
    """Verifies legacy proofs; implements `credentials.legacy.LegacyProofVerifier`. Threads may share it.

    Args:
        seconds: for one question, from start to answer.
        worker: the program; another one only to see what becomes of those that misbehave.
        processes: that may run at a time; who finds none free waits for as long as a question may take.
    """

    def __init__(
        self, *, seconds: float = _SECONDS, worker: Path = WORKER, processes: int = _PROCESSES
    ) -> None:
        self._seconds = seconds
        self._worker = worker
        self._free = threading.BoundedSemaphore(processes)

    def verify(self, credentials: Sequence[dict[str, Any]]) -> list[LegacyAnswer]:
        """Ask about credentials with one proof each.

        Raises:
            LegacyVerifierError: no answer in time, or none that can be read; or this is not Linux, on whose
                limits and memory files all this stands.
        """
        if sys.platform != "linux":
            raise LegacyVerifierError(detail=f"not on {sys.platform}")
        texts = [strict_json.dumps(each).decode() for each in credentials]
        question = json.dumps({"credentials": texts}).encode()
        if len(question) > MAXIMUM_QUESTION:
            raise LegacyVerifierError(detail="the question is too long")
        if not self._free.acquire(timeout=self._seconds):
            raise LegacyVerifierError(detail="busy")
        try:
            answer = self._ask(question)
        finally:
            self._free.release()
        return _read_answers(answer, len(texts))

    def _ask(self, question: bytes) -> bytes:
        with _memory_file("question") as asked, _memory_file("answer") as answered:
            os.pwrite(asked, question, 0)
            self._run(asked, answered)
            size = os.fstat(answered).st_size
            if not 0 < size < MAXIMUM_ANSWER:
                raise LegacyVerifierError(detail=f"an answer of {size} bytes")
            return os.pread(answered, size, 0)

    def _run(self, asked: int, answered: int) -> None:
        # -I: neither environment, nor user's packages, nor working directory decide what is imported
        command = [sys.executable, "-I", "-B", str(self._worker)]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                stdin=asked,
                stdout=answered,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        except OSError as err:
            raise LegacyVerifierError(detail=f"cannot be started: {err.strerror}") from err
        try:
            _limit(process.pid)
            process.wait(self._seconds)
        except subprocess.TimeoutExpired as err:
            raise LegacyVerifierError(detail=f"no answer within {self._seconds} s") from err
        finally:
            _kill(process)


def _limit(pid: int) -> None:
    # one that is gone already needs no limits
    with contextlib.suppress(ProcessLookupError):
        for what, how_much in _LIMITS.items():
            resource.prlimit(pid, what, (how_much, how_much))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started, and take leave of it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _memory_file(name: str) -> Iterator[int]:
    """A file that is on no disk: what people's credentials say is not left lying about."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_answers(answer: bytes, expected: int) -> list[LegacyAnswer]:
    try:
        answers = strict_json.loads(answer)["answers"]
        read = [_read_answer(strict_json.loads(each)) for each in answers]
    except (StrictJsonError, KeyError, TypeError, AttributeError) as err:
        raise LegacyVerifierError(detail="an answer that cannot be read") from err
    if len(read) != expected:
        raise LegacyVerifierError(detail=f"{len(read)} answers to {expected} questions")
    return read


def _read_answer(said: dict[str, Any]) -> LegacyAnswer:
    """Read what didkit says: that the check "proof" was made, with no error and no warning."""
    errors = tuple(str(each)[:500] for each in said["errors"])
    return LegacyAnswer(
        holds=said["checks"] == ["proof"] and errors == () and said["warnings"] == [], errors=errors
    )
