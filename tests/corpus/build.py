"""Make the corpus anew: `python -m tests.corpus.build` writes the files, `--check` compares them.

What cannot be made the same twice (a proof of bbs-2023) is kept from the file of twins, unless `--renew`.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from tests.corpus.cases import CORPUS, TWINS
from tests.corpus.making.artefacts import main_world, make_artefacts
from tests.corpus.making.book import MAIN_WORLD, Book, render
from tests.corpus.making.families import FAMILIES

if TYPE_CHECKING:
    from pathlib import Path


def build(*, renew: bool = False) -> dict[Path, str]:
    """Make every file of the corpus."""
    recorded = {} if renew or not TWINS.exists() else json.loads(TWINS.read_text(encoding="utf-8"))["twins"]
    book = Book(recorded=recorded)
    make_artefacts(book)
    for make in FAMILIES:
        make(book)
    files = {TWINS: render({"about": "Valid artefacts; see README.md.", "twins": book.twins})}
    files[CORPUS / MAIN_WORLD] = render(main_world(book))
    for family in book.families:
        files[CORPUS / f"{family.name}.json"] = render(
            {"row": family.row, "about": family.about, "world": MAIN_WORLD}
            | ({"documents": family.documents} if family.documents else {})
            | {"cases": family.cases}
        )
    return files


def main() -> int:
    """Write the files, or say which differ from what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--renew", action="store_true", help="also what differs each time")
    arguments = parser.parse_args()
    files = build(renew=arguments.renew)
    differing = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in differing:
        sys.stdout.write(f"{path.name} {'differs' if arguments.check else 'written'}\n")
        if not arguments.check:
            path.write_text(files[path], encoding="utf-8")
    return 1 if arguments.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
