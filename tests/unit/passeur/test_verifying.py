"""`passeur verify`: exit 0, 1 or 2, by file, address and standard input; what a stranger wrote steers no terminal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from credentials.baking import bake_png, bake_svg
from credentials.cose import sign_cose_credential
from credentials.exchange.presentations import make_presentation
from credentials.open_badges import Achievement, Criteria, Kind, Profile
from did.keys import KeySigner
from passeur import verifying
from passeur.cli import app
from passeur.verifying import Language
from tests.unit.credentials.open_badges_v2.scenes import HOST, hosted
from tests.unit.passeur.conftest import ISSUER_DID, KEY, SIGNER, serve_on_loopback, sign

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def run(source, **changes):
    arguments = {"as_json": False, "known_issuers": [], "language": Language.FRENCH, "loopback": True}
    return verifying.run(str(source), **(arguments | changes))


def png() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(picture, "PNG")
    return picture.getvalue()


@pytest.mark.parametrize(
    ("name", "bake"),
    [
        ("badge.json", lambda badge: badge),
        ("badge.png", lambda badge: bake_png(png(), badge)),
        ("badge.svg", lambda badge: bake_svg(SVG, badge)),
    ],
)
def test_a_file_that_holds_a_valid_badge_exits_0(tmp_path, badge, capsys, name, bake):
    file = tmp_path / name
    file.write_bytes(bake(badge))
    assert run(file) == 0
    printed = capsys.readouterr().out
    assert "Ce badge est valable." in printed
    assert "Pilotage de drone" in printed
    assert ISSUER_DID in printed


@pytest.mark.parametrize(
    ("name", "bake"),
    [
        ("badge.json", lambda badge: badge),
        ("badge.png", lambda badge: bake_png(png(), badge)),
        ("badge.svg", lambda badge: bake_svg(SVG, badge)),
    ],
)
def test_an_altered_badge_exits_1_and_names_the_code(tmp_path, badge, capsys, name, bake):
    file = tmp_path / name
    file.write_bytes(bake(badge.replace(b"Pilotage de drone", b"Pilotage de fusee")))
    assert run(file) == 1
    printed = capsys.readouterr().out
    assert "invalid_signature" in printed
    assert "valable." not in printed.replace("n’est pas valable.", "")


def test_a_badge_in_cose_is_verified(tmp_path, badge, capsys):
    unsigned = {name: value for name, value in json.loads(badge).items() if name != "proof"}
    message = sign_cose_credential(unsigned, signer=SIGNER, now=datetime.now(UTC))
    file = tmp_path / "badge.cbor"
    file.write_bytes(message)
    assert run(file, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["securing"] == "vc+cose"
    file.write_bytes(message.replace(b"Pilotage de drone", b"Pilotage de fusee"))
    assert run(file) == 1
    assert "cose_signature" in capsys.readouterr().out


def test_the_report_as_json_says_the_same(tmp_path, badge, capsys):
    file = tmp_path / "badge.json"
    file.write_bytes(badge)
    assert run(file, as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["outcome"] == "valid"
    assert [warning["code"] for warning in report["warnings"]] == ["unknown_issuer"]


def test_an_issuer_that_is_known_gives_no_warning(tmp_path, badge, capsys):
    file = tmp_path / "badge.json"
    file.write_bytes(badge)
    assert run(file, known_issuers=[ISSUER_DID]) == 0
    assert "!" not in capsys.readouterr().out
    assert run(file, known_issuers=[f"{ISSUER_DID}x"]) == 0
    assert "unknown_issuer" in capsys.readouterr().out


def test_english_is_spoken_too(tmp_path, badge, capsys):
    file = tmp_path / "badge.json"
    file.write_bytes(badge)
    assert run(file, language=Language.ENGLISH) == 0
    assert "This badge is valid." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "en", "LC_ALL": ""}, "en"),
        ({"LANG": "eng"}, "fr"),
    ],
)
def test_the_language_is_the_terminals(environment, language):
    assert verifying.language_of(environment) == language


@pytest.mark.parametrize(("typed", "said"), [([], "This badge"), (["--language", "fr"], "Ce badge")])
def test_the_command_takes_the_language_of_the_terminal_unless_told(
    tmp_path, badge, monkeypatch, typed, said
):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    file = tmp_path / "badge.json"
    file.write_bytes(badge)
    answer = CliRunner().invoke(app, ["verify", str(file), *typed])
    assert answer.exit_code == 0
    assert said in answer.output


@pytest.mark.parametrize(
    "did", ["did:web:localhost%3A8000", "did:web:127.0.0.1%3A8000:a", "did:web:localhost"]
)
def test_a_badge_of_this_machine_without_the_switch_gives_the_hint(tmp_path, contexts, capsys, did):
    file = tmp_path / "badge.json"
    signer = KeySigner(KEY, f"{did}#key-1")
    file.write_bytes(sign(contexts, signer=signer, issuer=Profile(id=did, name="Structure (exemple)")))
    for as_json in (False, True):
        assert run(file, loopback=False, as_json=as_json) != 0
        assert "--loopback" in capsys.readouterr().err
    assert run(file, loopback=True) != 0
    assert "--loopback" not in capsys.readouterr().err


def test_a_badge_of_elsewhere_gives_no_hint(tmp_path, badge, capsys):
    file = tmp_path / "badge.json"
    file.write_bytes(badge.replace(b"Pilotage de drone", b"Pilotage de fusee"))
    assert run(file, loopback=False) == 1
    assert "--loopback" not in capsys.readouterr().err


@pytest.mark.covers("open-badges-3.0", "Web Resource")
def test_an_address_is_fetched(badge, capsys):
    with serve_on_loopback({"/badge": (200, "application/vc", badge)}) as base:
        assert run(f"{base}/badge") == 0
        assert run(f"{base}/other") == 2
    assert "status 404" in capsys.readouterr().err


def test_plain_http_needs_the_development_switch(badge, capsys):
    with serve_on_loopback({"/badge": (200, "application/vc", badge)}) as base:
        assert run(f"{base}/badge", loopback=False) == 2
        said = capsys.readouterr().err
        assert "rien n’a pu être lu" in said
        assert "--loopback" in said
        assert run(f"{base}/badge", loopback=True) == 0


def test_a_status_list_that_does_not_answer_is_indeterminate(tmp_path, contexts, capsys):
    with serve_on_loopback({}) as base:
        status = {
            "id": f"{base}/status/1#5",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "5",
            "statusListCredential": f"{base}/status/1",
        }
        file = tmp_path / "badge.json"
        file.write_bytes(sign(contexts, status=status))
        assert run(file) == 2
    printed = capsys.readouterr().out
    assert "n’a pas pu être vérifié" in printed
    assert "status_unavailable" in printed


def test_a_link_that_a_learner_prepared_is_checked_for_its_own_address(badge, contexts, capsys):
    answers = {}
    now = datetime.now(UTC)
    with serve_on_loopback(answers) as base:
        link = f"{base}/p/token1"
        presentation = make_presentation(
            credentials=[json.loads(badge)],
            signer=SIGNER,
            holder=ISSUER_DID,
            domain=link,
            challenge="token1",
            created=now,
            contexts=contexts,
            expires=now + timedelta(days=1),
        )
        body = json.dumps(presentation).encode()
        answers |= {f"/p/{name}": (200, "application/vp", body) for name in ("token1", "token2")}
        assert run(link) == 0
        assert run(f"{base}/p/token2") == 1
    assert "domain_mismatch" in capsys.readouterr().out


def test_a_presentation_in_a_file_has_no_audience_to_be_checked_against(tmp_path, capsys):
    file = tmp_path / "presentation.json"
    file.write_text('{"type": ["VerifiablePresentation"]}')
    assert run(file) == 2
    assert "presentation_without_address" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code"), [(b"hello", "baking_unknown_format"), (SVG, "baking_no_credential")]
)
def test_a_file_without_a_badge_exits_1(tmp_path, capsys, content, code):
    file = tmp_path / "file"
    file.write_bytes(content)
    assert run(file) == 1
    assert code in capsys.readouterr().err
    assert run(file, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["code"] == code


def test_a_file_that_is_not_there_exits_2(tmp_path, capsys):
    assert run(tmp_path / "none.json") == 2
    assert run(tmp_path / "none.json", as_json=True) == 2
    assert json.loads(capsys.readouterr().out)["outcome"] == "indeterminate"


def test_what_a_badge_says_does_not_steer_the_terminal(tmp_path, contexts, capsys):
    name = "Drone\x1b]0;owned\x07 [red]rouge[/red] \u202eeugnol"
    achievement = Achievement(
        id="https://node.example/badges/1",
        name=name,
        description="Vu.",
        criteria=Criteria(narrative="Vu."),
        achievement_type=Kind.EXPERIENCE.achievement_type,
    )
    file = tmp_path / "badge.json"
    file.write_bytes(sign(contexts, achievement=achievement))
    run(file)
    printed = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e"} & set(printed)
    assert "[red]rouge[/red]" in printed, "the name is shown as it was signed, not read as markup"


@pytest.mark.parametrize(("alter", "exit_code"), [(False, 0), (True, 1)])
def test_the_command_reads_standard_input_and_exits_so(badge, alter, exit_code):
    data = badge.replace(b"drone", b"fusee") if alter else badge
    result = subprocess.run(
        [sys.executable, "-m", "passeur", "verify", "-", "--json"],
        input=data,
        capture_output=True,
        check=False,
    )
    assert result.returncode == exit_code, result.stderr
    assert json.loads(result.stdout)["outcome"] == ("invalid" if alter else "valid")


def test_an_older_badge_that_its_site_confirms_exits_0_and_is_said_to_be_one(tmp_path, capsys):
    answers: dict[str, tuple[int, str, bytes]] = {}
    with serve_on_loopback(answers) as base:
        scene = hosted()
        for each in (scene.assertion, scene.badge_class, scene.issuer):
            text = json.dumps(each).replace(HOST, base)
            answers[each["id"].removeprefix(HOST)] = (200, "application/ld+json", text.encode())
        file = tmp_path / "assertion.json"
        file.write_bytes(json.dumps(scene.assertion).replace(HOST, base).encode())
        assert run(file) == 0
        assert "open_badges_2_hosted" in capsys.readouterr().out
        assert run(f"{base}/assertions/1", as_json=True) == 0
        assert json.loads(capsys.readouterr().out)["form"] == "Open Badges 2.0"
        del answers["/assertions/1"]
        assert run(file) == 1
        answers["/assertions/1"] = (410, "text/plain", b"")
        assert run(file) == 1
        assert "revoked" in capsys.readouterr().out
    assert run(file) == 2


def test_a_credential_with_a_legacy_proof_exits_0_and_is_said_to_be_one(capsys):
    vectors = Path(__file__).parents[2] / "vectors"
    assert run(vectors / "legacy-proofs" / "didkit-jws-2020-p-256.json") == 0
    assert "legacy_proof" in capsys.readouterr().out
