"""What the VC-API refuses by itself; what the library refuses comes with the library's codes."""

from __future__ import annotations

from issuer_node.errors import NodeError


class VcApiError(NodeError):
    """A request that is not answered with what it asks for.

    Codes: "request_invalid" (no JSON object of the right shape), "issuer_mismatch" (the credential names
    another issuer than the profile), "pointers_not_supported" (the suite signs documents as a whole),
    "status_not_supported", "status_unknown", "status_ambiguous", "status_list_full".

    Args:
        code: machine code.
        detail: for developers, in ASCII.
        pointer: JSON pointer into the request's body.
    """

    def __init__(self, code: str, detail: str = "", *, pointer: str | None = None) -> None:
        self.pointer = pointer
        super().__init__(code, detail)
