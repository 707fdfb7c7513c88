"""The program in which didkit runs: alone, once, without a way out. `web.didkit_process` starts this file.

Reads one JSON request, `{"credentials": [text, ...]}`, and writes one answer, `{"answers": [text, ...]}`, of
what didkit says. didkit asks the network by itself when a DID is not its own key, so the doors are shut
before it sees a stranger's word: it gets a network namespace of its own where the kernel gives one, and
everywhere no descriptor to open a socket or a file with. It imports nothing of this project.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from typing import Final

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_NOBODY: Final = 65_534
_OPTIONS: Final = json.dumps({"checks": ["proof"]})
# starts the threads of didkit's runtime, and is about nothing
_NOTHING: Final = json.dumps(
    {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "issuer": "urn:nobody",
        "issuanceDate": "2024-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:nobody"},
    }
)


def leave_network() -> None:
    """Go where there is no network, if the kernel lets us: as root, or in a user namespace of our own."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    unshared = libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
    del unshared  # a kernel that refuses is no reason to stop: `shut_doors` does without


def become_nobody() -> None:
    """Give up root, where we have it."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def shut_doors() -> None:
    """Leave no number for a further descriptor: from now on `socket` and `open` fail, whoever calls them."""
    spare = os.dup(0)
    os.close(spare)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, spare))


async def verify(credentials: list[str]) -> list[str]:
    """Ask didkit about each credential."""
    import didkit  # noqa: PLC0415 - after the network is left

    become_nobody()
    await didkit.verify_credential(_NOTHING, _OPTIONS)
    shut_doors()
    answers = []
    for each in credentials:
        try:
            answers.append(await didkit.verify_credential(each, _OPTIONS))
        # the stub of didkit says that its exception is an instance of one
        except (didkit.DIDKitException, ValueError) as err:  # type: ignore[misc]
            answers.append(json.dumps({"checks": [], "warnings": [], "errors": [str(err)[:500]]}))
    return answers


def main() -> None:
    """Answer one request, and end before anything else does."""
    leave_network()
    request = json.loads(sys.stdin.buffer.read())
    answers = asyncio.run(verify(request["credentials"]))
    sys.stdout.buffer.write(json.dumps({"answers": answers}).encode())
    sys.stdout.buffer.flush()
    # didkit breaks down when the interpreter ends in the usual way
    os._exit(0)


if __name__ == "__main__":
    main()
