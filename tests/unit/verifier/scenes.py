"""Badges in every state that a report can show, for the pages' tests and for looking at."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from credentials.open_badges import Achievement, Alignment, Criteria, Evidence, Kind, Profile
from credentials.open_badges import Image as BadgeImage
from credentials.status import build_status_entry
from did.errors import FetchError
from tests.unit.credentials.conftest import LIST_URL, NOW, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from did.keys import KeySigner

SUSPENSION_URL = "https://node.example/status/2"


@dataclass(frozen=True)
class Scene:
    """One state of a badge.

    Args:
        make: builds the badge, and serves what it needs.
        verdict: the words that the page must choose.
        outcome: of the report.
        reason: the code that decides.
    """

    make: Callable[[World], dict[str, Any]]
    verdict: str
    outcome: str
    reason: str


def emblem_bytes() -> bytes:
    """A small picture of a drone, drawn here."""
    image = Image.new("RGB", (256, 256), "#0b4f5a")
    draw = ImageDraw.Draw(image)
    draw.ellipse((16, 16, 240, 240), fill="#dbeceb", outline="#f0a637", width=10)
    for x, y in ((70, 90), (186, 90), (70, 166), (186, 166)):
        draw.line((128, 128, x, y), fill="#16282d", width=10)
        draw.ellipse((x - 30, y - 12, x + 30, y + 12), outline="#0b4f5a", width=6)
    draw.rounded_rectangle((100, 106, 156, 150), 12, fill="#0b4f5a")
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def emblem_url() -> str:
    return "data:image/png;base64," + base64.b64encode(emblem_bytes()).decode()


def drone(**changes: Any) -> Achievement:
    """The badge about a drone; `criteria_narrative`, `kind`, `image_url` and `image_caption` are its words and
    its picture.
    """
    values: dict[str, Any] = {
        "id": "https://node.example/badges/drone",
        "name": "Pilotage de drone",
        "description": "A piloté un drone de dix minutes en suivant chaque consigne de sécurité.",
        "criteria_narrative": "Pour recevoir ce badge :\n\n- écouter les consignes ;\n- piloter dix minutes ;\n- **poser** le drone sans aide.",
        "kind": Kind.EXPERIENCE,
        "image_url": emblem_url(),
        "image_caption": "Un drone",
        "in_language": "fr",
        "alignment": (
            Alignment(
                target_name="Suivre des consignes",
                target_url="https://skills.example/1",
                target_framework="ROME 4.0",
            ),
            Alignment(
                target_name="Garder son calme", target_url="https://skills.example/2", target_framework="ESCO"
            ),
        ),
    }
    values |= changes
    words = {name: values.pop(name) for name in ("criteria_narrative", "kind", "image_url", "image_caption")}
    return Achievement(
        criteria=Criteria(narrative=words["criteria_narrative"]),
        achievement_type=words["kind"].achievement_type,
        image=BadgeImage(id=words["image_url"], caption=words["image_caption"])
        if words["image_url"]
        else None,
        **values,
    )


def signed(world: World, **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "issuer": Profile(
            id=world.issuer_id, name="Mission locale du bocage (exemple)", url="https://node.example/"
        ),
        "achievement": drone(),
        "evidence": (
            Evidence(
                name="Vol du samedi", narrative="Un vol de dix minutes au-dessus du pré, posé sans aide."
            ),
        ),
    }
    return world.signed_badge(**(arguments | changes))


def with_status(world: World, purpose: str, *, ended: bool) -> dict[str, Any]:
    world.served.serve(LIST_URL, world.status_list(purpose=purpose, indexes=(7,) if ended else ()))
    return signed(world, status=build_status_entry(LIST_URL, 7, purpose))


def by_stranger(world: World, **changes: Any) -> dict[str, Any]:
    """Signed by somebody whom the verifier does not know."""
    stranger: KeySigner = world.stranger
    did = stranger.verification_method.partition("#")[0]
    issuer = Profile(id=did, name=changes.pop("issuer_name", "Association inconnue (exemple)"))
    arguments: dict[str, Any] = {"achievement": drone(), "issuer": issuer} | changes
    return world.sign(world.badge(**arguments), stranger)


def edited(world: World) -> dict[str, Any]:
    badge = signed(world)
    badge["credentialSubject"]["achievement"]["name"] = "Diplôme d’ingénieur"
    return badge


def unreachable(world: World) -> dict[str, Any]:
    world.served.serve(LIST_URL, FetchError(detail="down"))
    return signed(world, status=build_status_entry(LIST_URL, 7))


def unreachable_issuer(world: World) -> dict[str, Any]:
    world.served.serve("https://away.example/.well-known/did.json", FetchError(detail="down"))
    document = world.badge(
        issuer=Profile(id="did:web:away.example", name="Structure au loin (exemple)"), achievement=drone()
    )
    badge = world.sign(document)
    badge["proof"]["verificationMethod"] = "did:web:away.example#key-1"
    return badge


SCENES: dict[str, Scene] = {
    "valid": Scene(signed, "valid", "valid", "ok"),
    "valid_with_status": Scene(lambda w: with_status(w, "revocation", ended=False), "valid", "valid", "ok"),
    "participation": Scene(
        lambda w: signed(w, achievement=drone(kind=Kind.PARTICIPATION)), "valid", "valid", "ok"
    ),
    "bearer": Scene(lambda w: signed(w, subject_id=None), "valid", "valid", "ok"),
    "unknown_issuer": Scene(by_stranger, "valid", "valid", "ok"),
    "deceptive": Scene(lambda w: by_stranger(w, issuer_name="Missiоn lоcale"), "valid", "valid", "ok"),
    "revoked": Scene(lambda w: with_status(w, "revocation", ended=True), "revoked", "invalid", "revoked"),
    "suspended": Scene(
        lambda w: with_status(w, "suspension", ended=True), "suspended", "invalid", "suspended"
    ),
    "expired": Scene(
        lambda w: signed(w, valid_until=NOW - timedelta(hours=1)), "expired", "invalid", "expired"
    ),
    "not_yet": Scene(
        lambda w: signed(w, valid_from=NOW + timedelta(days=2)), "invalid", "invalid", "not_yet_valid"
    ),
    "edited": Scene(edited, "invalid", "invalid", "invalid_signature"),
    "unsigned": Scene(lambda w: w.badge(), "invalid", "invalid", "proof_missing"),
    "unreachable": Scene(unreachable, "indeterminate", "indeterminate", "status_unavailable"),
    "unreachable_issuer": Scene(
        unreachable_issuer, "indeterminate", "indeterminate", "resolution_unavailable"
    ),
}
