"""Every setting of the wallet is documented, and none that opens something is open by default."""

from __future__ import annotations

from wallet.settings import WalletSettings


def test_every_setting_says_what_it_is_for():
    assert all(field.description for field in WalletSettings.model_fields.values())


def test_what_is_for_development_is_off_by_default():
    settings = WalletSettings(
        base_url="https://w.example", database_url="sqlite:////tmp/w.db", secret="x" * 32
    )
    assert not settings.allow_unsigned_requests
    assert not settings.allow_insecure_loopback
