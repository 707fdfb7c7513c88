"""A13 where whom a credential is about is withheld: it is bound to nobody that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.sd_jwt.issuing import conceal
from did.keys import KeyType
from tests.corpus.making.artefacts import CREDENTIALS_V2, plain
from tests.corpus.making.keys import did_key_signer, did_of
from tests.corpus.making.sd_jwt import NOW_SECONDS, Parts, holder_signer, salts
from tests.corpus.making.signing import ISSUER, holder, issuer, present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
TWIN: Final = "presentation of a vc+sd-jwt"
_ID: Final = "/credentialSubject/id"
_NAME: Final = "/credentialSubject/name"


def _envelope(
    kind: str, claims: JsonObject, hidden: Sequence[str], shown: Sequence[str], label: str
) -> JsonObject:
    """A token in which some is hidden, of which its holder shows some; in an envelope."""
    concealed = conceal(claims, list(hidden), salts=salts(label))
    cty = {"cty": "vc"} if kind == "vc+sd-jwt" else {}
    header = {"alg": "EdDSA", "typ": kind, "kid": f"{ISSUER}#ed25519"} | cty
    by_pointer = dict(zip(hidden, concealed.disclosures, strict=True))
    parts = Parts(header, concealed.payload, tuple(by_pointer[each] for each in shown), issuer())
    return {
        "@context": CREDENTIALS_V2,
        "id": f"data:application/{kind},{parts.sd_jwt()}",
        "type": "EnvelopedVerifiableCredential",
    }


def _credential(**changes: Any) -> JsonObject:
    claims = plain() | {"iss": ISSUER, "iat": NOW_SECONDS - 3600} | changes
    return {name: value for name, value in claims.items() if value is not None}


def make(book: Book) -> None:
    """Write the row."""
    family = book.family("A13-withheld", "Whom an SD-JWT is about is withheld from whom it is presented to.")
    hidden = [_ID, _NAME]
    book.twin(TWIN, present([_envelope("vc+sd-jwt", _credential(), hidden, hidden, "w")]), "presentation")
    other = did_key_signer(KeyType.ED25519, "other")
    nobody = {"name": "Camille", "description": "A tenu le stand."}
    several = [plain()["credentialSubject"], {"id": did_of(holder()), "name": "Camille"}]
    bound = {"cnf": {"jwk": holder_signer().public_key.to_jwk()}}
    token = {"iss": ISSUER, "vct": "https://issuer.example/types/x", "iat": NOW_SECONDS - 3600}
    named = token | {"sub": did_of(holder()), "name": "Camille"}
    w3c, ietf = "vc+sd-jwt", "dc+sd-jwt"
    cases: dict[str, tuple[str, JsonObject, list[str], list[str], str, str]] = {
        "the id withheld": (w3c, _credential(), hidden, [_NAME], "holder_mismatch", "holder_mismatch"),
        "everything withheld": (w3c, _credential(), hidden, [], "holder_mismatch", "holder_mismatch"),
        "the id shown": (w3c, _credential(), hidden, [_ID], "", "holder_mismatch"),
        "the id for all to see, a name withheld": (w3c, _credential(), [_NAME], [], "", "holder_mismatch"),
        "an id that never was, a name withheld": (
            w3c,
            _credential(credentialSubject=nobody),
            [_NAME],
            [],
            "holder_mismatch",
            "holder_mismatch",
        ),
        "an id that never was, a name shown": (
            w3c,
            _credential(credentialSubject=nobody),
            [_NAME],
            [_NAME],
            "",
            "",
        ),
        "an id that never was, evidence withheld": (
            w3c,
            _credential(credentialSubject=nobody, evidence=[{"type": "VerifiableCredential"}]),
            ["/evidence"],
            [],
            "",
            "",
        ),
        "one of two subjects withheld": (
            w3c,
            _credential(credentialSubject=several),
            ["/credentialSubject/0"],
            [],
            "holder_mismatch",
            "holder_mismatch",
        ),
        "both subjects shown": (
            w3c,
            _credential(credentialSubject=several),
            ["/credentialSubject/0"],
            ["/credentialSubject/0"],
            "",
            "holder_mismatch",
        ),
        "the id of one of two withheld": (
            w3c,
            _credential(credentialSubject=several),
            ["/credentialSubject/1/id"],
            [],
            "holder_mismatch",
            "holder_mismatch",
        ),
        "the id withheld, bound to a key": (w3c, _credential(**bound), hidden, [], "", "holder_mismatch"),
        "sub withheld": (ietf, named, ["/sub", "/name"], ["/name"], "holder_mismatch", "holder_mismatch"),
        "sub shown": (ietf, named, ["/sub", "/name"], ["/sub"], "", "holder_mismatch"),
        "sub withheld, bound to a key": (ietf, named | bound, ["/sub", "/name"], [], "", "holder_mismatch"),
        "no sub, nothing withheld": (ietf, token, [], [], "", ""),
        "no sub, a name withheld": (
            ietf,
            token | {"name": "Camille"},
            ["/name"],
            [],
            "holder_mismatch",
            "holder_mismatch",
        ),
    }
    for name, (kind, claims, hidden_there, shown, by_holder, by_other) in cases.items():
        envelope = _envelope(kind, claims, hidden_there, shown, name)
        family.case(f"{kind}: {name}", present([envelope]), by_holder, twin=TWIN)
        theirs = present([envelope], any_signer=other)
        family.case(f"{kind}: {name}, by a stranger", theirs, by_other, twin=TWIN)
