"""B9 to B12, B20: which kind of JWT it is, and what its claims say."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import (
    OTHER,
    changed,
    plain,
    plain_1_1,
)
from tests.corpus.making.keys import did_key_signer, did_of, signer
from tests.corpus.making.signing import CHALLENGE, DOMAIN, ISSUER, compact, holder
from tests.corpus.making.tokens import (
    FROM_SECONDS,
    NOW_SECONDS,
    UNTIL_SECONDS,
    Form,
    credential_forms,
    one_of_each_form,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    for write_row in (_moments, _issuers, _audiences, _contradictions, _kinds):
        write_row(book, one_of_each_form())


def _kinds(book: Book, every: list[Form]) -> None:
    family = book.family("B9", "A token of one kind in the place of another.")
    others = (
        "kb+jwt",
        "at+jwt",
        "JWS",
        "jwt",
        "JOSE",
        "dc+sd-jwt",
        "vc+sd-jwt",
        "openid4vci-proof+jwt",
        "oauth-authz-req+jwt",
        "statuslist+jwt",
        "entity-statement+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "application/vc+jwt",
        "VC+JWT",
        "vc+jwt ",
        "vc+cose",
        "",
    )
    for form in every:
        for typ in others:
            family.case(f"{form.twin}: typ {typ!r}", form.token({"typ": typ}), "jws_typ", twin=form.twin)
        for name, typ in {"a number": 1, "a list": ["JWT"], "an object": {}}.items():
            family.case(f"{form.twin}: typ is {name}", form.token({"typ": typ}), "jws_typ", twin=form.twin)
        other = "vp+jwt" if form.kind == "credential" else "vc+jwt"
        family.case(f"{form.twin}: typ {other}", form.token({"typ": other}), "jws_typ", twin=form.twin)
        other_kind = "presentation" if form.kind == "credential" else "credential"
        code = "jws_typ"
        if form.twin.startswith("jwt_vp"):
            # it has the form of a credential's token, whose payload would be the document
            code = "jwt_reserved_claim"
        wrong = next(each.twin for each in every if each.kind == other_kind)
        family.case(f"{form.twin} as a {other_kind}", form.token(), code, twin=wrong, kind=other_kind)
    by_name = {form.twin.partition(" ")[0]: form for form in every}
    vc_jwt, obv3, old = by_name["vc+jwt"], by_name["obv3_jwt"], by_name["jwt_vc_json"]
    for form in (vc_jwt,):
        for name, cty in {"vp": "vp", "JWT": "JWT", "a number": 1, "empty": "", "VC": "VC"}.items():
            family.case(
                f"{form.twin}: cty {name}", form.token({"cty": cty}), "jwt_content_type", twin=form.twin
            )
        family.case(f"{form.twin}: no cty", form.token({"cty": None}), twin=form.twin)
        for name in ("vc", "vp"):
            token = form.token(payload={name: {"x": 1}})
            family.case(
                f"{form.twin}: a claim {name} beside the credential",
                token,
                "jwt_reserved_claim",
                twin=form.twin,
            )
    for name, token, code, twin in (
        (
            "a credential of VCDM 1.1 as vc+jwt",
            vc_jwt.token(payload=compact(plain_1_1() | {"iss": ISSUER})),
            "jwt_vcdm_version",
            vc_jwt.twin,
        ),
        (
            "a credential of VCDM 2.0 as jwt_vc_json",
            old.token(payload={"vc": plain(), "jti": None}),
            "jwt_vcdm_version",
            old.twin,
        ),
        (
            "an ID token",
            obv3.token(
                payload=compact(
                    {"iss": ISSUER, "sub": "x", "aud": "y", "iat": NOW_SECONDS, "exp": UNTIL_SECONDS}
                )
            ),
            "context_missing",
            obv3.twin,
        ),
        (
            "an access token",
            obv3.token({"typ": "at+jwt"}, compact({"iss": ISSUER, "scope": "x"})),
            "jws_typ",
            obv3.twin,
        ),
        ("vc that is a text", old.token(payload={"vc": "x"}), "jwt_payload", old.twin),
        ("vc that is a list", old.token(payload={"vc": [plain_1_1()]}), "jwt_payload", old.twin),
        ("vc that is null", old.token(payload=compact(old.payload | {"vc": None})), "jwt_payload", old.twin),
    ):
        family.case(name, token, code, twin=twin)


_MOMENTS: Final[dict[str, Any]] = {
    "a text": "1858327200",
    "a date": "2028-11-20T10:00:00Z",
    "negative": -1,
    "true": True,
    "a list": [UNTIL_SECONDS],
    "an object": {},
    "beyond the year 9999": 253_402_300_800,
    "in milliseconds": UNTIL_SECONDS * 1_000,
    "empty": "",
}


def _moments(book: Book, every: list[Form]) -> None:
    family = book.family("B10", "`exp`, `nbf`, `iat`: no numbers, too early, too late, or not there.")
    for form in every:
        says_again = "obv3" in form.twin or "jwt_vc_json" in form.twin
        for claim in ("exp", "nbf", "iat"):
            for name, value in _MOMENTS.items():
                token = form.token(payload={claim: value})
                code = "jwt_claim_syntax"
                if (claim, name) == ("iat", "a date") and not says_again:
                    # the suite of VC-JOSE-COSE writes it so: it has one reading, and that is to come
                    code = "proof_not_yet_valid"
                family.case(f"{form.twin}: {claim} is {name}", token, code, twin=form.twin)
            null = form.token(payload=compact(form.payload | {claim: None}))
            family.case(f"{form.twin}: {claim} is null", null, "jwt_claim_syntax", twin=form.twin)
            raw = compact({name: value for name, value in form.payload.items() if name != claim})[:-1]
            for name, number in {
                "1e400": b"1e400",
                "NaN": b"NaN",
                "Infinity": b"Infinity",
                "5,000 digits": b"1" * 5_000,
                "hexadecimal": b"0x10",
            }.items():
                token = form.token(payload=raw + b',"' + claim.encode() + b'":' + number + b"}")
                family.case(f"{form.twin}: {claim} is {name}", token, "jws_payload", twin=form.twin)
        if says_again:
            _validities(family, form)
        else:
            _signature_times(family, form)


def _signature_times(family: Family, form: Form) -> None:
    for name, (claims, code) in {
        "exp now": ({"exp": NOW_SECONDS}, "proof_expired"),
        "exp a second ago": ({"exp": NOW_SECONDS - 1}, "proof_expired"),
        "exp half a second ago": ({"exp": NOW_SECONDS - 0.5}, "proof_expired"),
        "exp 0": ({"exp": 0}, "proof_expired"),
        "exp in a second": ({"exp": NOW_SECONDS + 1}, ""),
        "nbf in 61 s": ({"nbf": NOW_SECONDS + 61}, "proof_not_yet_valid"),
        "nbf in 60 s": ({"nbf": NOW_SECONDS + 60}, ""),
        "nbf next year": ({"nbf": NOW_SECONDS + 31_536_000}, "proof_not_yet_valid"),
        "iat in 61 s": ({"iat": NOW_SECONDS + 61}, "proof_not_yet_valid"),
        "iat in 60 s": ({"iat": NOW_SECONDS + 60}, ""),
        "no iat": ({"iat": None}, ""),
        "iat 0": ({"iat": 0}, ""),
    }.items():
        family.case(f"{form.twin}: {name}", form.token(payload=claims), code, twin=form.twin)


def _validities(family: Family, form: Form) -> None:
    """There, `nbf` and `exp` are the credential's own dates."""
    start, end = ("issuanceDate", "expirationDate") if "vc" in form.payload else ("validFrom", "validUntil")

    def dated(**dates: Any) -> JsonObject:
        document = form.payload.get("vc", dict(form.payload))
        document = {name: value for name, value in (document | dates).items() if value is not None}
        return {"vc": document} if "vc" in form.payload else dates

    for name, (claims, code) in {
        "ended": ({"exp": NOW_SECONDS, **dated(**{end: "2026-11-24T09:30:00Z"})}, "expired"),
        "about to end": ({"exp": NOW_SECONDS + 1, **dated(**{end: "2026-11-24T09:30:01Z"})}, ""),
        "not yet": ({"nbf": NOW_SECONDS + 61, **dated(**{start: "2026-11-24T09:31:01Z"})}, "not_yet_valid"),
        "about to begin": ({"nbf": NOW_SECONDS + 60, **dated(**{start: "2026-11-24T09:31:00Z"})}, ""),
        "reversed": (
            {"nbf": FROM_SECONDS, "exp": FROM_SECONDS - 1, **dated(**{end: "2026-11-20T09:59:59Z"})},
            "validity_reversed",
        ),
        "ended, by exp alone": ({"exp": NOW_SECONDS - 1, **dated(**{end: None})}, "expired"),
        "iat in 61 s": ({"iat": NOW_SECONDS + 61}, "proof_not_yet_valid"),
    }.items():
        family.case(f"{form.twin}: {name}", form.token(payload=claims), code, twin=form.twin)


