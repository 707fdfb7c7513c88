"""Verify credentials for ten seconds, to be watched: `make flame`."""

from __future__ import annotations

import time

from bench.material import NOW, make_credential, make_material
from contexts import strict_json
from credentials.data_integrity import add_proof
from credentials.verification import VerificationContext, check_credential

SECONDS = 10


def main() -> None:
    """Check the same few hundred credentials again and again."""
    material = make_material()
    selection = material.contexts.newest()
    received = [
        strict_json.dumps(
            add_proof(
                make_credential(material, number), signer=material.issuer, created=NOW, selection=selection
            )
        )
        for number in range(200)
    ]
    context = VerificationContext(
        contexts=material.contexts, resolver=material.resolver, fetcher=material.fetcher
    )
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for each in received:
            check_credential(each, context=context, now=NOW)


if __name__ == "__main__":
    main()
