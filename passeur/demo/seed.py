"""The example territory of the demo: two structures, their badges, one situation, twelve invented people.

The structures carry the names of real partners' *kinds* of organisation and are marked as examples; nobody in
this file exists.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExampleStructure:
    """A structure that runs a node in the demo."""

    key: str
    name: str
    passeur_email: str


@dataclass(frozen=True)
class ExampleBadge:
    """A badge of the drone story, as the passeur types it."""

    name: str
    description: str
    criteria: str
    kind: str
    picture_text: str
    skills: str = ""


YOUTH_CENTRE = ExampleStructure(
    "youth-centre", "Mission locale du Bocage (exemple)", "passeur@youth-centre.example"
)
TEMP_AGENCY = ExampleStructure(
    "temp-agency", "Agence d'intérim d'insertion (exemple)", "passeur@temp-agency.example"
)

DRONE_BADGE = ExampleBadge(
    name="J'ai piloté un drone",
    description="A préparé, fait voler et posé un drone pendant un atelier au fablab.",
    criteria=(
        "- Prépare le drone avec la liste de contrôle\n"
        "- Décolle, suit le parcours, se pose\n"
        "- Range le matériel"
    ),
    kind="experience",
    picture_text="Un drone au-dessus d'un champ",
)
INSTRUCTIONS_BADGE = ExampleBadge(
    name="Je suis les consignes",
    description="Écoute les consignes de sécurité et les applique du début à la fin.",
    criteria="Répète la consigne avec ses mots, puis la suit **sans rappel** pendant toute la séance.",
    kind="skill",
    picture_text="Une main qui coche une liste",
)
SELF_CONTROL_BADGE = ExampleBadge(
    name="Je garde mon calme",
    description="Reste calme quand le drone dévie, respire, corrige et reprend.",
    criteria="Face à un imprévu : s'arrête, réfléchit, corrige, sans s'énerver.",
    kind="skill",
    picture_text="Une vague tranquille",
)
BADGES = (DRONE_BADGE, INSTRUCTIONS_BADGE, SELF_CONTROL_BADGE)

TEMP_BADGE = ExampleBadge(
    name="Fiable en mission",
    description="Arrive à l'heure et prévient d'un imprévu, pendant une mission de trois semaines.",
    criteria="Présence et ponctualité relevées chaque jour par la cheffe d'équipe.",
    kind="trait",
    picture_text="Une horloge et une poignée de main",
)

FACTORY_NAME = "Petite usine du Bocage (exemple)"
HOST = "Fablab du Bocage (exemple)"
SCHEME = "Garantie jeunes"
SITUATION_TITLE = "Pilotage de drone au fablab"
SITUATION_DESCRIPTION = (
    "Deux heures pour préparer un vol, piloter sur un parcours et ranger. Encadré par le fablab."
)
BEHAVIOURS = (
    "Écoute la consigne et la redit",
    "Vérifie avant de décoller",
    "Garde son calme si le drone dévie",
)

LEARNERS = tuple(
    f"{name} (exemple)"
    for name in (
        "Amina B.", "Bastien C.", "Chloé D.", "Dylan E.", "Emma F.", "Farid G.",
        "Gaëlle H.", "Hugo I.", "Inès J.", "Jordan K.", "Kadiatou L.", "Léo M.",
    )
)  # fmt: skip


def was_seen(person: int, behaviour: int) -> bool:
    """What the passeur saw: everybody checked before take-off, nine listened, seven kept their calm.

    Args:
        person: number in LEARNERS.
        behaviour: number in BEHAVIOURS.
    """
    return person < (9, len(LEARNERS), 7)[behaviour]
