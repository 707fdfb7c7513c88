"""C14 as presentations: each credential is within its own limits, and all together cost too much."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from did.keys import KeyType
from tests.corpus.cases import write
from tests.corpus.making.artefacts import CREDENTIALS_V2, MANDATORY, SELECTIVE, badge
from tests.corpus.making.book import Pieces
from tests.corpus.making.signing import (
    ecdsa_sd_base,
    ecdsa_sd_derived,
    issuer,
    jws,
    present,
    sign,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
# signed as JSON: a presentation that is canonicalized as a whole has the limits of one document
JCS: Final = "eddsa-jcs-2022"
TWIN: Final = "presentation"


def make(book: Book) -> None:
    """Write the row."""
    family = book.family(
        "C14-presentations", "A verification as a whole costs so much, whatever is in it, and no more."
    )
    for name, (make_one, few, many) in CREDENTIALS.items():
        one = make_one(book)
        _case(family, name, one, few, "")
        if many > few:
            _case(family, name, one, many, "too_complex")
    bad = sign(_with_evidence(120))
    bad["proof"]["proofValue"] = book.document("badge eddsa-rdfc-2022")["proof"]["proofValue"]
    for count in (2, 40):
        # those that are looked at are bad; the others are not looked at
        _case(family, "a bad signature over 120 pieces of evidence", bad, count, "invalid_signature")


def _case(family: Family, name: str, one: JsonObject, count: int, inner: str) -> None:
    """Present one credential so many times."""
    text, each = write(present([one] * count, suite=JCS)), write(one)
    repeated = each + "," if count > 1 else ""
    head, _, rest = text.partition(each)
    tail = rest[(count - 1) * (len(each) + 1) :]
    value = Pieces(head, (repeated, count - 1), each + tail)
    code = "credential_invalid" if inner else ""
    family.case(f"{name}, {count} times", value, code, twin=TWIN, inner=inner)


def _with_evidence(count: int) -> JsonObject:
    evidence = [
        {"id": f"https://issuer.example/preuves/{n}", "type": ["Evidence"], "name": f"Vol {n}"}
        for n in range(count)
    ]
    return badge() | {"evidence": evidence}


def _selective(book: Book) -> JsonObject:
    del book
    base = ecdsa_sd_base(_with_evidence(60), MANDATORY, "of sixty")
    return ecdsa_sd_derived(base, ["/evidence", "/credentialSubject/narrative", SELECTIVE[2]])


def _in_json(document: JsonObject, junk: Any) -> JsonObject:
    return sign(document | {"unknown": junk}, JCS)


def _five_proofs(book: Book) -> JsonObject:
    del book
    by, unsigned = issuer(KeyType.P384), badge()
    proofs = [sign(unsigned, "ecdsa-rdfc-2019", by, nonce=str(number))["proof"] for number in range(5)]
    return unsigned | {"proof": proofs}


def _token(book: Book) -> JsonObject:
    del book
    by, document = issuer(KeyType.P384), copy.deepcopy(badge())
    document["unknown"] = [[]] * 3_000
    header = {"alg": by.public_key.jose_algorithm, "typ": "vc+jwt", "kid": by.verification_method}
    return {
        "@context": CREDENTIALS_V2,
        "id": f"data:application/vc+jwt,{jws(header, document, by)}",
        "type": "EnvelopedVerifiableCredential",
    }


# name to the credential, how often it passes, and how often it is too much; fifty are never more
CREDENTIALS: Final[dict[str, tuple[Callable[[Book], JsonObject], int, int]]] = {
    "a badge": (lambda book: book.document("badge eddsa-rdfc-2022"), 50, 50),
    "300 pieces of evidence": (lambda _: sign(_with_evidence(300)), 8, 26),
    "a badge of ecdsa-sd-2023": (lambda book: book.document("badge ecdsa-sd-2023"), 50, 50),
    "60 pieces of evidence in ecdsa-sd-2023": (_selective, 4, 25),
    "a badge of bbs-2023": (lambda book: book.document("badge bbs-2023"), 20, 50),
    "2,000 fractions in canonical JSON": (
        lambda _: _in_json(badge(), [1.5e10 + n / 8 for n in range(2_000)]),
        8,
        25,
    ),
    "4,000 arrays in canonical JSON": (lambda _: _in_json(badge(), [[]] * 4_000), 5, 14),
    "five proofs of P-384": (_five_proofs, 50, 50),
    "3,000 arrays in a token": (_token, 15, 50),
}
