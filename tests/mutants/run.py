"""`make mutants`: change valid artefacts by chance, and see that what is accepted says what the original says.

    python -m tests.mutants.run --count 100000 --seed 7

The same seed makes the same mutants.
"""

from __future__ import annotations

import argparse
import base64
import copy
import secrets
import sys
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from tests.corpus.cases import VERIFIED_KINDS, Twin, read_twins, write
from tests.corpus.checking import MAIN_WORLD, Verdict, check
from tests.corpus.worlds import read_world
from tests.mutants.json_mutations import MUTATIONS
from tests.mutants.shown import claims_of, is_part
from tests.mutants.text_mutations import JSON_MUTATIONS, TOKEN_MUTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NIGHTLY = 100_000
# how often a document is changed as a text, and how often once more
_AS_TEXT, _AGAIN = 0.15, 0.2


@dataclass(frozen=True)
class Mutant:
    """A changed artefact, and what was done to it.

    Args:
        twin: the artefact.
        other: the one that parts were taken from.
        deeds: names of the mutations.
        data: what came out.
    """

    twin: Twin
    other: Twin
    deeds: tuple[str, ...]
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.twin.name}: {', '.join(self.deeds)}"


@dataclass
class Tally:
    """What a run came to.

    Args:
        made: mutants, by what they are of.
        accepted: those that were accepted and say the same.
        fooled: accepted, and say something else.
        escaped: ended in an error that is none of the verifier's answers.
    """

    made: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    fooled: list[str] = field(default_factory=list)
    escaped: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return (
            f"mutants: {self.made.total()} made, {self.accepted.total()} accepted with the same claims, "
            f"{len(self.fooled)} fooled, {len(self.escaped)} escaped"
        )


def artefacts() -> list[Twin]:
    """Every valid artefact of the corpus of which a verdict is made."""
    return [twin for twin in read_twins().values() if twin.kind in VERIFIED_KINDS]


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """Make mutants; a few come out as the original, and are left out."""
    rng = Random(seed)
    every = artefacts()
    made = 0
    while made < count:
        twin = rng.choice(every)
        mutant = _mutate(rng, twin, every)
        if mutant.data != twin.text.encode("utf-8", "surrogatepass"):
            made += 1
            yield mutant


def _mutate(rng: Random, twin: Twin, every: list[Twin]) -> Mutant:
    is_json = twin.document is not None
    others = [each for each in every if (each.document is not None) == is_json and each is not twin]
    other = rng.choice(others)
    times = 1 + (rng.random() < _AGAIN) + (rng.random() < _AGAIN)
    deeds: list[str] = []
    if is_json and rng.random() > _AS_TEXT:
        document = copy.deepcopy(twin.document)
        for _ in range(times):
            change = rng.choice(MUTATIONS)
            deeds.append(change.__name__)
            if document:
                change(rng, document, other.document)
        text = write(document)
    else:
        text = twin.text
        for _ in range(times):
            rewrite: Callable[[Random, str, str], str] = rng.choice(
                JSON_MUTATIONS if is_json else TOKEN_MUTATIONS
            )
            deeds.append(rewrite.__name__)
            if text:
                text = rewrite(rng, text, other.text)
    return Mutant(twin, other, tuple(deeds), text.encode("utf-8", "surrogatepass"))


def run(changed: Iterable[Mutant]) -> Tally:
    """Check mutants."""
    tally = Tally()
    originals = {twin.name: _verdict(Mutant(twin, twin, (), twin.text.encode())) for twin in artefacts()}
    for mutant in changed:
        tally.made[mutant.twin.name] += 1
        try:
            verdict = _verdict(mutant)
        except Exception as err:  # noqa: BLE001 - whatever it is, it is what this looks for
            tally.escaped.append(f"{mutant}: {type(err).__name__}: {err}{_to_repeat(mutant)}")
            continue
        if verdict.outcome != "valid":
            continue
        # so much may be taken from the other one that nothing else is left
        if any(says_the_same(each, verdict, originals[each.name]) for each in (mutant.twin, mutant.other)):
            tally.accepted[mutant.twin.name] += 1
        else:
            tally.fooled.append(f"{mutant}{_to_repeat(mutant)}")
    return tally


def says_the_same(twin: Twin, verdict: Verdict, original: Verdict) -> bool:
    """Tell whether an accepted mutant shows the claims of the original, exactly.

    Of an SD-JWT that is bound to nobody its holder may hold back what can be hidden, and add nothing.
    """
    is_bound = twin.kind == "sd-jwt" and twin.options.get("binding", True)
    if twin.document is None and "~" in twin.text and not is_bound:
        return is_part(verdict.claims[0].raw, original.claims[0].raw)
    return claims_of(verdict.claims) == claims_of(original.claims)


def _verdict(mutant: Mutant) -> Verdict:
    return check(mutant.data, mutant.twin.kind, read_world(MAIN_WORLD), mutant.twin.options)


def _to_repeat(mutant: Mutant) -> str:
    return f"\n    {base64.b64encode(mutant.data).decode()}"


def main() -> int:
    """Run; 0 if nothing was fooled and nothing escaped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=NIGHTLY)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    arguments = parser.parse_args()
    sys.stdout.write(f"seed {arguments.seed}\n")
    console = Console(stderr=True)
    made = mutants(arguments.count, arguments.seed)
    tally = run(
        track(made, "mutants", total=arguments.count, console=console, disable=not console.is_terminal)
    )
    for name, count in sorted(tally.made.items()):
        sys.stdout.write(f"  {name:34} {count:7} made, {tally.accepted[name]:6} accepted\n")
    for fault in (*tally.fooled, *tally.escaped):
        sys.stdout.write(f"WRONG {fault}\n")
    sys.stdout.write(f"{tally.sentence} (seed {arguments.seed})\n")
    return 1 if tally.fooled or tally.escaped else 0


if __name__ == "__main__":
    sys.exit(main())
