"""A process that decides to change the node's keys and dies on the way: run by test_identifiers.

Reads from standard input: {"database_url", "now", "step", "names"}; names of stolen keys, or none to rotate.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime

from issuer_node.identifiers.changing import revoke_keys, rotate_keys
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
    if told["names"]:
        revoke_keys(node, told["names"], by=None)
    else:
        rotate_keys(node, by=None)


if __name__ == "__main__":
    main()
