"""Starts the services as processes of their own on free ports of loopback, and stops every one of them."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 10


class ServiceError(Exception):
    """A service did not start; the text ends with what it printed last."""


@dataclass
class Service:
    """One running service: its address, its environment (for further commands) and its process."""

    name: str
    base_url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Services:
    """The processes of one demo, all below one folder."""

    folder: Path
    running: list[Service] = field(default_factory=list)

    def start(self, name: str, kind: str, port: int, **settings: str) -> Service:
        """Start `passeur KIND serve` on a port of loopback, with a new database and secret.

        Args:
            name: of its database and log.
            kind: "node", "wallet" or "verifier".
            port: a free one.
            settings: by their names without the service's prefix.
        """
        base_url = f"http://localhost:{port}"
        prefix = f"PASSEUR_{kind.upper()}_"
        own = {
            "BASE_URL": base_url,
            "DATABASE_URL": f"sqlite:///{self.folder / name}.db",
            "SECRET": secrets.token_urlsafe(32),
            "ALLOW_INSECURE_LOOPBACK": "true",
            **settings,
        }
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PASSEUR_")},
            **{f"{prefix}{key}": value for key, value in own.items()},
        }
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command line, arguments from this file
                [sys.executable, "-m", "passeur", kind, "serve", "--port", str(port)],
                env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops them in order
            )  # fmt: skip
        service = Service(name, base_url, environment, process, log)
        self.running.append(service)
        return service

    def wait_for_all(self) -> None:
        """Return once every service answers.

        Raises:
            ServiceError: one ended or took too long.
        """
        for service in self.running:
            self.wait(service)

    def wait(self, service: Service) -> None:
        """Return once the service answers /health; ServiceError when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if service.process.poll() is not None:
                break
            try:
                if httpx.get(f"{service.base_url}/health", timeout=2, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        tail = service.log.read_text(errors="replace")[-1500:]
        raise ServiceError(f"{service.name} does not answer at {service.base_url}:\n{tail}")

    def command(self, service: Service, *arguments: str, expect: tuple[int, ...] = (0,)) -> str:
        """What `passeur ARGUMENTS` prints, run beside that service with its settings.

        Raises:
            ServiceError: another exit code than expected.
        """
        result = subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "-m", "passeur", *arguments],
            env=service.environment, capture_output=True, text=True, check=False, timeout=START_SECONDS,
        )  # fmt: skip
        if result.returncode not in expect:
            raise ServiceError(f"passeur {' '.join(arguments)} failed: {result.stderr[-800:]}")
        return result.stdout.strip()

    def stop(self) -> None:
        """End every process that this demo started, politely first."""
        for service in reversed(self.running):
            if service.process.poll() is None:
                service.process.terminate()
        for service in reversed(self.running):
            try:
                service.process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.wait()
        self.running.clear()


def free_ports(count: int) -> list[int]:
    """That many ports of loopback on which nothing listens now."""
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [holder.getsockname()[1] for holder in holders]
    finally:
        for holder in holders:
            holder.close()
