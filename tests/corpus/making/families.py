"""Every family of cases, in the order of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.corpus.making import (
    dates,
    did_documents,
    json_ld,
    json_ld_contexts,
    json_ld_losses,
    presentations,
    proof_parties,
    proof_sets,
    proof_shape,
    proof_values,
    sd_jwt,
    sd_jwt_bindings,
    sd_jwt_disclosures,
    sd_jwt_status,
    sd_jwt_tokens,
    selective,
    status_answers,
    status_documents,
    status_entries,
    status_lists,
    strict_documents,
    token_claims,
    token_headers,
    token_texts,
    tokens,
    vc_sd_jwt,
    weak_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book

FAMILIES: Final[tuple[Callable[[Book], None], ...]] = (
    proof_shape.make,
    proof_values.make,
    proof_parties.make,
    did_documents.make,
    weak_keys.make,
    proof_sets.make,
    presentations.make,
    selective.make,
    json_ld.make,
    json_ld_losses.make,
    json_ld_contexts.make,
    strict_documents.make,
    status_lists.make,
    status_entries.make,
    status_documents.make,
    status_answers.make,
    tokens.make,
    token_headers.make,
    token_texts.make,
    token_claims.make,
    sd_jwt.make,
    sd_jwt_disclosures.make,
    sd_jwt_bindings.make,
    sd_jwt_tokens.make,
    sd_jwt_status.make,
    vc_sd_jwt.make,
    dates.make,
)
