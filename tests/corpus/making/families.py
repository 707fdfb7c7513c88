"""Every family of cases, in the order of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.corpus.making import (
    dates,
    json_ld,
    presentations,
    proof_parties,
    proof_sets,
    proof_shape,
    proof_values,
    sd_jwt,
    selective,
    status_lists,
    strict_documents,
    tokens,
    vc_sd_jwt,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book

FAMILIES: Final[tuple[Callable[[Book], None], ...]] = (
    proof_shape.make,
    proof_values.make,
    proof_parties.make,
    proof_sets.make,
    presentations.make,
    selective.make,
    json_ld.make,
    strict_documents.make,
    status_lists.make,
    tokens.make,
    sd_jwt.make,
    vc_sd_jwt.make,
    dates.make,
)
