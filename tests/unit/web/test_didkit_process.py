"""didkit at arm's length: it verifies; and whatever it does besides, it harms nobody and reaches nothing."""

from __future__ import annotations

import copy
import json
import os
import socket
import textwrap
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextStore
from credentials.legacy import LegacyVerifierError
from web.didkit_process import MAXIMUM_QUESTION, WORKER, DidkitProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VECTORS = Path(__file__).parents[2] / "vectors" / "legacy-proofs"
DOCUMENTS = ContextStore.load().newest_documents()
ANSWER = '{"checks": ["proof"], "warnings": [], "errors": []}'
# loads the worker as a module, for programs that stand in for it
LOAD = f"""
import importlib.util, json, os, sys, time
spec = importlib.util.spec_from_file_location("worker", {str(WORKER)!r})
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
def answer(*errors):
    said = json.dumps({{"checks": ["proof"], "warnings": [], "errors": list(errors)}})
    sys.stdout.write(json.dumps({{"answers": [said]}}))
    sys.stdout.flush()
"""


def credential(name: str) -> dict[str, Any]:
    document = json.loads((VECTORS / f"{name}.json").read_bytes())
    first, *rest = document["@context"]
    return document | {"@context": [first, *(DOCUMENTS[url]["@context"] for url in rest)]}


@pytest.fixture
def process_of(tmp_path: Path) -> Callable[..., DidkitProcess]:
    """A process whose program is another one."""

    def make(program: str, *, seconds: float = 5.0) -> DidkitProcess:
        worker = tmp_path / "worker.py"
        worker.write_text(LOAD + textwrap.dedent(program))
        return DidkitProcess(worker=worker, seconds=seconds)

    return make


def test_it_tells_good_signatures_from_bad_ones() -> None:
    good = credential("digital-bazaar-ed25519-2018-open-badge")
    altered = copy.deepcopy(good)
    altered["credentialSubject"]["achievement"]["name"] = "Doctorat"
    other = credential("didkit-jws-2020-p-256")
    said = DidkitProcess().verify([good, altered, other, {}])
    assert [answer.holds for answer in said] == [True, False, True, False]
    assert said[1].errors[0].startswith("signature error")
    assert said[3].errors != ()


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*-*.json")), ids=lambda path: path.stem)
def test_each_vector_holds_and_fails_when_it_is_altered(path: Path) -> None:
    good = credential(path.stem)
    altered = good | {"issuanceDate": "2024-01-01T00:00:01Z"}
    assert [answer.holds for answer in DidkitProcess().verify([good, altered])] == [True, False]


# No way out


@contextmanager
def _listening() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy on loopback that keeps what it is asked, and answers nothing."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        end = threading.Event()

        def listen() -> None:
            while not end.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(1)
                    heard.append(connection.recv(200))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            end.set()
            thread.join()


def _by(did: str) -> dict[str, Any]:
    """A credential whose key didkit would look up on the web."""
    document = credential("didkit-ed25519-2018-did-key")
    document["issuer"] = did
    document["proof"]["verificationMethod"] = f"{did}#key"
    return document


def _through(port: int, then: str) -> str:
    return f"""
    os.environ["HTTP_PROXY"] = os.environ["HTTPS_PROXY"] = "http://127.0.0.1:{port}"
    {then}
    """


_WITHOUT_DOORS = """
    import asyncio, didkit
    question = json.load(sys.stdin)["credentials"][0]
    async def ask():
        return await didkit.verify_credential(question, "{}")
    asyncio.run(ask())
    answer()
    os._exit(0)
"""


@pytest.mark.attack("F1")
@pytest.mark.parametrize("did", ["did:web:localhost", "did:web:badges.example"])
def test_it_reaches_nothing(process_of: Callable[..., DidkitProcess], did: str) -> None:
    with _listening() as (port, heard):
        process_of(_through(port, _WITHOUT_DOORS)).verify([_by(did)])
        # without what shuts it in, didkit goes out by itself
        assert len(heard) == 1
        heard.clear()
        process = process_of(_through(port, "worker.main()"))
        assert not process.verify([_by(did)])[0].holds
        assert not DidkitProcess().verify([_by(did)])[0].holds
        # what still comes would come now
        time.sleep(0.1)
        assert heard == []


def test_shut_doors_leave_no_socket_and_no_file(process_of: Callable[..., DidkitProcess]) -> None:
    """What holds where the kernel gives no network namespace."""
    process = process_of("""
        import socket
        worker.shut_doors()
        failed = []
        for attempt in (socket.socket, lambda: open("/etc/hostname"), lambda: os.dup(0), os.pipe):
            try:
                attempt()
            except OSError as err:
                failed.append(os.strerror(err.errno))
        answer(*failed)
        """)
    assert process.verify([{}])[0].errors == ("Too many open files",) * 4


