"""Sentences in French and English: catalogues, the choice of language, and the check that none is missing.

A catalogue is `locales/fr.json` and `locales/en.json` of a package: keys with dots (flat or nested), values
in plain language with named parameters ("{name}"). `key.one` and `key.other` are chosen by `count`. A key
ending in `_html` holds markup; its parameters are escaped. `"_dynamic": ["prefix."]` declares keys that are
put together in code. `python -m web.i18n wallet verifier` checks them.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any

import structlog
from markupsafe import Markup

from web.packages import package_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from starlette.requests import Request

log = structlog.get_logger(__name__)

LANGUAGES = ("fr", "en")
SHARED_PACKAGE = "web"
LANGUAGE_COOKIE = "lang"
_DYNAMIC = "_dynamic"
_MAXIMUM_ACCEPT_LANGUAGE = 200


@dataclass(frozen=True)
class Catalogue:
    """The sentences of one service in every language.

    Args:
        messages: by language, then by full key.
        strict: whether a missing key raises (tests, development) or shows as itself and is logged.
    """

    messages: Mapping[str, Mapping[str, str]]
    strict: bool = False

    @classmethod
    def load(cls, *packages: str, strict: bool = False) -> Catalogue:
        """Read and merge the catalogues of packages; the shared one first: a service may reword it."""
        messages: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for package in dict.fromkeys((SHARED_PACKAGE, *packages)):
            for language in LANGUAGES:
                messages[language].update(_read(package, language)[0])
        return cls(messages, strict=strict)

    def has(self, language: str, key: str) -> bool:
        """Whether the key exists in that language."""
        return key in self.messages[language]

    def text(self, language: str, key: str, **params: Any) -> str:
        """The sentence of a key.

        Args:
            language: "fr" or "en".
            key: without the plural's ending when `count` is among the parameters.
            params: named values; `count` (whole number) also chooses between `key.one` and `key.other`.

        Returns:
            text for autoescaping; Markup with escaped parameters when the key ends in `_html`.

        Raises:
            KeyError: no such key, in strict mode.
        """
        message = self._message(language, key, params)
        if message is None:
            if self.strict:
                raise KeyError(f"no message {key!r} in {language!r}")
            log.error("message_missing", key=key, language=language)
            return key
        if key.endswith("_html"):
            return Markup(message).format(**params)  # noqa: S704 - our own catalogue; format() escapes
        return message.format(**params) if params else message.format()

    def _message(self, language: str, key: str, params: Mapping[str, Any]) -> str | None:
        messages = self.messages[language]
        if "count" in params:
            plural = messages.get(f"{key}.{plural_form(language, params['count'])}")
            if plural is not None:
                return plural
        return messages.get(key)


def plural_form(language: str, count: float) -> str:
    """The form for a count, "one" or "other": in French zero is singular.

    Source: Unicode CLDR, plural rules
    """
    singular = abs(count) < 2 if language == "fr" else count == 1  # noqa: PLR2004 - the rule's number
    return "one" if singular else "other"


def language_of(request: Request) -> str:
    """The answer's language: chosen here (`?lang=`), chosen before (cookie), preferred, or the default."""
    known: str | None = getattr(request.state, "language", None)
    if known is None:
        known = request.state.language = (
            chosen_language(request)
            or _supported(request.cookies.get(LANGUAGE_COOKIE))
            or _preferred(request.headers.get("accept-language", ""))
            or str(request.app.state.settings.default_language)
        )
    return known


def chosen_language(request: Request) -> str | None:
    """The language asked for in this very URL, which the renderer then remembers."""
    return _supported(request.query_params.get("lang"))


def translator(request: Request) -> Callable[..., str]:
    """The function t(key, **params) in the language of a request."""
    catalogue: Catalogue = request.app.state.catalogue
    language = language_of(request)

    def t(key: str, **params: Any) -> str:
        return catalogue.text(language, key, **params)

    return t


def _supported(language: str | None) -> str | None:
    return language if language in LANGUAGES else None


def _preferred(header: str) -> str | None:
    """The best supported language of an Accept-Language header.

    Source: RFC 9110 section 12.5.4
    """
    best, best_quality = None, 0.0
    for entry in header[:_MAXIMUM_ACCEPT_LANGUAGE].split(","):
        tag, _, parameter = entry.strip().partition(";")
        language = _supported(tag.split("-")[0].lower())
        quality = _quality(parameter)
        if language and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameter: str) -> float:
    match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter)
    return float(match[1]) if match else 1.0 if not parameter else 0.0


def _read(package: str, language: str) -> tuple[dict[str, str], list[str]]:
    """The messages of one file, flattened, and its dynamic prefixes; a package without the file has none."""
    path = package_folder(package) / "locales" / f"{language}.json"
    if not path.is_file():
        return {}, []
    content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_no_duplicates)
    dynamic = content.pop(_DYNAMIC, [])
    return dict(_flatten(content)), dynamic


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"message defined twice: {', '.join(twice)}")
    return content