def _issuers(book: Book, every: list[Form]) -> None:
    family = book.family("B11", "`iss` is not quite the issuer, or the holder.")
    for form in every:
        me = form.payload["iss"]
        names = {
            "a prefix": me[:-1],
            "longer": me + "x",
            "with a slash": me + "/",
            "with a fragment": me + "#",
            "in capitals": me.upper(),
            "with a space": me + " ",
            "with a newline": me + "\n",
            "another": OTHER,
            "empty": "",
            "an https URL": "https://issuer.example",
            "a homoglyph": me.replace("i", "\u0456", 1),
            "a wildcard": "*",
        }
        for name, value in names.items():
            code = "jwt_iss_mismatch"
            if form.twin.startswith("jwt_vp"):
                # no holder stands beside it there: who it names must have signed
                is_url = ":" in value and value.isascii() and value == value.strip()
                code = "issuer_mismatch" if is_url else "holder_missing"
            # an https holder would publish its keys, and does not
            code = "notFound" if form.twin.startswith("jwt_vp") and value.startswith("https:") else code
            outcome = "indeterminate" if code == "notFound" else ""
            token = form.token(payload={"iss": value})
            family.case(f"{form.twin}: {name}", token, code, outcome=outcome, twin=form.twin)
        for name, value in {
            "a list": [me],
            "a list of two": [me, OTHER],
            "a number": 1,
            "an object": {"id": me},
            "true": True,
        }.items():
            family.case(
                f"{form.twin}: iss is {name}",
                form.token(payload={"iss": value}),
                "jwt_claim_syntax",
                twin=form.twin,
            )
        null = form.token(payload=compact(form.payload | {"iss": None}))
        family.case(f"{form.twin}: iss is null", null, "jwt_claim_syntax", twin=form.twin)
        absent = {"obv3": "jwt_claim_missing", "jwt_vc": "jwt_claim_missing", "jwt_vp": "holder_missing"}
        code = next((code for start, code in absent.items() if form.twin.startswith(start)), "")
        family.case(f"{form.twin}: no iss", form.token(payload={"iss": None}), code, twin=form.twin)
        for name, change in {"another DID": OTHER, "the DID in capitals": "did:web:ISSUER.example"}.items():
            if form.kind == "credential":
                renamed = _with_issuer(form, change)
                family.case(
                    f"{form.twin}: issuer and iss are {name}",
                    form.token(payload=renamed),
                    "issuer_mismatch",
                    twin=form.twin,
                    no_fetch=True,
                )


