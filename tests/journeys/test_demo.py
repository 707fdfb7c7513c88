"""`passeur demo` plays the whole story with processes of its own, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from passeur.demo.scenes import SceneError, Stage, require
from passeur.demo.services import ServiceError, Services, free_ports
from passeur.demo.story import Scene, play_all

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "passeur", "demo"]
ENOUGH_SECONDS = 180


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [*COMMAND, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_played_once_every_step_passes_and_nothing_is_left(tmp_path):
    demo = start(tmp_path, "--once")
    output, _ = demo.communicate(timeout=ENOUGH_SECONDS)
    steps = re.findall(r"^✓ +\d+ ", output, re.MULTILINE)
    assert demo.returncode == 0, output
    assert output.splitlines()[-1] == f"demo: {len(steps)} of {len(steps)} steps passed"
    assert list(tmp_path.iterdir()) == []


def test_without_once_it_stays_until_ctrl_c(tmp_path):
    demo = start(tmp_path)
    lines = []
    try:
        for line in demo.stdout:
            lines.append(line.strip())
            if "Ctrl-C" in line:
                break
        addresses = [line for line in lines if line.startswith("http://localhost:")]
        assert len(addresses) >= 6, lines
        assert {httpx.get(url, follow_redirects=True, timeout=30).status_code for url in addresses} == {200}
        assert demo.poll() is None, "it stays up"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(httpx.TransportError):
        httpx.get(addresses[0], timeout=5)


def test_a_check_that_fails_fails_its_step_and_the_rest_is_not_played(tmp_path, capsys):
    played = []

    def fails(stage: Stage) -> str:
        require(1 + 1 == 3, "one and one are three")
        return "never"

    scenes = [
        Scene("first", lambda _: played.append(1) or "seen"),
        Scene("second", fails),
        Scene("third", lambda _: played.append(3) or "seen"),
    ]
    assert play_all(scenes, Stage(Services(tmp_path))) == 1
    assert played == [1]
    printed = capsys.readouterr().out
    assert "✗  2 second: not so: one and one are three" in printed
    assert "-  3 third: not played" in printed
    assert play_all(scenes[:1], Stage(Services(tmp_path))) == 1
    with pytest.raises(SceneError):
        require([], "an empty list is something")


def test_a_service_that_does_not_start_is_named_with_what_it_said(tmp_path):
    services = Services(tmp_path)
    services.start("node", "node", free_ports(1)[0])  # no name of a structure
    try:
        with pytest.raises(ServiceError, match="PASSEUR_NODE_STRUCTURE_NAME"):
            services.wait_for_all()
    finally:
        services.stop()
    assert services.running == []
