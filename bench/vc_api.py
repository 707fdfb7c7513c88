"""The VC-API over HTTP: one process, eight clients, keys and contexts warm; the library beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench.http import CLIENTS, PER_CLIENT, ROUNDS, WARM_UP, Compared, Request, compare, service
from bench.library import SUITE
from bench.material import NOW, make_credential
from contexts import strict_json
from credentials.data_integrity import add_proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.material import Material

_COUNT: Final = ROUNDS * CLIENTS * (PER_CLIENT + WARM_UP)
_STATUS: Final = {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}}


def measure(
    material: Material, *, core: int, issue: Callable[[], float], verify: Callable[[], float]
) -> dict[str, Compared]:
    """Requests a second: "issue", "issue with a status" (a durable commit each) and "verify".

    Args:
        material: what is signed.
        core: where the service runs.
        issue: measures the library's issuing on the same core.
        verify: measures its verifying.
    """
    with service("node", core) as node:
        api, base_url = node["vc_api"], node["base_url"]
        headers = {"Authorization": f"Bearer {api['token']}", "Content-Type": "application/json"}
        path = f"/issuers/{SUITE}-ed25519/credentials/issue"
        unsigned = [make_credential(material, number, issuer=api["issuer"]) for number in range(_COUNT)]

        def asked(options: dict[str, Any]) -> list[Request]:
            bodies = ({"credential": each, "options": options} for each in unsigned)
            return [Request(path, strict_json.dumps(body), headers) for body in bodies]

        made = b'"proofValue"'
        return {
            "issue": compare(base_url, asked({}), expected=made, library=issue),
            "issue with a status": compare(base_url, asked(_STATUS), expected=made, library=issue),
            "verify": compare(
                base_url, _to_verify(material, headers), expected=b'"verified":true', library=verify
            ),
        }


def _to_verify(material: Material, headers: dict[str, str]) -> list[Request]:
    did = material.holder_did
    requests = []
    for number in range(_COUNT):
        signed = add_proof(
            make_credential(material, number, issuer=did),
            signer=material.holder,
            created=NOW,
            selection=material.contexts.newest(),
        )
        body = strict_json.dumps({"verifiableCredential": signed})
        requests.append(Request("/verifiers/default/credentials/verify", body, headers))
    return requests
