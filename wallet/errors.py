"""What can go wrong in the wallet. Codes and values here; the sentences stand in the catalogues.

WalletError
├── PassphraseError     a passphrase that is soon guessed
├── SignInError         wrong number or passphrase: which, is not said
├── TooManyAttemptsError
├── RecoveryError       not a recovery code of any passport
├── OfferError          an offer that cannot be shown
├── ReceivingError      an offer that cannot be redeemed, now (`again`) or ever
├── RequestError        a verifier's request that is refused
├── PresentingError     an answer that could not be given
└── SharingError        a link that cannot be made
"""

from __future__ import annotations


class WalletError(Exception):
    """Base of the wallet's errors.

    Args:
        code: machine code; the catalogue has a sentence for it under `error.CODE`.
        detail: for developers; never holds a secret.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)


class PassphraseError(WalletError):
    """The passphrase is not taken."""


class SignInError(WalletError):
    """Signing in failed."""


class TooManyAttemptsError(WalletError):
    """Too many tries; `minutes` until the next.

    Args:
        minutes: how long to wait, at least 1.
    """

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__("too_many_attempts", f"{minutes} min")


class RecoveryError(WalletError):
    """The recovery code opens nothing."""


class OfferError(WalletError):
    """The offer cannot be shown."""


class ReceivingError(WalletError):
    """The offer could not be redeemed.

    Args:
        code: machine code.
        detail: for developers.
        again: trying again can help; the offer stays as it is.
    """

    def __init__(self, code: str, detail: str = "", *, again: bool = False) -> None:
        self.again = again
        super().__init__(code, detail)


class RequestError(WalletError):
    """The verifier's request is refused."""


class PresentingError(WalletError):
    """The answer could not be given.

    Args:
        code: machine code.
        detail: for developers.
        again: trying again can help; the request stays open.
    """

    def __init__(self, code: str, detail: str = "", *, again: bool = False) -> None:
        self.again = again
        super().__init__(code, detail)


class SharingError(WalletError):
    """The link cannot be made."""
