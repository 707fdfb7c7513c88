"""What a service is configured with, and what it refuses to start with."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.unit.web.gallery import SECRET, gallery_settings
from web.settings import ServiceSettings, is_loopback_name, origin_of


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"base_url": "http://exemple.org"}, "https"), ({"base_url": "http://127.0.0.1:8000", "allow_insecure_loopback": False}, "https"),
        ({"base_url": "ftp://exemple.org"}, "address"), ({"base_url": "exemple.org"}, "address"), ({"base_url": "https://"}, "address"),
        ({"base_url": "https://exemple.org/?a=b"}, "query"), ({"base_url": "https://u:p@exemple.org"}, "user name"), ({"base_url": "https://exemple.org/#a"}, "fragment"),
        ({"secret": "short"}, "32"), ({"secret": ""}, "32"), ({"time_zone": "Vendée"}, "time zone"), ({"time_zone": "../etc/passwd"}, "time zone"),
        ({"default_language": "de"}, "fr"), ({"log_level": "loud"}, "debug"),
    ],
)  # fmt: skip
def test_what_would_not_work_is_refused_at_the_start(changed, word):
    with pytest.raises(ValidationError, match=word) as refused:
        gallery_settings(**changed)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("missing", ["base_url", "database_url", "secret"])
def test_there_is_no_default_for_what_matters(missing):
    given = {"base_url": "https://exemple.org", "database_url": "sqlite:////x.db", "secret": SECRET}
    del given[missing]
    with pytest.raises(ValidationError, match=missing):
        ServiceSettings(**given)


def test_the_address_gives_path_and_origin():
    settings = gallery_settings(
        base_url="https://Exemple.org:443/portefeuille/", allow_insecure_loopback=False
    )
    assert settings.base_path == "/portefeuille"
    assert settings.origin == "https://exemple.org"
    assert settings.is_https
    assert gallery_settings().base_path == ""


def test_settings_do_not_change_and_hide_their_secret():
    settings = gallery_settings()
    with pytest.raises(ValidationError):
        settings.base_url = "https://evil.example.org"
    assert SECRET not in repr(settings)


def test_every_setting_is_documented():
    for name, field in ServiceSettings.model_fields.items():
        assert field.description, name


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.org/x", "https://a.org"), ("http://a.org:80", "http://a.org"), ("http://a.org:443", "http://a.org:443"),
        ("http://[::1]:8000/x", "http://[::1]:8000"),
    ],
)  # fmt: skip
def test_origins_are_written_as_browsers_write_them(url, origin):
    assert origin_of(url) == origin


def test_loopback_names():
    assert all(is_loopback_name(host) for host in ("localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1"))
    assert not any(
        is_loopback_name(host) for host in ("localhost.evil.org", "10.0.0.1", "0.0.0.0", "127.1", "")
    )
