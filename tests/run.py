"""`make test`: finds or makes what the tests need, says so in one line, and runs pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.machine import (
    POSTGRES_VARIABLE,
    MissingPartError,
    node_version,
    require_chromium,
    require_postgres,
)

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    try:
        with require_postgres() as postgres:
            chromium, chromium_said = require_chromium()
            node = node_version()
            interop = (
                f"node {node} for the interoperability tests"
                if node
                else "no node: interoperability tests NOT run"
            )
            said = f"tests use: SQLite, {postgres.said}, {chromium_said}, {interop}"
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()
            environment = {
                **os.environ,
                POSTGRES_VARIABLE: postgres.url,
                "PASSEUR_TEST_CHROMIUM": chromium,
                "PASSEUR_TEST_SAID": said,
            }
            workers = (
                [] if any(a.startswith("-n") for a in arguments) else ["-n", str(min(os.cpu_count() or 1, 4))]
            )
            command = [sys.executable, "-m", "pytest", *workers, "--dist", "loadgroup", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except MissingPartError as missing:
        sys.stderr.write(f"tests: {missing}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
