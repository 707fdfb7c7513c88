"""Making a passport, opening it, recovering it, closing it. No e-mail, no telephone number, no name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from wallet import attempts, offers, passports, signing_in
from wallet.dependencies import (
    FORM,
    MaybeVisitor,
    Network,
    Pages,
    SignedIn,
    Wallet,
    keep_session,
    see_other,
)
from wallet.errors import PassphraseError, RecoveryError, SignInError, TooManyAttemptsError
from wallet.passports import NewCode
from wallet.service import WalletService
from wallet.signing_in import Visitor
from wallet.words import suggest_passphrase
from web.paths import safe_path
from web.problems import NotFound
from web.sessions import clear_session, cookie_name, set_cookie

router = APIRouter()

NUMBER_DAYS = 400
_REFUSED = (PassphraseError, SignInError, RecoveryError, TooManyAttemptsError)
Typed = Annotated[str, Form(max_length=1_000)]
Next = Annotated[str | None, Form(max_length=500)]


@router.get("/signup")
def show_signup(
    request: Request,
    pages: Pages,
    service: Wallet,
    visitor: MaybeVisitor,
    next: str | None = None,  # noqa: A002
) -> Response:
    """Two ways to protect a new passport: this device, or a passphrase."""
    return _signup_page(request, pages, service, visitor, going_to=safe_path(next))


@router.post("/signup", dependencies=FORM)
def sign_up(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    visitor: MaybeVisitor,
    side: Network,
    passphrase: Typed,
    next: Next = None,  # noqa: A002
) -> Response:
    """Make a passport protected by a passphrase; its recovery code is shown here and nowhere else."""
    going_to = safe_path(next)
    try:
        attempts.count_attempt(service, attempts.SIGN_UP_PER_NETWORK, side)
        made = passports.create_passport(service, passphrase=passphrase)
    except _REFUSED as err:
        return _signup_page(
            request, pages, service, visitor, going_to=going_to, refused=err, typed=passphrase
        )
    opened = signing_in.sign_in(service, visitor, passport_id=made.passport_id)
    page = code_page(request, pages, service, opened.visitor, made, going_to=going_to, is_new=True)
    return remember_number(request, keep_session(request, page, opened), made.number)


@router.get("/signin")
def show_signin(
    request: Request,
    pages: Pages,
    service: Wallet,
    visitor: MaybeVisitor,
    next: str | None = None,  # noqa: A002
) -> Response:
    """The passport's number and passphrase, or a passkey."""
    if visitor is not None and visitor.passport_id is not None:
        return see_other(request, safe_path(next) or "/passport")
    number = request.cookies.get(cookie_name(service.settings, "number"), "")
    return pages.page(
        request, "signin.html", number=number[:64], going_to=safe_path(next), error=None, minutes=None
    )


@router.post("/signin", dependencies=FORM)
def sign_in(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    visitor: MaybeVisitor,
    side: Network,
    number: Typed,
    passphrase: Typed,
    next: Next = None,  # noqa: A002
) -> Response:
    """Open a passport. Whether the number or the passphrase was wrong is not said."""
    going_to = safe_path(next)
    try:
        passport_id = passports.sign_in_with_passphrase(
            service, number=number, passphrase=passphrase, network=side
        )
    except (SignInError, TooManyAttemptsError) as err:
        minutes = getattr(err, "minutes", None)
        return pages.page(
            request, "signin.html", status=429 if minutes else 403,
            number=number[:64], going_to=going_to, error=err.code, minutes=minutes,
        )  # fmt: skip
    opened = signing_in.sign_in(service, visitor, passport_id=passport_id)
    response = keep_session(request, see_other(request, going_to or "/passport"), opened)
    return remember_number(request, response, passports.get_passport(service, passport_id).number)


@router.get("/recover")
def show_recover(request: Request, pages: Pages) -> Response:
    """The recovery code and a new passphrase."""
    return pages.page(request, "recover.html", error=None, minutes=None, suggested=suggest_passphrase())


@router.post("/recover", dependencies=FORM)
def recover(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    visitor: MaybeVisitor,
    side: Network,
    code: Typed,
    passphrase: Typed,
) -> Response:
    """Set a new passphrase with the recovery code, which is burnt; show the new one."""
    try:
        made = passports.recover(service, code=code, new_passphrase=passphrase, network=side)
    except _REFUSED as err:
        minutes = getattr(err, "minutes", None)
        return pages.page(
            request, "recover.html", status=429 if minutes else 422,
            error=err.code, minutes=minutes, suggested=passphrase,
        )  # fmt: skip
    opened = signing_in.sign_in(service, visitor, passport_id=made.passport_id)
    page = code_page(request, pages, service, opened.visitor, made, going_to=None)
    return remember_number(request, keep_session(request, page, opened), made.number)


@router.post("/signout", dependencies=FORM)
def sign_out(request: Request, service: Wallet, visitor: MaybeVisitor) -> Response:
    """Sign out and leave nothing in this browser: it may be somebody else's next."""
    if visitor is not None:
        signing_in.sign_out(service, visitor)
    return forget_browser(request, see_other(request, "/"))


@router.get("/account")
def show_account(
    request: Request, pages: Pages, service: Wallet, owner: SignedIn, *, changed: bool = False
) -> Response:
    """How the passport is protected, and what can be changed."""
    return _account_page(request, pages, service, owner.passport_id, changed=changed)


@router.post("/account/passphrase", dependencies=FORM)
def change_passphrase(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    side: Network,
    new: Typed,
    current: Typed = "",
) -> Response:
    """Change the passphrase; other browsers are signed out."""
    try:
        passports.set_passphrase(
            service, owner.visitor, passport_id=owner.passport_id, current=current, new=new, network=side
        )
    except _REFUSED as err:
        return _account_page(request, pages, service, owner.passport_id, refused=err, where="passphrase")
    return see_other(request, "/account?changed=1")


