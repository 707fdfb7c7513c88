"""As the README tells it: `passeur init`, `passeur serve`, and everything works behind one address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from passeur.demo import seed
from passeur.demo.browser import Browser
from passeur.demo.people import Employer, Learner, PasseurAtWork
from passeur.demo.services import free_ports

START_SECONDS = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Address of the one process, and the first sign-in link."""
    tmp_path = tmp_path_factory.mktemp("one-process")
    port = free_ports(1)[0]
    base = f"http://localhost:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSEUR_")}
    env_file = str(tmp_path / "passeur.env")
    arguments = [
        "--name",
        "Structure (exemple)",
        "--url",
        base,
        "--email",
        "a@structure.example",
        "--loopback",
    ]
    passeur = [sys.executable, "-m", "passeur"]
    made = subprocess.run(
        [*passeur, "init", *arguments, "--env-file", env_file],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    link = next(word for word in made.stdout.split() if word.startswith(f"{base}/signin/"))
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*passeur, "serve", "--env-file", env_file, "--port", str(port)],
            env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait(base, process)
        yield base, link
    finally:
        process.terminate()
        assert process.wait(timeout=30) in {0, -signal.SIGTERM}, (tmp_path / "serve.log").read_text()[-2000:]


def _wait(base, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if all(
                httpx.get(f"{base}{path}/health", timeout=2).is_success
                for path in ("", "/wallet", "/verifier")
            ):
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the process does not answer")


def test_a_small_structure_runs_node_wallet_and_verifier_in_one_process(served):
    base, link = served
    with Browser() as passeur_browser, Browser() as learner_browser, Browser() as employer_browser:
        passeur = PasseurAtWork(passeur_browser, base)
        passeur.sign_in(link)
        badge_id = passeur.make_badge(seed.DRONE_BADGE)
        award = passeur.award_person(badge_id, name=seed.LEARNERS[0], words="")

        learner = Learner(learner_browser, f"{base}/wallet")
        offer = learner.scan(award.one("data-slip-url"))
        _, back = learner.sign_up(learner.accept(offer), passphrase="tilleul brouette cerise fanfare")
        learner.accept(back)
        (held,) = learner.list_badges()

        employer = Employer(employer_browser, f"{base}/verifier")
        question = employer.ask()
        learner.consent(learner.open_request(question.link), badge_id=held)
        assert employer.see_result(question).data("data-verdict") == ["valid"]
        link_for_employer, _ = learner.prepare_link(held, label="Atelier (exemple)")
        assert employer.open_link(link_for_employer).data("data-verdict") == ["valid"]


@pytest.mark.parametrize("name", ["openid-credential-issuer", "oauth-authorization-server"])
def test_metadata_of_the_node_at_both_well_known_forms(served, name):
    base, _ = served
    answer = httpx.get(f"{base}/.well-known/{name}")
    assert answer.json().get("credential_issuer", answer.json().get("issuer")) == base


def test_the_verifiers_did_resolves_below_its_path(served):
    base, _ = served
    document = httpx.get(f"{base}/verifier/did.json").json()
    assert document["id"] == f"did:web:{base.removeprefix('http://').replace(':', '%3A')}:verifier"
