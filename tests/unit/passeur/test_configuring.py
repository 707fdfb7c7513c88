"""`passeur init`: a settings file that only its owner reads, never overwritten, and read back as it was meant."""

from __future__ import annotations

import os
import stat

import pytest
from typer.testing import CliRunner

from passeur.cli import app
from passeur.saying import command_line
from passeur.services import ServiceName, load_app, load_node_settings
from verifier.settings import VerifierSettings
from web.database import Database

ODD_NAME = "L'atelier \"d'ici\" \\ là-bas #1 $x €"
URL = "http://localhost:18099"


def passeur(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_line(answer):
    """What a refused command says: one line, and no traceback."""
    (line,) = answer.output.splitlines()
    return line


def init(env_file, *, name="Structure (exemple)", url=URL, email="a@structure.example", loopback=True):
    arguments = ["--name", name, "--url", url, "--email", email, "--env-file", env_file]
    return passeur("init", *arguments, *(["--loopback"] if loopback else []))


@pytest.fixture(autouse=True)
def umask():
    """`init` narrows the process's umask; the tests around keep theirs."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def env_file(tmp_path):
    return tmp_path / "passeur.env"


def test_init_makes_three_services_and_a_link_that_signs_in(env_file, tmp_path):
    made = init(env_file)
    assert made.exit_code == 0, made.output
    assert "DID of the node: did:web:localhost%3A18099\n" in made.output
    assert "DID of the verifier: did:web:localhost%3A18099:verifier\n" in made.output
    assert f"{URL}/signin/" in made.output
    assert {file.name for file in tmp_path.glob("*.db")} == {"node.db", "wallet.db", "verifier.db"}


def test_the_link_is_printed_on_one_line_however_narrow_the_terminal(env_file, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    link = next(part for part in init(env_file).output.split() if part.startswith(f"{URL}/signin/"))
    assert len(link.rpartition("/")[2]) >= 22


def test_what_it_writes_is_its_owners_alone(env_file, tmp_path):
    init(env_file)
    for file in (env_file, *tmp_path.glob("*.db")):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_a_settings_file_is_never_overwritten(env_file):
    assert init(env_file).exit_code == 0
    before = env_file.read_bytes()
    again = init(env_file)
    assert again.exit_code == 2
    assert "not overwritten" in one_line(again)
    assert env_file.read_bytes() == before


def test_an_odd_name_is_read_back_as_it_was_typed(env_file):
    assert init(env_file, name=ODD_NAME).exit_code == 0
    assert load_node_settings(env_file).structure_name == ODD_NAME


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ({"name": "Maison ${HOME}"}, "--name"),
        ({"name": "deux\nlignes"}, "--name"),
        ({"name": ""}, "--name"),
        ({"name": "  "}, "--name"),
        ({"name": "n" * 121}, "--name"),
        ({"email": "nobody"}, "--email"),
        ({"email": ""}, "--email"),
        ({"url": "localhost:8000"}, "--url"),
        ({"url": "https://192.0.2.7"}, "--url"),
        ({"url": "https://badges.example.org:x"}, "--url"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_option_before_anything_is_written(env_file, typed, option):
    refused = init(env_file, **typed)
    assert refused.exit_code == 2
    assert one_line(refused).startswith(f"{option}: ")
    assert list(env_file.parent.iterdir()) == []
    assert init(env_file).exit_code == 0


@pytest.mark.parametrize("service", list(ServiceName))
def test_a_database_that_is_there_already_is_left_alone(env_file, tmp_path, service):
    database = tmp_path / f"{service}.db"
    database.write_bytes(b"somebody's")
    refused = init(env_file)
    assert refused.exit_code == 2
    assert f"{database} exists already" in one_line(refused)
    assert [file.name for file in tmp_path.iterdir()] == [database.name]
    assert database.read_bytes() == b"somebody's"


def test_a_folder_that_is_not_there_is_named_in_one_line(tmp_path):
    refused = init(tmp_path / "nodir" / "x.env")
    assert refused.exit_code == 2
    assert str(tmp_path / "nodir") in one_line(refused)
    assert list(tmp_path.iterdir()) == []


def test_the_verifier_of_a_small_structure_knows_its_own_node(env_file):
    assert init(env_file, name=ODD_NAME).exit_code == 0
    (known,) = VerifierSettings(_env_file=env_file).known_issuers
    assert (known.did, known.name) == (load_app(ServiceName.NODE, env_file).state.did, ODD_NAME)
    assert known.reason == "La même structure tient cette page de vérification."


@pytest.mark.parametrize("service", list(ServiceName))
def test_a_secret_that_does_not_open_the_keys_is_named_in_one_line(env_file, service, monkeypatch):
    assert init(env_file).exit_code == 0
    monkeypatch.setenv(f"PASSEUR_{service.upper()}_SECRET", "another secret, " * 3)
    refused = passeur(service, "serve", "--env-file", env_file)
    assert refused.exit_code == 1
    said = one_line(refused)
    assert f"PASSEUR_{service.upper()}_SECRET" in said
    assert f"{service}.db" in said
    assert "another secret" not in said
    monkeypatch.delenv(f"PASSEUR_{service.upper()}_SECRET")
    assert load_app(service, env_file) is not None


@pytest.mark.parametrize(
    ("called_as", "printed"),
    [
        (".venv/bin/passeur", ".venv/bin/passeur serve"),
        ("/opt/my passeur/bin/passeur", "'/opt/my passeur/bin/passeur' serve"),
        ("passeur", "passeur serve"),
    ],
)
def test_the_next_command_is_printed_as_this_one_was_typed(env_file, monkeypatch, called_as, printed):
    monkeypatch.setattr("sys.argv", [called_as, "init"])
    made = init(env_file)
    assert f"Run it: {printed} --env-file {env_file} --port 18099\n" in made.output


def test_the_next_command_of_a_module_names_the_python(monkeypatch):
    monkeypatch.setattr("sys.argv", ["/x/passeur/__main__.py", "init"])
    assert command_line("serve").endswith(" -m passeur serve")


def test_behind_a_web_server_the_port_is_the_services_own(env_file):
    made = init(env_file, url="https://badges.example.org", loopback=False)
    assert f"serve --env-file {env_file}\n" in made.output


@pytest.mark.parametrize(
    ("url", "loopback", "exit_code"),
    [
        ("http://badges.example.org", False, 2),
        ("http://badges.example.org", True, 2),
        (URL, False, 2),
        (URL, True, 0),
        ("https://badges.example.org", False, 0),
    ],
)
def test_plain_http_is_for_this_machine_in_development(env_file, url, loopback, exit_code):
    assert init(env_file, url=url, loopback=loopback).exit_code == exit_code


def test_each_service_can_be_made_alone(tmp_path):
    node, wallet, verifier = (tmp_path / f"{name}.env" for name in ("node", "wallet", "verifier"))
    common = ["--url", URL, "--loopback", "--env-file"]
    assert passeur("node", "init", "--name", "N", "--email", "a@b.example", *common, node).exit_code == 0
    assert passeur("wallet", "init", *common, wallet).exit_code == 0
    assert passeur("verifier", "init", "--name", "V", *common, verifier).exit_code == 0
    assert load_app(ServiceName.VERIFIER, verifier).state.did == "did:web:localhost%3A18099"
    assert not hasattr(load_app(ServiceName.WALLET, wallet).state, "did")


def test_the_secret_is_new_each_time(tmp_path):
    files = [tmp_path / name / "passeur.env" for name in ("one", "two")]
    for file in files:
        file.parent.mkdir()
        init(file)
    secrets = [load_node_settings(file).secret for file in files]
    assert secrets[0].get_secret_value() != secrets[1].get_secret_value()


def test_a_missing_setting_is_named_without_a_traceback(env_file):
    env_file.write_text("PASSEUR_NODE_BASE_URL=https://badges.example.org\n")
    answer = passeur("node", "serve", "--env-file", env_file)
    assert answer.exit_code == 1
    assert "setting PASSEUR_NODE_SECRET" in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("present", "suggested"),
    [(["passeur.env", "node.env"], "passeur.env"), (["node.env"], "node.env"), (["wallet.env"], None)],
)
def test_a_settings_file_in_this_folder_is_suggested(tmp_path, monkeypatch, present, suggested):
    monkeypatch.chdir(tmp_path)
    for name in present:
        (tmp_path / name).touch()
    answer = passeur("node", "serve")
    assert answer.exit_code == 1
    assert ("--env-file" in answer.output) == (suggested is not None)
    assert suggested is None or f"add --env-file {suggested}\n" in answer.output


def test_a_signin_link_for_a_passeur_and_none_for_a_stranger(env_file):
    init(env_file)
    known = passeur("node", "signin-link", "a@structure.example", "--env-file", env_file)
    assert known.exit_code == 0
    assert known.output.startswith(f"{URL}/signin/")
    stranger = passeur("node", "signin-link", "b@structure.example", "--env-file", env_file)
    assert stranger.exit_code == 1
    assert "passeur_unknown" in stranger.output


def test_the_database_belongs_to_the_settings_file(env_file, tmp_path):
    init(env_file)
    database = Database(load_node_settings(env_file).database_url)
    assert str(tmp_path) in str(database.url)
    database.dispose()


@pytest.mark.parametrize(
    "command", [["--help"], ["node", "--help"], ["verify", "--help"], ["serve", "--help"]]
)
def test_help_says_what_there_is(command):
    answer = passeur(*command)
    assert answer.exit_code == 0
    assert "Usage" in answer.output