def test_it_is_given_nothing_of_ours(
    process_of: Callable[..., DidkitProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSEUR_VERIFIER_SECRET", "a secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    process = process_of("""
        inside = [each for each in os.listdir("/proc/self/fd")]
        answer(",".join(sorted(os.environ)), str(len(inside)), os.getcwd(), str(os.getsid(0) == os.getpid()))
        """)
    names, descriptors, directory, leads = process.verify([{}])[0].errors
    assert set(names.split(",")) <= {"TOKIO_WORKER_THREADS", "MALLOC_ARENA_MAX", "LC_CTYPE"}
    # question, answer, nowhere; and the directory that was just listed
    assert (descriptors, directory, leads) == ("4", "/", "True")


def test_root_is_given_up(process_of: Callable[..., DidkitProcess]) -> None:
    errors = process_of("worker.become_nobody()\nanswer(str(os.geteuid()))").verify([{}])[0].errors
    assert errors == (str(os.geteuid() or 65_534),)


# No harm


@pytest.mark.parametrize(
    "program",
    [
        "os._exit(0)",
        "sys.exit(3)",
        "os.kill(os.getpid(), 11)",
        "os.abort()",
        "import nothing_of_that_name",
        "sys.stdout.write('{\"answers\": [')",
        "sys.stdout.write('[]')",
        "sys.stdout.write('{\"answers\": []}')",
        "sys.stdout.write('{\"answers\": [1]}')",
        'sys.stdout.write(\'{"answers": ["{}"]}\')',
        'sys.stdout.write(\'{"answers": ["[]"]}\')',
        "sys.stdout.write(json.dumps({'answers': ['null']}))",
        "answer()\nanswer()",
        "sys.stdout.write('x' * 10_000_000)",
        "while True: os.write(1, b' ' * 65_536)",
        "bytearray(4 << 30)",
    ],
)
def test_no_whole_answer_is_no_answer(process_of: Callable[..., DidkitProcess], program: str) -> None:
    with pytest.raises(LegacyVerifierError) as caught:
        process_of(program).verify([{}])
    assert caught.value.code == "legacy_verifier_failed"


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 11)", "sys.exit(1)", "os._exit(0)"])
def test_how_it_ends_says_nothing_once_it_answered(
    process_of: Callable[..., DidkitProcess], end: str
) -> None:
    assert process_of(f"answer()\n{end}").verify([{}])[0].holds


@pytest.mark.parametrize(
    "said",
    [
        '{"checks": [], "warnings": [], "errors": []}',
        '{"checks": ["proof", "proof"], "warnings": [], "errors": []}',
        '{"checks": "proof", "warnings": [], "errors": []}',
        '{"checks": ["proof"], "warnings": ["w"], "errors": []}',
        '{"checks": ["proof"], "warnings": [], "errors": ["e"]}',
    ],
)
def test_only_the_one_check_without_a_word_of_doubt_holds(
    process_of: Callable[..., DidkitProcess], said: str
) -> None:
    process = process_of(f"sys.stdout.write(json.dumps({{'answers': [{said!r}]}}))")
    assert not process.verify([{}])[0].holds


def test_one_that_hangs_is_killed_with_whatever_it_started(
    process_of: Callable[..., DidkitProcess], tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    pids.touch()
    process = process_of(
        f"""
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = os.fork()
        with open({str(pids)!r}, "a") as file:
            file.write(f"{{os.getpid()}}\\n")
        time.sleep(600)
        """,
        seconds=1.0,
    )
    with pytest.raises(LegacyVerifierError):
        process.verify([{}])
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 2
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(_lives(pid) for pid in started)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_its_limits_are_set_from_outside(process_of: Callable[..., DidkitProcess]) -> None:
    process = process_of("""
        import resource
        time.sleep(0.2)
        try:
            bytearray(2 << 30)
            answer("memory without end")
        except MemoryError:
            names = ("RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_FSIZE")
            answer(*(str(resource.getrlimit(getattr(resource, name))) for name in names))
        """)
    assert process.verify([{}])[0].errors == ("(4, 4)", "(0, 0)", "(65536, 65536)")


def test_a_question_that_is_too_long_is_not_asked() -> None:
    with pytest.raises(LegacyVerifierError):
        DidkitProcess().verify([{"a": "x" * MAXIMUM_QUESTION}])


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LegacyVerifierError):
        DidkitProcess(worker=tmp_path / "nothing.py").verify([{}])


def test_more_questions_than_processes_wait_and_then_give_up(
    process_of: Callable[..., DidkitProcess],
) -> None:
    slow = process_of("time.sleep(30)", seconds=0.5)
    outcomes: list[str] = []

    def ask() -> None:
        with pytest.raises(LegacyVerifierError) as caught:
            slow.verify([{}])
        outcomes.append(caught.value.code)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert outcomes == ["legacy_verifier_failed"] * 3


def test_after_all_that_the_server_still_works(process_of: Callable[..., DidkitProcess]) -> None:
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for program in ("os.kill(os.getpid(), 11)", "os.abort()"):
        with pytest.raises(LegacyVerifierError):
            process_of(program).verify([{}])
    assert DidkitProcess().verify([credential("didkit-ed25519-2018-did-key")])[0].holds
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
