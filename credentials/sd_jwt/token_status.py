"""The `status` claim of an SD-JWT VC: who looks it up, and how.

Source: draft-ietf-oauth-status-list, section 8.3; draft-ietf-oauth-sd-jwt-vc-24, section "Verification and
Processing".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from credentials.status.token_checking import check_token_status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contexts import WorkBudget
    from credentials.jws import UnverifiedJws
    from credentials.report import Check
    from credentials.status.token_checking import TokenStatusCache
    from did.fetcher import Fetcher
    from did.keys import PublicKey


class TokenStatusPolicy(Protocol):
    """Looks up the status of a token whose signature and dates hold."""

    def check(
        self,
        status: object,
        *,
        issuer_id: str,
        issuer_key: Callable[[UnverifiedJws], PublicKey],
        fetcher: Fetcher,
        now: datetime,
        budget: WorkBudget | None,
    ) -> Check:
        """Look up a status.

        Args:
            status: the value of the `status` claim.
            issuer_id: verified issuer of the token.
            issuer_key: finds that issuer's key for a token of its, as for the credential itself.
            fetcher: under the budget of this verification.
            now: aware UTC.
            budget: of this verification; what the list costs is taken from it.

        Returns:
            A check "status".
        """
        ...


@dataclass(frozen=True)
class TokenStatusList:
    """The policy for `status_list`: the list is fetched, and must be by the issuer of the token.

    Args:
        cache: what was seen before.
        accepted_statuses: application-specific statuses with which a token holds.
    """

    cache: TokenStatusCache | None = None
    accepted_statuses: frozenset[int] = frozenset()

    def check(
        self,
        status: object,
        *,
        issuer_id: str,
        issuer_key: Callable[[UnverifiedJws], PublicKey],
        fetcher: Fetcher,
        now: datetime,
        budget: WorkBudget | None = None,
    ) -> Check:
        """Look up a status; see `TokenStatusPolicy`."""
        return check_token_status(
            status,
            issuer_id=issuer_id,
            issuer_key=issuer_key,
            fetcher=fetcher,
            now=now,
            cache=self.cache,
            accepted_statuses=self.accepted_statuses,
            budget=budget,
        )
