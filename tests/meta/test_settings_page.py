"""Every setting of every service is documented, and docs/settings.md says what the code says."""

from __future__ import annotations

import pytest

from tools import settings_page


def test_the_page_is_current():
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page(), "run: make settings"


@pytest.mark.parametrize("settings", [each for _, each in settings_page.SERVICES])
def test_every_setting_has_a_description_and_stands_on_the_page(settings):
    text = settings_page.PAGE.read_text(encoding="utf-8")
    assert settings.model_fields
    for name, field in settings.model_fields.items():
        assert field.description, name
        assert name.upper() in text


def test_no_secret_has_a_default():
    for _, settings in settings_page.SERVICES:
        assert settings.model_fields["secret"].is_required()


def test_a_setting_without_a_description_is_refused():
    class Undocumented(settings_page.ServiceSettings):
        colour: str = "blue"

    own = {"colour": Undocumented.model_fields["colour"]}
    with pytest.raises(ValueError, match="colour has no description"):
        settings_page.table(Undocumented, own, prefix="X_")
    assert "`X_SECRET`" in settings_page.table(
        Undocumented, {"secret": Undocumented.model_fields["secret"]}, prefix="X_"
    )
