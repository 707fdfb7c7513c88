"""B4 where keys are a host's: it names them as it likes, also as somebody else's key is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from did.keys import KeyType
from tests.corpus.making.keys import AnySigner, did_key_signer, signer
from tests.corpus.making.signing import holder
from tests.corpus.making.tokens import credential_forms, presentation_forms

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
HOST: Final = "https://evil.example"
_MISMATCH: Final = "holder_mismatch"


def make(book: Book) -> None:
    """Write the row."""
    theirs = did_key_signer(KeyType.ED25519, "other").public_key.to_jwk()
    bare = "2026"
    names = {"the holder's DID URL": holder().verification_method, "a bare name": bare}
    served = {"keys": [theirs | {"kid": name} for name in names.values()]}
    family = book.family(
        "B4-hosts",
        "A credential is bound to a key by its name (`cnf.kid`); a host gives its own key that very name.",
        {f"{HOST}/.well-known/jwks.json": {"json": served}},
    )
    for name, kid in names.items():
        # it is about the one who presents it here: what is left is whose key it is
        by_host = _presented(kid, holder_id=HOST, by=signer(KeyType.ED25519, "other", kid))
        family.case(f"{name}, by the host", by_host, _MISMATCH, twin="vp+jwt EdDSA")
        by_holder = _presented(kid, holder_id="", by=holder())
        expected = _MISMATCH if kid == bare else ""
        family.case(f"{name}, by the holder", by_holder, expected, twin="vp+jwt EdDSA")


def _presented(kid: str, *, holder_id: str, by: AnySigner) -> str:
    """A presentation of a credential that is bound to the key of that name."""
    credential, form = credential_forms()[0], presentation_forms()[0]
    [envelope] = form.payload["verifiableCredential"]
    token = credential.token(payload={"cnf": {"kid": kid}})
    said: JsonObject = {"iss": holder_id, "holder": holder_id} if holder_id else {}
    held = [envelope | {"id": f"data:application/vc+jwt,{token}"}]
    changes = said | {"verifiableCredential": held}
    return form.token(header={"kid": by.verification_method}, payload=changes, by=by)