@router.get("/account/recovery-code")
def show_renew_code(
    request: Request,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    next: str | None = None,  # noqa: A002
) -> Response:
    """Ask before the old code dies; after signing up with a passkey, the first code comes from here."""
    return _renew_page(request, pages, service, owner.passport_id, going_to=safe_path(next))


@router.post("/account/recovery-code", dependencies=FORM)
def renew_code(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    side: Network,
    current: Typed = "",
    next: Next = None,  # noqa: A002
) -> Response:
    """Make a new recovery code and show it, once."""
    going_to = safe_path(next)
    try:
        made = passports.renew_recovery_code(
            service, passport_id=owner.passport_id, passphrase=current, network=side
        )
    except _REFUSED as err:
        return _renew_page(request, pages, service, owner.passport_id, going_to=going_to, refused=err)
    return code_page(request, pages, service, owner.visitor, made, going_to=going_to)


@router.post("/account/passkeys/{passkey_id}/remove", dependencies=FORM)
def remove_passkey(
    request: Request, pages: Pages, service: Wallet, owner: SignedIn, passkey_id: str
) -> Response:
    """Remove a passkey, unless it is the last way in."""
    try:
        if not passports.remove_passkey(service, passport_id=owner.passport_id, passkey_id=passkey_id):
            raise NotFound
    except PassphraseError as err:
        return _account_page(request, pages, service, owner.passport_id, refused=err, where="passkeys")
    return see_other(request, "/account?changed=1")


@router.get("/account/delete")
def show_delete(request: Request, pages: Pages, service: Wallet, owner: SignedIn) -> Response:
    """What deleting a passport means."""
    passport = passports.get_passport(service, owner.passport_id)
    return pages.page(
        request, "account_delete.html", has_passphrase=passport.passphrase_hash is not None, error=None
    )


@router.post("/account/delete", dependencies=FORM)
def delete_account(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    side: Network,
    current: Typed = "",
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Delete the passport and everything in it."""
    passport = passports.get_passport(service, owner.passport_id)
    try:
        if not sure:
            raise SignInError("delete_not_sure")
        passports.delete_passport(service, passport_id=owner.passport_id, passphrase=current, network=side)
    except _REFUSED as err:
        has_passphrase = passport.passphrase_hash is not None
        return pages.page(
            request, "account_delete.html", status=422, has_passphrase=has_passphrase, error=err.code
        )
    return forget_browser(request, see_other(request, "/?deleted=1"))


def code_page(
    request: Request,
    pages: Pages,
    service: WalletService,
    visitor: Visitor,
    made: NewCode,
    *,
    going_to: str | None,
    is_new: bool = False,
) -> Response:
    """The recovery code: to be written down now."""
    offer = _offer_at(service, visitor, going_to)
    return pages.page(request, "recovery_code.html", made=made, going_to=going_to, offer=offer, is_new=is_new)


def remember_number(request: Request, response: Response, number: str) -> Response:
    """Leave the passport's number, which proves nothing, in the browser for the next sign-in."""
    set_cookie(response, request.app.state.settings, "number", number, seconds=NUMBER_DAYS * 24 * 3600)
    return response


def forget_browser(request: Request, response: Response) -> Response:
    """Leave nothing of the person in the browser."""
    clear_session(request, response)
    set_cookie(response, request.app.state.settings, "number", "", seconds=0)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _offer_at(service: WalletService, visitor: Visitor | None, path: str | None) -> offers.Offer | None:
    """The offer that somebody is on the way to."""
    if path is None or not path.startswith("/receive/"):
        return None
    offer = offers.find_offer(service, visitor, path.removeprefix("/receive/"))
    return offer if offer is not None and offer.content is not None else None


def _signup_page(
    request: Request,
    pages: Pages,
    service: WalletService,
    visitor: Visitor | None,
    *,
    going_to: str | None,
    refused: Exception | None = None,
    typed: str | None = None,
) -> Response:
    if visitor is not None and visitor.passport_id is not None:
        return see_other(request, going_to or "/passport")
    minutes = getattr(refused, "minutes", None)
    return pages.page(
        request, "signup.html", status=200 if refused is None else (429 if minutes else 422),
        going_to=going_to, offer=_offer_at(service, visitor, going_to), minutes=minutes,
        error=getattr(refused, "code", None), suggested=typed if typed is not None else suggest_passphrase(),
    )  # fmt: skip


def _account_page(
    request: Request,
    pages: Pages,
    service: WalletService,
    passport_id: str,
    *,
    changed: bool = False,
    refused: Exception | None = None,
    where: str | None = None,
) -> Response:
    passport = passports.get_passport(service, passport_id)
    return pages.page(
        request, "account.html", status=422 if refused else 200, changed=changed, where=where,
        number=passport.number, has_passphrase=passport.passphrase_hash is not None,
        recovery_made_at=passport.recovery_made_at, passkeys=passports.list_passkeys(service, passport_id),
        error=getattr(refused, "code", None), minutes=getattr(refused, "minutes", None),
    )  # fmt: skip


def _renew_page(
    request: Request,
    pages: Pages,
    service: WalletService,
    passport_id: str,
    *,
    going_to: str | None,
    refused: Exception | None = None,
) -> Response:
    passport = passports.get_passport(service, passport_id)
    return pages.page(
        request, "recovery_renew.html", status=422 if refused else 200, going_to=going_to,
        has_passphrase=passport.passphrase_hash is not None, has_code=passport.recovery_made_at is not None,
        error=getattr(refused, "code", None), minutes=getattr(refused, "minutes", None),
    )  # fmt: skip
