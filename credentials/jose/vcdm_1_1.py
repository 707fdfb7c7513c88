"""A credential of VCDM 2.0 in the words of VCDM 1.1, for `jwt_vc_json`, which is for that data model alone.

What it says stays the same. Whoever signs the result signs another document: no proof can come along.

Source: VCDM 1.1, sections 4.2 (Contexts), 4.6 (Issuance Date), 4.8 (Expiration); OpenID4VCI 1.0, appendix
A.1.1; Open Badges 3.0, AchievementCredential of either version of the data model.
"""

from __future__ import annotations

from typing import Any

from credentials.data_model import Version, check_context
from credentials.errors import DataModelError
from credentials.jose.errors import JoseError

JsonObject = dict[str, Any]
_NAMES = {Version.V2_0.start: Version.V1_1.start, Version.V2_0.end: Version.V1_1.end}


def to_vcdm_1_1(document: JsonObject) -> JsonObject:
    """Give an unsecured credential of VCDM 2.0 as one of VCDM 1.1: another base context, dates renamed.

    Args:
        document: of VCDM 2.0, with `validFrom`; not changed.

    Raises:
        JoseError: "jwt_vcdm_version": of another data model, or a member has the name of another already.
        DataModelError: "context_missing", "context_order", "issuance_date_missing", "proof_unexpected".
    """
    if check_context(document) is not Version.V2_0:
        raise JoseError("jwt_vcdm_version", "not of VCDM 2.0")
    taken = set(_NAMES.values()) & document.keys()
    if taken:
        raise JoseError("jwt_vcdm_version", ", ".join(sorted(taken)))
    if "proof" in document:
        raise DataModelError("proof_unexpected", "a proof is over the other document", pointer="/proof")
    if Version.V2_0.start not in document:
        raise DataModelError("issuance_date_missing", pointer=f"/{Version.V2_0.start}")
    renamed = {_NAMES.get(name, name): value for name, value in document.items()}
    return renamed | {"@context": [Version.V1_1.context, *document["@context"][1:]]}
