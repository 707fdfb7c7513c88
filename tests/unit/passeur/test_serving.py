"""The one process of a small structure: each request reaches its service, and none waits for itself for ever."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from passeur.cli import app as cli
from passeur.demo.services import free_ports
from passeur.serving import PAGES_AT_ONCE, check_free, compose
from web.app import create_base_app
from web.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def service(base_url, name, *, host="verifier"):
    settings = ServiceSettings(
        base_url=base_url,
        database_url="sqlite:////unused.db",
        secret="x" * 32,
        allow_insecure_loopback=True,
    )
    app = create_base_app(settings=settings, title=name, package=host, protocol_paths=("/openid4vci",))

    @app.get("/")
    def home() -> str:
        return name

    @app.get("/.well-known/openid-credential-issuer")
    def metadata() -> str:
        return f"{name} metadata"

    @app.get("/openid4vci/nonce")
    def nonce() -> str:
        return f"{name} nonce"

    return app


@contextmanager
def running(app, port):
    started = threading.Event()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        started.wait(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=15)


@pytest.fixture
def base():
    return f"http://localhost:{free_ports(1)[0]}"


@pytest.fixture
def apps(base):
    return service(base, "node"), service(f"{base}/wallet", "wallet"), service(f"{base}/verifier", "verifier")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "node"),
        ("/wallet/", "wallet"),
        ("/wallet", "wallet"),
        ("/verifier/", "verifier"),
        ("/.well-known/openid-credential-issuer", "node metadata"),
        ("/.well-known/openid-credential-issuer/wallet", "wallet metadata"),
        ("/wallet/.well-known/openid-credential-issuer", "wallet metadata"),
        ("/openid4vci/nonce", "node nonce"),
        ("/verifier/openid4vci/nonce", "verifier nonce"),
    ],
)
def test_each_request_reaches_its_service(base, apps, path, answer):
    with running(compose(apps), httpx.URL(base).port):
        assert httpx.get(f"{base}{path}").json() == answer


def test_a_path_that_only_begins_like_a_service_is_the_nodes(base, apps):
    with running(compose(apps), httpx.URL(base).port):
        assert httpx.get(f"{base}/walletish").status_code == 404
        assert httpx.get(f"{base}/wallet/health").json() == {"status": "ok"}


def test_pages_that_wait_for_their_own_process_all_get_their_answer(base, apps):
    """As when many learners receive a badge at once from the node in the same process."""
    node, wallet, verifier = apps
    all_in = threading.Barrier(PAGES_AT_ONCE, timeout=20)

    @wallet.get("/asks-the-node")
    def ask() -> str:
        all_in.wait()  # every page that may run is running before any of them asks
        return str(httpx.get(f"{base}/openid4vci/nonce", timeout=20).json())

    with running(compose((node, wallet, verifier)), httpx.URL(base).port), ThreadPoolExecutor(200) as people:
        asked = [
            people.submit(httpx.get, f"{base}/wallet/asks-the-node", timeout=60)
            for _ in range(4 * PAGES_AT_ONCE)
        ]
        assert {answer.result().json() for answer in asked} == {"node nonce"}


def test_services_live_and_die_with_the_server(base, apps):
    lived = []

    @contextmanager
    def note():
        lived.append("started")
        yield
        lived.append("stopped")

    app = apps[1]
    before = app.router.lifespan_context

    class Noted:
        def __init__(self, inner: FastAPI) -> None:
            self.inner, self.note = before(inner), note()

        async def __aenter__(self):
            self.note.__enter__()
            return await self.inner.__aenter__()

        async def __aexit__(self, *error):
            self.note.__exit__(None, None, None)
            return await self.inner.__aexit__(*error)

    app.router.lifespan_context = Noted
    with running(compose(apps), httpx.URL(base).port):
        assert lived == ["started"]
    assert lived == ["started", "stopped"]


@pytest.fixture
def env_file(tmp_path, base):
    """Settings of a small structure for this machine, with everything made."""
    file = tmp_path / "passeur.env"
    umask = os.umask(0o022)
    typed = ["--name", "S", "--url", base, "--email", "a@s.example", "--loopback", "--env-file", str(file)]
    made = CliRunner().invoke(cli, ["init", *typed])
    os.umask(umask)
    assert made.exit_code == 0, made.output
    return file


def test_serving_says_where_everything_is(env_file, base):
    port = httpx.URL(base).port
    command = [sys.executable, "-m", "passeur", "serve", "--env-file", str(env_file), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        said = process.stdout.readline()
        process.terminate()
    assert said == (
        f"Listening on http://127.0.0.1:{port}; "
        f"node at {base}, wallet at {base}/wallet, verifier at {base}/verifier\n"
    )


@pytest.mark.parametrize("command", [["serve"], ["node", "serve"]])
def test_a_busy_port_is_one_line_that_says_what_to_do(env_file, command):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        answer = CliRunner().invoke(cli, [*command, "--env-file", str(env_file), "--port", str(port)])
    assert answer.exit_code == 1
    (line,) = answer.output.splitlines()
    assert f"port {port}" in line
    assert "--port" in line
    check_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_one_line(env_file):
    answer = CliRunner().invoke(cli, ["serve", "--env-file", str(env_file), "--host", "192.0.2.7"])
    assert answer.exit_code == 1
    assert "--host" in answer.output
    assert len(answer.output.splitlines()) == 1


def test_services_of_two_origins_or_one_path_are_refused(base, apps):
    compose(apps)
    with pytest.raises(ValueError, match="one origin"):
        compose((apps[0], service("http://localhost:9/wallet", "wallet")))
    with pytest.raises(ValueError, match="base path of its own"):
        compose((apps[0], service(base, "twin")))
