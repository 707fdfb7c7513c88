"""A worker of the node that dies at a step of issuing: run by test_crashes in a process of its own.

Reads from standard input: {"database_url", "now", "step", "token", "body"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime

from issuer_node.issuing import CredentialRequest, issue_credential
from issuer_node.main import create_app
from tests.unit.issuer_node.conftest import settings_for


def main() -> None:
    told = json.load(sys.stdin)
    now = datetime.fromisoformat(told["now"])
    app = create_app(settings_for(told["database_url"]), clock=lambda: now)

    def die_at(step: str) -> None:
        if step == told["step"]:
            os.kill(os.getpid(), signal.SIGKILL)

    node = replace(app.state.node, listener=die_at)
    asyncio.run(issue_credential(node, access_token=told["token"], request=CredentialRequest(told["body"])))


if __name__ == "__main__":
    main()