def _with_issuer(form: Form, issuer_id: str) -> JsonObject:
    document = copy.deepcopy(form.payload.get("vc", form.payload))
    document["issuer"] = (
        document["issuer"] | {"id": issuer_id} if isinstance(document["issuer"], dict) else issuer_id
    )
    return {"iss": issuer_id} | ({"vc": document} if "vc" in form.payload else {"issuer": document["issuer"]})


def _audiences(book: Book, every: list[Form]) -> None:
    family = book.family(
        "B12", "A presentation that is for somebody else, for others too, or for another question."
    )
    for form in every:
        if form.kind == "credential":
            continue
        for name, aud in {
            "absent": None,
            "another": "https://other.example",
            "a list of us": [DOMAIN],
            "us and another": [DOMAIN, "https://other.example"],
            "with a slash": DOMAIN + "/",
            "in capitals": DOMAIN.upper(),
            "a prefix": DOMAIN[:-1],
            "longer": DOMAIN + ".evil.example",
            "empty": "",
            "an empty list": [],
            "a number": 1,
            "an object": {"id": DOMAIN},
            "true": True,
            "with a space": DOMAIN + " ",
        }.items():
            family.case(
                f"{form.twin}: aud {name}",
                form.token(payload={"aud": aud}),
                "domain_mismatch",
                twin=form.twin,
            )
        for name, nonce in {
            "absent": None,
            "another": "x",
            "a list": [CHALLENGE],
            "in capitals": CHALLENGE.upper(),
            "a prefix": CHALLENGE[:-1],
            "longer": CHALLENGE + "0",
            "empty": "",
            "a number": 1,
            "with a space": CHALLENGE + " ",
        }.items():
            family.case(
                f"{form.twin}: nonce {name}",
                form.token(payload={"nonce": nonce}),
                "challenge_mismatch",
                twin=form.twin,
            )
        in_header = form.token({"nonce": CHALLENGE, "aud": DOMAIN}, {"nonce": None, "aud": None})
        family.case(f"{form.twin}: aud and nonce in the header", in_header, "domain_mismatch", twin=form.twin)
        other = did_key_signer(KeyType.ED25519, "other")
        stolen = form.token(
            {"kid": other.verification_method},
            {"iss": did_of(other), "holder": did_of(other)}
            if "vp" not in form.payload
            else {"iss": did_of(other)},
            other,
        )
        family.case(f"{form.twin}: presented by a stranger", stolen, "holder_mismatch", twin=form.twin)
        forged = form.token(by=signer(KeyType.ED25519, "other", form.by.verification_method))
        family.case(
            f"{form.twin}: a stranger's key under the holder's URL", forged, "jws_signature", twin=form.twin
        )
        _within(family, form)


