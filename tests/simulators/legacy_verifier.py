"""A verifier of legacy proofs that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from credentials.legacy import LegacyAnswer, LegacyVerifierError

if TYPE_CHECKING:
    from collections.abc import Sequence

HOLDS = LegacyAnswer(holds=True)


@dataclass
class SimulatedLegacyVerifier:
    """Implements `LegacyProofVerifier`; `answers` of None means that the same good answer is given to each."""

    answers: Sequence[LegacyAnswer] | None = None
    fails: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def verify(self, credentials: Sequence[dict[str, Any]]) -> Sequence[LegacyAnswer]:
        self.asked += credentials
        if self.fails:
            raise LegacyVerifierError(detail="it fell over")
        return [HOLDS] * len(credentials) if self.answers is None else self.answers
