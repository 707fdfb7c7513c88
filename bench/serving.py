"""A real service in a process of its own, with everything prepared that a measurement over HTTP needs.

`python -m bench.serving node|verifier|wallet DIRECTORY COUNT CORE ours|pyld` prints one line of JSON once
it serves: the base URL, and what the clients are to send. The last word is what canonicalizes.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import select

from bench.library import SUITE
from bench.pyld_engine import PyldHasher
from contexts import RecentHashes
from credentials.exchange.offers import parse_offer_uri
from issuer_node.awards import award_person, get_award
from issuer_node.badges import BadgeDraft, SkillDraft, make_badge
from issuer_node.main import create_app as create_node
from issuer_node.models import Role
from issuer_node.nonces import make_nonce
from issuer_node.offers import offer_links, redeem_code
from issuer_node.passeurs import list_passeurs
from issuer_node.settings import NodeSettings
from verifier.asking import Asked
from verifier.main import create_app as create_verifier
from verifier.models import Channel, Invitation
from verifier.requests import client_id, create_request, response_uri
from verifier.settings import VerifierSettings
from wallet.main import create_app as create_wallet
from wallet.settings import WalletSettings
from web.app import serve

if TYPE_CHECKING:
    from issuer_node.node import Node
    from verifier.desk import Desk

# as much text as the credentials that the library is measured with: 3 to 4 KB
_CRITERIA = "- Prépare le matériel\n- Écoute la consigne et la redit\n- Garde son calme\n" * 18


def _common(directory: Path) -> dict[str, Any]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        "base_url": f"http://127.0.0.1:{port}",
        "database_url": f"sqlite:///{directory / 'bench.db'}",
        "secret": secrets.token_urlsafe(48),
        "allow_insecure_loopback": True,
        "log_level": "error",
    }


def _prepare_node(node: Node, count: int) -> tuple[str, list[dict[str, str]]]:
    """Awards whose codes are already exchanged: what is left is the credential request.

    Returns:
        the path of the badge's page, and what each request needs.
    """
    coordinator = next(each for each in list_passeurs(node) if each.role == Role.COORDINATOR)
    draft = BadgeDraft(
        name="J'ai piloté un drone",
        description="A préparé, fait voler et posé un drone pendant un atelier au fablab.",
        criteria=_CRITERIA,
        kind="experience",
        skills=tuple(
            SkillDraft(
                f"Compétence {number} (exemple)", f"https://skills.example/{number}", "Exemple", number
            )
            for number in "123"
        ),
        picture_text="Un drone au-dessus d'un champ",
    )
    badge = make_badge(node, by=coordinator, draft=draft)
    awards = [_prepare_award(node, coordinator, badge, number) for number in range(count)]
    return f"/badges/{badge}", awards


def _prepare_award(node: Node, coordinator: Any, badge: str, number: int) -> dict[str, str]:
    award = award_person(
        node,
        by=coordinator,
        badge_id=badge,
        name=f"Personne {number} (exemple)",
        earned_on=date(2026, 6, 1),
        words="A relevé le drone sans qu'on le lui dise, et l'a expliqué à une autre personne.",
    )
    line = get_award(node, award).line
    if line.offer is None:
        raise RuntimeError("an award without an offer")
    offer = parse_offer_uri(offer_links(node, line.offer, badge_id=line.badge.id).by_value_uri).offer
    if offer is None or offer.pre_authorized_code is None:
        raise RuntimeError("an offer without a code")
    redeemed = redeem_code(node, code=offer.pre_authorized_code, tx_code=None)
    return {
        "token": redeemed.access_token,
        "configuration": offer.credential_configuration_ids[0],
        "nonce": make_nonce(node),
    }


def _prepare_verifier(desk: Desk, count: int) -> list[dict[str, str]]:
    """Requests that wait for an answer."""
    return [_prepare_request(desk) for _ in range(count)]


def _prepare_request(desk: Desk) -> dict[str, str]:
    request = create_request(desk, asked=Asked.parse("any", ""), browser=secrets.token_urlsafe(16))
    with desk.database.session() as session:
        invitation = session.exec(
            select(Invitation)
            .where(Invitation.request_id == request)
            .where(Invitation.channel == next(iter(Channel)))
        ).one()
    return {
        "client_id": client_id(desk, invitation.id),
        "response_uri": response_uri(desk, invitation.id),
        "nonce": invitation.nonce,
        "state": invitation.state,
    }


def main(arguments: list[str]) -> None:
    """Prepare, say so, serve until the process is ended."""
    service, directory, count, core = arguments[0], Path(arguments[1]), int(arguments[2]), int(arguments[3])
    by_pyld = arguments[4] == "pyld"
    os.sched_setaffinity(0, {core})
    common = _common(directory)
    told: dict[str, Any] = {"base_url": common["base_url"]}
    if service == "node":
        token = secrets.token_urlsafe(32)
        app = create_node(
            NodeSettings(
                **common,
                structure_name="Une structure (exemple)",
                admin_email="passeur@node.example",
                vc_api_token=token,
                # one proof, as the library beside it makes
                selective_suites=(),
            )
        )
        told["vc_api"] = {"token": token, "issuer": app.state.vc_api.profiles[f"{SUITE}-ed25519"].did}
        if by_pyld:
            node = app.state.node
            app.state.node = replace(node, hasher=RecentHashes(hasher=PyldHasher(node.contexts)))
        told["page"], told["prepared"] = _prepare_node(app.state.node, count)
    elif service == "wallet":
        app = create_wallet(WalletSettings(**common))
    else:
        app = create_verifier(VerifierSettings(**common, request_minutes=15))
        if by_pyld:
            desk = app.state.desk
            hasher = PyldHasher(desk.verification.contexts)
            app.state.desk = replace(desk, verification=replace(desk.verification, hasher=hasher))
        told["prepared"] = _prepare_verifier(app.state.desk, count)
    port = int(common["base_url"].rpartition(":")[2])
    line = json.dumps(told)

    def say(_: int) -> None:
        print(line, flush=True)

    serve(app, host="127.0.0.1", port=port, on_started=say, log_level="error")


if __name__ == "__main__":
    main(sys.argv[1:])