def _within(family: Family, form: Form) -> None:
    """The presentation is good, and the credential within is not."""
    old = "vp" in form.payload
    good = next(each for each in credential_forms() if each.twin.startswith("jwt_vc" if old else "vc+jwt"))
    tampered = good.token().split(".")
    tampered[1] = encode_base64url(compact(good.payload | {"x": "y"}))
    bad = {
        "unsigned": (good.token({"alg": "none"}).rpartition(".")[0] + ".", "jws_algorithm"),
        "tampered with": (".".join(tampered), "jws_signature"),
        "by a stranger": (
            good.token(by=signer(KeyType.ED25519, "other", good.by.verification_method)),
            "jws_signature",
        ),
        "of another kind": (good.token({"typ": "at+jwt"}), "jws_typ"),
        "by a key of another DID": (good.token({"kid": f"{OTHER}#ed25519"}), "issuer_mismatch"),
        "padded": (good.token() + "=", "jws_encoding"),
    }
    for name, (token, code) in bad.items():
        for place, tokens in (("alone", [token]), ("after a good one", [good.token(), token])):
            if old:
                payload = {"vp": form.payload["vp"] | {"verifiableCredential": tokens}}
            else:
                envelope = form.payload["verifiableCredential"][0]
                payload = {
                    "verifiableCredential": [
                        envelope | {"id": f"data:application/vc+jwt,{each}"} for each in tokens
                    ]
                }
            family.case(
                f"{form.twin}: a credential {name}, {place}",
                form.token(payload=payload),
                "credential_invalid",
                twin=form.twin,
                inner=code,
            )


def _contradictions(book: Book, every: list[Form]) -> None:
    family = book.family("B20", "A claim contradicts the member of the credential that it stands for.")
    for form in every:
        if form.kind == "presentation":
            continue
        again = "obv3" in form.twin or "vc" in form.payload
        document = form.payload.get("vc", form.payload)
        start, end = (
            ("issuanceDate", "expirationDate") if "vc" in form.payload else ("validFrom", "validUntil")
        )

        def within(
            change: Callable[[JsonObject], Any], form: Form = form, document: JsonObject = document
        ) -> JsonObject:
            edited = changed(document, change)
            return {"vc": edited} if "vc" in form.payload else {name: edited.get(name) for name in document}

        claims = {
            "sub is another": ({"sub": OTHER}, "jwt_sub_mismatch"),
            "sub in capitals": ({"sub": did_of(holder()).upper()}, "jwt_sub_mismatch"),
            "sub is empty": ({"sub": ""}, "jwt_sub_mismatch"),
            "jti is another": ({"jti": "urn:uuid:0"}, "jwt_jti_mismatch"),
            "jti is empty": ({"jti": ""}, "jwt_jti_mismatch"),
            "sub is a list": ({"sub": [did_of(holder())]}, "jwt_claim_syntax"),
            "jti is a number": ({"jti": 1}, "jwt_claim_syntax"),
        }
        if again:
            claims |= {
                "nbf is a second earlier": ({"nbf": FROM_SECONDS - 1}, "jwt_nbf_mismatch"),
                "nbf is a second later": ({"nbf": FROM_SECONDS + 1}, "jwt_nbf_mismatch"),
                "nbf is half a second later": ({"nbf": FROM_SECONDS + 0.5}, "jwt_nbf_mismatch"),
                "exp is a second later": ({"exp": UNTIL_SECONDS + 1}, "jwt_exp_mismatch"),
                "exp is ten years later": ({"exp": UNTIL_SECONDS + 315_360_000}, "jwt_exp_mismatch"),
                "no exp": ({"exp": None}, "jwt_claim_missing"),
                "no nbf": ({"nbf": None}, "jwt_claim_missing"),
                "no sub": ({"sub": None}, "jwt_claim_missing"),
                "no jti": ({"jti": None}, "jwt_claim_missing"),
                "the credential begins later": (
                    within(lambda it, name=start: it.update({name: "2026-11-20T10:00:01Z"})),
                    "jwt_nbf_mismatch",
                ),
                "the credential ends later": (
                    within(lambda it, name=end: it.update({name: "2029-11-20T10:00:00Z"})),
                    "jwt_exp_mismatch",
                ),
                "the subject is another": (
                    within(lambda it: it["credentialSubject"].update(id=OTHER)),
                    "jwt_sub_mismatch",
                ),
                "the id is another": (within(lambda it: it.update(id="urn:uuid:0")), "jwt_jti_mismatch"),
                "the issuer is another": (
                    within(
                        lambda it: it.update(
                            issuer=it["issuer"] | {"id": OTHER} if isinstance(it["issuer"], dict) else OTHER
                        )
                    ),
                    "jwt_iss_mismatch",
                ),
            }
        for name, (payload, code) in claims.items():
            family.case(f"{form.twin}: {name}", form.token(payload=payload), code, twin=form.twin)