def _flatten(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


# --- the check: every sentence that is used exists in both languages, and the reverse

_CALL = re.compile(r"""(?<![\w.])t\(\s*(["'])(?P<key>[^"'\n]+)\1\s*(?P<after>[,)~+%])""")
_TEXT_CALL = re.compile(r"""\.text\(\s*[\w.()]+,\s*(["'])(?P<key>[^"'\n]+)\1\s*(?P<after>[,)~+%])""")
_LITERAL = re.compile(r"""(["'])([A-Za-z_][\w.-]*\.?)\1""")
_PLURALS = (".one", ".other")


@dataclass(frozen=True)
class _Uses:
    """What the files of a package mention: keys, prefixes completed in code, and all quoted words."""

    keys: dict[str, str]
    prefixes: dict[str, str]
    literals: set[str]


def check_messages(packages: Iterable[str]) -> list[str]:
    """Findings about catalogues: missing, unused, or different from one language to the other.

    Args:
        packages: services; the shared catalogue is always checked with them.

    Returns:
        one line per finding; empty when all is well.
    """
    names = list(dict.fromkeys((SHARED_PACKAGE, *packages)))
    uses = {package: _uses(package_folder(package)) for package in names}
    findings = []
    for package in names:
        findings += _differences(package)
        findings += _missing(package, uses[package])
        users = list(uses.values()) if package == SHARED_PACKAGE else [uses[package]]
        findings += _unused(package, users)
    return findings


def _uses(folder: Path) -> _Uses:
    keys: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    literals: set[str] = set()
    for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt"), *folder.rglob("*.py")]):
        content = path.read_text(encoding="utf-8")
        where = str(path.relative_to(folder.parent))
        literals.update(match[2] for match in _LITERAL.finditer(content))
        calls = [_CALL] if path.suffix != ".py" else [_CALL, _TEXT_CALL]
        for match in (found for call in calls for found in call.finditer(content)):
            completed = match["after"] in "~+%"
            (prefixes if completed else keys).setdefault(match["key"], where)
    return _Uses(keys, prefixes, literals)


def _differences(package: str) -> list[str]:
    (french, french_dynamic), (english, english_dynamic) = (
        _read(package, language) for language in LANGUAGES
    )
    findings = [f"{package}: {key} is not in en.json" for key in sorted(french.keys() - english.keys())]
    findings += [f"{package}: {key} is not in fr.json" for key in sorted(english.keys() - french.keys())]
    findings += [
        f"{package}: {key} has parameters {_names(french[key])} in fr.json, {_names(english[key])} in en.json"
        for key in sorted(french.keys() & english.keys())
        if _names(french[key]) != _names(english[key]) and not key.endswith(".one")
    ]
    findings += [
        f"{package}: {key} is empty" for key, text in sorted(french.items()) if not str(text).strip()
    ]
    if sorted(french_dynamic) != sorted(english_dynamic):
        findings.append(f"{package}: _dynamic differs between fr.json and en.json")
    return findings


def _names(message: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(message) if name})


def _missing(package: str, uses: _Uses) -> list[str]:
    known: set[str] = set()
    dynamic: list[str] = []
    for source in (SHARED_PACKAGE, package):
        messages, prefixes = _read(source, LANGUAGES[0])
        known |= messages.keys()
        dynamic += prefixes
    findings = [
        f"{package}: {key} is used in {where} and in no catalogue"
        for key, where in sorted(uses.keys.items())
        if key not in known and f"{key}.other" not in known
    ]
    return findings + [
        f"{package}: {prefix} is completed in {where} but not declared in _dynamic"
        for prefix, where in sorted(uses.prefixes.items())
        if not any(prefix.startswith(declared) for declared in dynamic)
    ]


def _unused(package: str, users: list[_Uses]) -> list[str]:
    messages, dynamic = _read(package, LANGUAGES[0])
    used = {key for uses in users for key in (*uses.keys, *uses.literals)}
    findings = [
        f"{package}: {key} is never used"
        for key in sorted(messages)
        if key not in used and _singular(key) not in used and not key.startswith(tuple(dynamic))
    ]
    return findings + [
        f"{package}: _dynamic {prefix} has no message"
        for prefix in dynamic
        if not any(key.startswith(prefix) for key in messages)
    ]


def _singular(key: str) -> str:
    for ending in _PLURALS:
        key = key.removesuffix(ending)
    return key


def main(packages: list[str]) -> int:
    """Print the findings; 1 when there are any."""
    findings = check_messages(packages)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"messages: {len(packages) + 1} catalogues, {len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
