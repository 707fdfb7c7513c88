"""Every code that the library can put into a report has a sentence, in French and in English; and every code of
the services' own errors.

The codes are read off the source: what is raised or recorded there, whether a test reaches it or not.
"""

from __future__ import annotations

import ast
import importlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from credentials.report import INDETERMINATE_CODES
from credentials.verification import CREDENTIAL_STEPS, PRESENTATION_STEPS
from verifier.reasons import REASONS, reason_of
from web.i18n import LANGUAGES, Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIBRARY = ("contexts", "did", "credentials")
# what is raised there never stands in a report
OUTSIDE = {
    "credentials/open_badges/builder.py": "a badge that is being built",
    "credentials/open_badges/lint.py": "ditto",
    "credentials/exchange/offers.py": "an offer, which the wallet's pages speak of",
    "credentials/exchange/authorization_requests.py": "a request, ditto",
    "credentials/exchange/request_objects.py": "ditto",
    "credentials/exchange/urls.py": "ditto",
}
# a page says these by the state of what was asked, or they answer a program
WITHOUT_PAGE = {
    "issuer_node": {
        "CredentialRequestError": "OpenID4VCI, section 8.3.1",
        "GrantError": "RFC 6749, section 5.2",
        "OAuthError": "ditto",
        "VcApiError": "the VC-API",
        "DataModelError": "ditto",
        "IssuingError": "ditto: server_error",
        "SigninError": "the pages of signing in, which say one sentence for all of them",
    },
    "wallet": {
        "LinkEndedError": "the page of a link that ended",
        "PasskeyError": "one sentence for all of them",
        "wallet/copies.py": "the page of a badge, which says how its copies stand",
    },
    "verifier": {
        "OAuthError": "the wallet's answer to a request",
        "RequestError": "the page of a request that ended",
        "ResponseError": "the wallet's answer to a request",
        "ResultError": "the page of a result",
    },
}
_PREFIXES = ("error.", "problem.", "home.error.", "ask.error.")


def calls_of(package: str) -> Iterator[tuple[str, str, str]]:
    """Each error or failed check with a literal code: file, name of what is called, code."""
    for path in sorted((ROOT / package).rglob("*.py")):
        file = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from ((file, name, code) for name, code in _codes_of_call(node))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                yield from ((file, "default_code", code) for code in _default_code(node))


def _codes_of_call(node: ast.Call) -> Iterator[tuple[str, str]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "failed" and len(node.args) > 1:
        yield from ((name, code) for code in _literals(node.args[1]))
    elif name.endswith("Error"):
        named = [each.value for each in node.keywords if each.arg == "code"]
        first = node.args[:1] if _takes_code_first(name) else []
        yield from ((name, code) for each in (*first, *named) for code in _literals(each))


def _literals(node: ast.expr) -> Iterator[str]:
    """The string, or both strings of a choice."""
    if isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _default_code(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if isinstance(target, ast.Name) and target.id == "default_code" and node.value is not None:
        yield from _literals(node.value)


@cache
def _code_first_errors() -> frozenset[str]:
    """The names of the errors whose first argument is the code: those of this library, not those of floors
    below, which have a class for each.
    """
    from credentials.errors import CredentialsError

    for path in (ROOT / "credentials").rglob("*.py"):
        importlib.import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
    found, waiting = set(), [CredentialsError]
    while waiting:
        each = waiting.pop()
        found.add(each.__name__)
        waiting += each.__subclasses__()
    return frozenset(found)


def _takes_code_first(name: str) -> bool:
    return name in _code_first_errors()


def library_codes() -> frozenset[str]:
    found = {code for package in LIBRARY for file, _, code in calls_of(package) if file not in OUTSIDE}
    return frozenset(found | INDETERMINATE_CODES | {"schema_not_met"})


def test_the_codes_are_found() -> None:
    codes = library_codes()
    assert len(codes) > 200
    assert {
        "invalid_signature",
        "revoked",
        "too_deep",
        "notFound",
        "jws_typ",
        "status_list_rollback",
    } <= codes


def test_every_code_of_a_report_has_a_sentence() -> None:
    # those that only warn have sentences of their own
    missing = sorted(code for code in library_codes() if code not in REASONS and code not in warnings())
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_short(language: str) -> None:
    messages = Catalogue.load("verifier").messages[language]
    for code in REASONS:
        key = reason_of("proof", code)
        assert key in messages, code
        assert len(messages[key].split()) <= 8, messages[key]
    assert messages["report.reason.other"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_warning_is_said_in_few_words_and_then_in_whole_ones(language: str) -> None:
    messages = Catalogue.load("verifier").messages[language]
    for code in warnings():
        assert len(messages[f"report.warning.{code}"].split()) <= 4
        assert len(messages[f"report.know.{code}"].split()) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_line_has_words_for_each_step_and_warning(language: str) -> None:
    messages = Catalogue.load("passeur").messages[language]
    steps = {*CREDENTIAL_STEPS, *PRESENTATION_STEPS, "schema"} - {"query"}
    assert {f"step.{name}" for name in steps} <= messages.keys()
    # letters are looked at by the pages alone
    assert {f"warning.{code}" for code in warnings() - {"deceptive_letters"}} <= messages.keys()


def warnings() -> set[str]:
    messages = Catalogue.load("verifier").messages["fr"]
    prefix = "report.warning."
    return {key.removeprefix(prefix) for key in messages if key.startswith(prefix)} - {"other"}


def test_no_sentence_is_for_a_code_that_nothing_gives() -> None:
    """A code that was renamed leaves its sentence behind."""
    text = "\n".join(path.read_text() for package in (*LIBRARY, "verifier") for path in (ROOT / package).rglob("*.py") if path.name != "reasons.py")  # fmt: skip
    assert [code for code in REASONS if f'"{code}"' not in text] == []


@pytest.mark.parametrize("step", ["proof", "holder_key", "schema", "a_step_of_tomorrow"])
def test_a_code_of_tomorrow_is_told_by_its_step(step: str) -> None:
    key = reason_of(step, "a_code_of_tomorrow")
    assert key == ("report.reason.other" if step == "a_step_of_tomorrow" else f"report.step.{step}")
    for language in LANGUAGES:
        assert key in Catalogue.load("verifier").messages[language]


def test_the_key_of_who_presents_is_not_the_issuers() -> None:
    assert reason_of("holder_key", "controller_mismatch") == "report.step.holder_key"
    assert reason_of("issuer_key", "controller_mismatch") == "report.reason.key"


@pytest.mark.parametrize("package", sorted(WITHOUT_PAGE))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_that_a_page_of_a_service_shows_has_a_sentence(package: str, language: str) -> None:
    messages = {
        key
        for each in ("web", package)
        for key in json.loads((ROOT / each / "locales" / f"{language}.json").read_text())
    }
    missing = {
        (name, code)
        for file, name, code in _service_codes(package)
        if not {file, name} & WITHOUT_PAGE[package].keys()
        and not any(f"{prefix}{code}{end}" in messages for prefix in _PREFIXES for end in ("", ".title"))
    }
    assert missing == set()


def _service_codes(package: str) -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id.endswith("Error")
            ):
                for code in _literals(node.args[0]) if node.args else ():
                    if code.isidentifier():
                        yield str(path.relative_to(ROOT)), node.func.id, code
