"""B1 to B14 and B20: credentials and presentations in JWTs."""

from __future__ import annotations

import copy
import hmac
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from did.encodings import decode_base64url, encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    ISSUER_DOCUMENT,
    OTHER,
    badge,
    changed,
    plain,
    plain_1_1,
)
from tests.corpus.making.book import Pieces
from tests.corpus.making.keys import AnySigner, did_key_signer, did_of, signer
from tests.corpus.making.signing import CHALLENGE, DOMAIN, ISSUER, compact, holder, issuer, jws

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
_NOW: Final = 1_795_512_600  # 2026-11-24T09:30:00Z
_FROM: Final = 1_795_168_800  # 2026-11-20T10:00:00Z
_UNTIL: Final = 1_858_327_200  # 2028-11-20T10:00:00Z


@dataclass(frozen=True)
class Form:
    """A form of token: its header and payload as a careful signer writes them, and who signs."""

    twin: str
    kind: str
    header: JsonObject
    payload: JsonObject
    by: AnySigner

    def token(self, header: Any = None, payload: Any = None, by: AnySigner | None = None) -> str:
        """The token, with members changed (None takes one away), or with raw bytes in their place."""
        return jws(_merged(self.header, header), _merged(self.payload, payload), by or self.by)

    @property
    def code_of_no_key_name(self) -> str:
        """What is found where neither kid nor jwk is there."""
        return "" if self.twin.startswith("jwt_v") else "jwt_key_unnamed"


def _merged(members: JsonObject, changes: Any) -> Any:
    if isinstance(changes, bytes):
        return changes
    return {name: value for name, value in (members | (changes or {})).items() if value is not None}


def forms() -> list[Form]:
    """Every form."""
    return [*credential_forms(), *presentation_forms()]


def credential_forms() -> list[Form]:
    """The forms of credentials."""
    made = []
    for key_type, algorithm in ((KeyType.ED25519, "EdDSA"), (KeyType.P256, "ES256"), (KeyType.P384, "ES384")):
        by = issuer(key_type)
        header = {"alg": algorithm, "typ": "vc+jwt", "cty": "vc", "kid": by.verification_method}
        payload = plain() | {"iss": ISSUER, "iat": _NOW - 3600}
        made.append(Form(f"vc+jwt {algorithm}", "credential", header, payload, by))
    says_again = {"iss": ISSUER, "sub": did_of(holder()), "jti": badge()["id"], "nbf": _FROM, "exp": _UNTIL}
    for key_type, algorithm in ((KeyType.RSA, "RS256"), (KeyType.P256, "ES256")):
        by = issuer(key_type)
        header = {"alg": algorithm, "typ": "JWT", "kid": by.verification_method}
        made.append(Form(f"obv3_jwt {algorithm}", "credential", header, badge() | says_again, by))
    by = issuer()
    claims = says_again | {"jti": plain_1_1()["id"], "vc": plain_1_1()}
    header = {"alg": "EdDSA", "typ": "JWT", "kid": by.verification_method}
    made.append(Form("jwt_vc_json EdDSA", "credential", header, claims, by))
    return made


def presentation_forms() -> list[Form]:
    """The forms of presentations."""
    by = holder()
    inner = {form.twin: form.token() for form in credential_forms()}
    envelope = {
        "@context": [CREDENTIALS_V2],
        "id": f"data:application/vc+jwt,{inner['vc+jwt EdDSA']}",
        "type": "EnvelopedVerifiableCredential",
    }
    bound = {"aud": DOMAIN, "nonce": CHALLENGE, "iss": did_of(by), "iat": _NOW - 10}
    document = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], "holder": did_of(by)}
    header = {"alg": "EdDSA", "typ": "vp+jwt", "cty": "vp", "kid": by.verification_method}
    old = {
        "@context": [CREDENTIALS_V1],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [inner["jwt_vc_json EdDSA"]],
    }
    return [
        Form(
            "vp+jwt EdDSA",
            "presentation",
            header,
            document | {"verifiableCredential": [envelope]} | bound,
            by,
        ),
        Form(
            "jwt_vp_json EdDSA", "presentation", header | {"typ": "JWT", "cty": None}, bound | {"vp": old}, by
        ),
    ]


def make(book: Book) -> None:
    """Write the rows."""
    every = [
        Form(f.twin, f.kind, {k: v for k, v in f.header.items() if v is not None}, f.payload, f.by)
        for f in forms()
    ]
    for form in every:
        book.twin(form.twin, form.token(), form.kind)
    envelope = every[-2].payload["verifiableCredential"][0]
    book.twin("enveloped vc+jwt", envelope)
    # signatures are looked at for each algorithm, what is around them once for each form
    one_each = [form for form in every if form.twin not in _SAME_FORM]
    for write_row in (_algorithms, _symmetric, _own_keys, _signatures):
        write_row(book, every)
    for write_row in (
        _key_names,
        _critical,
        _twice,
        _serializations,
        _encodings,
        _moments,
        _issuers,
        _audiences,
        _large,
        _encrypted,
        _contradictions,
    ):
        write_row(book, one_each)
    _kinds(book, one_each)
    _envelopes(book, envelope)


_SAME_FORM: Final = frozenset({"vc+jwt ES256", "vc+jwt ES384", "obv3_jwt ES256"})


# B1, B2


def _algorithms(book: Book, every: list[Form]) -> None:
    family = book.family("B1", "`alg` says that there is no signature, or is not what the key is for.")
    for form in every:
        for name in (
            "none",
            "None",
            "NONE",
            "nOnE",
            " none",
            "none ",
            "",
            "null",
            "HS256",
            "ES256K",
            "PS256",
            "RS1",
            "EdDSA\n",
            "eddsa",
            "Ed448",
        ):
            if name == form.header["alg"]:
                continue
            unsigned = form.token({"alg": name}).rpartition(".")[0] + "."
            family.case(f"{form.twin}: {name!r}, no signature", unsigned, "jws_algorithm", twin=form.twin)
            signed = form.token({"alg": name})
            family.case(f"{form.twin}: {name!r}, signed", signed, "jws_algorithm", twin=form.twin)
        for name in sorted({"EdDSA", "ES256", "ES384", "RS256"} - {form.header["alg"]}):
            family.case(
                f"{form.twin}: {name} for another key",
                form.token({"alg": name}),
                "jws_algorithm",
                twin=form.twin,
            )
        for name, value in {
            "absent": None,
            "a number": 1,
            "a list": [form.header["alg"]],
            "an object": {},
            "true": True,
        }.items():
            family.case(
                f"{form.twin}: alg {name}", form.token({"alg": value}), "jws_algorithm", twin=form.twin
            )
        null = form.token(compact(form.header | {"alg": None}))
        family.case(f"{form.twin}: alg null", null, "jws_algorithm", twin=form.twin)
        empty = form.token().rpartition(".")[0] + "."
        family.case(f"{form.twin}: good alg, no signature", empty, "jws_signature", twin=form.twin)


def _symmetric(book: Book, every: list[Form]) -> None:
    family = book.family("B2", "A MAC under the public key, which everybody has.")
    for form in every:
        for name, key in _forms_of_public_key(form.by).items():
            for algorithm, hash_name in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
                signing_input = form.token({"alg": algorithm}).rpartition(".")[0]
                mac = hmac.new(key, signing_input.encode(), hash_name).digest()
                token = f"{signing_input}.{encode_base64url(mac)}"
                family.case(f"{form.twin}: {algorithm} under {name}", token, "jws_algorithm", twin=form.twin)


def _forms_of_public_key(by: AnySigner) -> dict[str, bytes]:
    key = by.public_key
    named = {
        "the raw key": key.raw,
        "its JWK": compact(key.to_jwk()),
        "its Multikey": key.to_multikey().encode(),
        "its thumbprint": key.thumbprint().encode(),
        "nothing": b"",
    }
    if key.key_type is KeyType.RSA:
        from tests.corpus.making.keys import _RSA_PEM

        public = load_pem_private_key(_RSA_PEM.read_bytes(), password=None).public_key()
        named["its PEM"] = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        named["its DER"] = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return named


# B3, B4


def _own_keys(book: Book, every: list[Form]) -> None:
    family = book.family("B3", "The header brings a key, or the address of one: a stranger's, who signed.")
    for form in every:
        key_type = form.by.public_key.key_type
        if key_type is KeyType.RSA:
            key_type, algorithm = KeyType.P256, "ES256"
        else:
            algorithm = form.header["alg"]
        stranger = signer(key_type, "other", form.by.verification_method)
        jwk = stranger.public_key.to_jwk()
        strict = form.twin.startswith(("obv3", "jwt_vc")) and "obv3" in form.twin
        fetched = {} if form.kind == "presentation" else {"fetched": [ISSUER_DOCUMENT]}
        signed_by = "jws_algorithm" if algorithm != form.header["alg"] else "jws_signature"
        for name, (members, code) in {
            "jwk beside kid": ({"jwk": jwk}, "jwt_key_mismatch"),
            "jwk without kid": ({"jwk": jwk, "kid": None}, "verification_method_not_found"),
            "jwk of the signer's with its secret": (
                {"jwk": jwk | {"d": "AAAA"}},
                "invalid_key",
            ),
            "jwk that is a text": ({"jwk": "x"}, "jwt_key_mismatch"),
            "jwk that is symmetric": ({"jwk": {"kty": "oct", "k": "AAAA"}}, "invalid_key"),
            "jku": ({"jku": "https://evil.example/jwks.json"}, signed_by),
            "x5u": ({"x5u": "https://evil.example/cert.pem"}, signed_by),
            "x5c": ({"x5c": ["MIIB"]}, signed_by),
            "x5t": ({"x5t#S256": "AAAA"}, signed_by),
            "trust_chain": ({"trust_chain": ["eyJ"]}, signed_by),
        }.items():
            others = set(members) - {"jwk", "kid"}
            expected = "jwt_header_member" if strict and others else code
            token = form.token(members | {"alg": algorithm}, by=stranger)
            options = fetched if others and not strict else {}
            family.case(f"{form.twin}: {name}", token, expected, twin=form.twin, **options)
        own = form.token({"jwk": form.by.public_key.to_jwk()})
        family.case(f"{form.twin}: jwk of the issuer's own key", own, twin=form.twin)


def _key_names(book: Book, every: list[Form]) -> None:
    family = book.family("B4", "`kid` names a file, an address, a query, or somebody else's key.")
    names = {
        "a path": "../../../../etc/passwd",
        "an absolute path": "/dev/null",
        "an address": "https://evil.example/key.pem",
        "SQL": "x' UNION SELECT 'secret' --",
        "a command": "x|/usr/bin/id",
        "a template": "{{7*7}}",
        "a NUL's name": "%00",
        "empty": "",
        "another DID's": f"{OTHER}#ed25519",
        "a longer DID's": f"{ISSUER}.com#ed25519",
        "a did:key": did_key_signer(KeyType.ED25519, "other").verification_method,
        "a bare fragment without #": "ed25519",
        "the DID in capitals": "did:web:ISSUER.example#ed25519",
        "with a space before": f" {ISSUER}#ed25519",
    }
    for form in every:
        for name, kid in names.items():
            family.case(
                f"{form.twin}: {name}",
                form.token({"kid": kid}),
                "issuer_mismatch",
                twin=form.twin,
                no_fetch=True,
            )
        did = form.by.verification_method.partition("#")[0]
        for name, (kid, code) in {
            "the DID alone": (did, "invalidDidUrl"),
            "an unknown fragment": (f"{did}#nobody", "verification_method_not_found"),
            "an unknown fragment, relative": ("#nobody", "verification_method_not_found"),
            "two fragments": (f"{did}#a#b", "invalidDidUrl"),
            "a fragment with a space": (f"{did}#a b", "invalidDidUrl"),
        }.items():
            family.case(f"{form.twin}: {name}", form.token({"kid": kid}), code, twin=form.twin)
        for name, kid in {
            "a number": 1,
            "a list": [form.by.verification_method],
            "an object": {},
            "true": True,
        }.items():
            family.case(f"{form.twin}: kid is {name}", form.token({"kid": kid}), "jws_header", twin=form.twin)
        family.case(
            f"{form.twin}: 5,000 characters",
            form.token({"kid": f"{did}#" + "k" * 5_000}),
            "jwt_key_unnamed",
            twin=form.twin,
        )
        absent = form.token({"kid": None})
        family.case(f"{form.twin}: no kid", absent, form.code_of_no_key_name, twin=form.twin)
        relative = "#" + form.by.verification_method.partition("#")[2]
        family.case(f"{form.twin}: its own, relative", form.token({"kid": relative}), twin=form.twin)
        if did == ISSUER:
            for fragment in ("ed25519", "p256", "p384", "bls"):
                kid = f"{ISSUER}#{fragment}"
                if kid != form.by.verification_method:
                    family.case(
                        f"{form.twin}: the issuer's {fragment} key",
                        form.token({"kid": kid}),
                        "jws_algorithm",
                        twin=form.twin,
                    )


# B5 to B8


def _critical(book: Book, every: list[Form]) -> None:
    family = book.family(
        "B5", "Header members that must be understood, and are not; a payload that is not encoded."
    )
    for form in every:
        for name, members in {
            "unknown": {"crit": ["http://example.com/x"], "http://example.com/x": True},
            "of a registered name": {"crit": ["alg"]},
            "of exp": {"crit": ["exp"], "exp": _NOW},
            "empty": {"crit": []},
            "absent member": {"crit": ["x"]},
            "a text": {"crit": "exp"},
            "an object": {"crit": {}},
            "a number": {"crit": 1},
            "false": {"crit": False},
        }.items():
            family.case(f"{form.twin}: crit {name}", form.token(members), "jws_critical", twin=form.twin)
        null = form.token(compact(form.header | {"crit": None}))
        family.case(f"{form.twin}: crit null", null, "jws_critical", twin=form.twin)
        for name, members in {
            "false and critical": {"b64": False, "crit": ["b64"]},
            "false": {"b64": False},
            "true": {"b64": True},
            "a text": {"b64": "false"},
        }.items():
            family.case(
                f"{form.twin}: b64 {name}", form.token(members), "jws_unencoded_payload", twin=form.twin
            )


def _twice(book: Book, every: list[Form]) -> None:
    family = book.family("B6", "A member of the header or of the payload stands there twice.")
    for form in every:
        for part, members, code in (
            ("header", form.header, "jws_header"),
            ("payload", form.payload, "jws_payload"),
        ):
            raw = compact(members)
            for name in members:
                for how, again in (
                    ("again", raw[:-1] + b"," + compact({name: members[name]})[1:]),
                    ("otherwise, before", b"{" + compact({name: "x"})[1:-1] + b"," + raw[1:]),
                ):
                    token = form.token(again) if part == "header" else form.token(payload=again)
                    family.case(f"{form.twin}: {part} {name} {how}", token, code, twin=form.twin)
        for part, code in (("header", "jws_header"), ("payload", "jws_payload")):
            for name, raw in {
                "no JSON": b"x",
                "nothing": b"",
                "an array": b"[]",
                "null": b"null",
                "a text": b'"x"',
                "a number": b"1",
                "cut short": compact(form.header)[:-1],
                "with a comma more": compact(form.header)[:-1] + b",}",
                "with a mark": b"\xef\xbb\xbf" + compact(form.header),
                "in UTF-16": compact(form.header).decode().encode("utf-16"),
                "in Latin-1": compact(form.header)[:-1] + b',"x":"\xe9"}',
                "with NaN": compact(form.header)[:-1] + b',"x":NaN}',
                "with a huge integer": compact(form.header)[:-1] + b',"x":' + b"9" * 400 + b"}",
                "with a lone surrogate": compact(form.header)[:-1] + b',"x":"\\ud800"}',
                "with a NUL": compact(form.header)[:-1] + b',"x":"\\u0000"}',
                "too deep": compact(form.header)[:-1] + b',"x":' + b"[" * 70 + b"]" * 70 + b"}",
            }.items():
                token = form.token(raw) if part == "header" else form.token(payload=raw)
                # what does not begin with a letter is no token, and is read as JSON
                is_token = part == "payload" or name not in {"nothing", "with a mark"}
                family.case(
                    f"{form.twin}: {part} is {name}",
                    token,
                    code if is_token else "json_syntax",
                    twin=form.twin,
                )


def _serializations(book: Book, every: list[Form]) -> None:
    family = book.family("B7", "Another serialization than the compact one, or none.")
    for form in every:
        token = form.token()
        protected, payload, signature = token.split(".")
        for name, value in {
            "flattened": {"protected": protected, "payload": payload, "signature": signature},
            "general": {"payload": payload, "signatures": [{"protected": protected, "signature": signature}]},
            "general with two": {
                "payload": payload,
                "signatures": [
                    {"protected": protected, "signature": "AA"},
                    {"protected": protected, "signature": signature},
                ],
            },
            "general with none": {"payload": payload, "signatures": []},
            "flattened with a header of its own": {
                "protected": protected,
                "header": {"alg": "none"},
                "payload": payload,
                "signature": signature,
            },
        }.items():
            family.case(f"{form.twin}: {name}", value, "jws_serialization", kind=form.kind)
        for name, text in {
            "two parts": f"{protected}.{payload}",
            "four parts": f"{token}.{signature}",
            "five parts": f"{protected}.AA.AA.AA.AA",
            "six parts": f"{token}.{token}",
            "a dot after": token + ".",
            "two dots between": f"{protected}..{payload}.{signature}",
        }.items():
            family.case(f"{form.twin}: {name}", text, "jws_serialization", twin=form.twin)
        for name, (text, code) in {
            "an empty header": (f".{payload}.{signature}", "json_syntax"),
            "one part": (protected, "json_syntax"),
            "in quotes": (f'"{token}"', "not_an_object"),
            "in an array": (f'["{token}"]', "not_an_object"),
            "after Bearer": (f"Bearer {token}", "jws_encoding"),
            "percent-encoded": (token.replace(".", "%2E"), "json_syntax"),
            "without payload": (f"{protected}..{signature}", "jws_payload"),
            "payload and signature exchanged": (f"{protected}.{signature}.{payload}", "jws_payload"),
            "header and payload exchanged": (f"{payload}.{protected}.{signature}", "jws_algorithm"),
        }.items():
            family.case(f"{form.twin}: {name}", text, code, twin=form.twin)


def _encodings(book: Book, every: list[Form]) -> None:
    family = book.family("B8", "Base64url that is none, or one of two writings of the same bytes.")
    for form in every:
        parts = form.token().split(".")
        for at, part_name in enumerate(("header", "payload", "signature")):
            part = parts[at]
            half = len(part) // 2
            for name, written in {
                "padded": part + "=" * (-len(part) % 4 or 4),
                "one pad": part + "=",
                "a space before": " " + part,
                "a space within": part[:half] + " " + part[half:],
                "a space after": part + " ",
                "a newline within": part[:half] + "\n" + part[half:],
                "a return within": part[:half] + "\r" + part[half:],
                "a tab within": part[:half] + "\t" + part[half:],
                "a plus": part[:half] + "+" + part[half + 1 :],
                "a solidus": part[:half] + "/" + part[half + 1 :],
                "a percent": part[:half] + "%41" + part[half + 1 :],
                "a NUL": part[:half] + "\0" + part[half + 1 :],
                "a star": part[:half] + "*" + part[half + 1 :],
                "a letter that is not ASCII": part[:half] + "\u0410" + part[half + 1 :],
                "fullwidth": part[:half] + "\uff21" + part[half + 1 :],
                "a zero-width space": part[:half] + "\u200b" + part[half:],
            }.items():
                # what begins with a space may still be a token; what is no token is read as JSON
                token = ".".join([*parts[:at], written, *parts[at + 1 :]])
                family.case(f"{form.twin}: {part_name} with {name}", token, "jws_encoding", twin=form.twin)
            other = _other_writing(part)
            if other:
                token = ".".join([*parts[:at], other, *parts[at + 1 :]])
                family.case(
                    f"{form.twin}: {part_name} with other spare bits", token, "jws_encoding", twin=form.twin
                )
            impossible = part + "A" * (1 - len(part) % 4 + (4 if len(part) % 4 > 1 else 0))
            token = ".".join([*parts[:at], impossible, *parts[at + 1 :]])
            family.case(
                f"{form.twin}: {part_name} of an impossible length", token, "jws_encoding", twin=form.twin
            )
        token = form.token()
        for name, text in {
            "a newline after": token + "\n",
            "a space before": " " + token,
            "a tab before": "\t" + token,
            "a return and newline after": token + "\r\n",
        }.items():
            if name == "a space before":
                continue
            family.case(f"{form.twin}: {name} it all", text, "jws_encoding", twin=form.twin)


def _other_writing(part: str) -> str:
    """The same bytes with another last character, if there are spare bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(part) % 4 == 0:
        return ""
    other = part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]
    try:
        decode_base64url(other)
    except Exception:  # noqa: BLE001 - whatever says that it is not canonical
        return other
    return ""


# B9


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
            obv3.token(payload=compact({"iss": ISSUER, "sub": "x", "aud": "y", "iat": _NOW, "exp": _UNTIL})),
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


# B10 to B12


_MOMENTS: Final[dict[str, Any]] = {
    "a text": "1858327200",
    "a date": "2028-11-20T10:00:00Z",
    "negative": -1,
    "true": True,
    "a list": [_UNTIL],
    "an object": {},
    "beyond the year 9999": 253_402_300_800,
    "in milliseconds": _UNTIL * 1_000,
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
        "exp now": ({"exp": _NOW}, "proof_expired"),
        "exp a second ago": ({"exp": _NOW - 1}, "proof_expired"),
        "exp half a second ago": ({"exp": _NOW - 0.5}, "proof_expired"),
        "exp 0": ({"exp": 0}, "proof_expired"),
        "exp in a second": ({"exp": _NOW + 1}, ""),
        "nbf in 61 s": ({"nbf": _NOW + 61}, "proof_not_yet_valid"),
        "nbf in 60 s": ({"nbf": _NOW + 60}, ""),
        "nbf next year": ({"nbf": _NOW + 31_536_000}, "proof_not_yet_valid"),
        "iat in 61 s": ({"iat": _NOW + 61}, "proof_not_yet_valid"),
        "iat in 60 s": ({"iat": _NOW + 60}, ""),
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
        "ended": ({"exp": _NOW, **dated(**{end: "2026-11-24T09:30:00Z"})}, "expired"),
        "about to end": ({"exp": _NOW + 1, **dated(**{end: "2026-11-24T09:30:01Z"})}, ""),
        "not yet": ({"nbf": _NOW + 61, **dated(**{start: "2026-11-24T09:31:01Z"})}, "not_yet_valid"),
        "about to begin": ({"nbf": _NOW + 60, **dated(**{start: "2026-11-24T09:31:00Z"})}, ""),
        "reversed": (
            {"nbf": _FROM, "exp": _FROM - 1, **dated(**{end: "2026-11-20T09:59:59Z"})},
            "validity_reversed",
        ),
        "ended, by exp alone": ({"exp": _NOW - 1, **dated(**{end: None})}, "expired"),
        "iat in 61 s": ({"iat": _NOW + 61}, "proof_not_yet_valid"),
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


# B13, B14


def _large(book: Book, every: list[Form]) -> None:
    family = book.family("B13", "Tokens that are too large: refused before anything is decoded.")
    for form in every:
        protected, payload, signature = form.token().split(".")
        for name, text in {
            "a header of 9 kB": Pieces(("A", 9_000), f".{payload}.{signature}"),
            "a header of 1 MB": Pieces(("A", 1_000_000), f".{payload}.{signature}"),
        }.items():
            family.case(f"{form.twin}: {name}", text, "jws_too_large", kind=form.kind)
        text = Pieces(f"{protected}.", ("A", 1_410_000), f".{signature}")
        family.case(f"{form.twin}: a payload of 1.4 MB", text, "too_large", kind=form.kind)
        text = Pieces(f"{protected}.{payload}.", ("A", 1_410_000))
        family.case(f"{form.twin}: a signature of 1.4 MB", text, "too_large", kind=form.kind)
        text = Pieces(f"{protected}.{payload}.", ("A", 100_000))
        code = "jws_signature"
        family.case(f"{form.twin}: a signature of 100 kB", text, code, kind=form.kind)
        text = Pieces((".", 100_000))
        family.case(f"{form.twin}: 100,000 dots", text, "json_syntax", kind=form.kind)
        text = Pieces("a", (".", 100_000))
        family.case(f"{form.twin}: 100,000 parts", text, "jws_serialization", kind=form.kind)


def _encrypted(book: Book, every: list[Form]) -> None:
    family = book.family(
        "B14", "Tokens that are encrypted, packed or stretched: not decrypted, not unpacked."
    )
    for form in every:
        for name, header in {
            "PBES2 with 10^8 rounds": {
                "alg": "PBES2-HS256+A128KW",
                "enc": "A128GCM",
                "p2s": "AAAA",
                "p2c": 100_000_000,
            },
            "zip": {"alg": "dir", "enc": "A256GCM", "zip": "DEF"},
            "RSA1_5": {"alg": "RSA1_5", "enc": "A128CBC-HS256"},
            "ECDH with a point off the curve": {
                "alg": "ECDH-ES",
                "enc": "A128GCM",
                "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            },
        }.items():
            encoded_header = encode_base64url(compact(header))
            family.case(
                f"{form.twin}: JWE, {name}",
                f"{encoded_header}.AA.AA.AA.AA",
                "jws_serialization",
                twin=form.twin,
            )
            token = form.token({**header, "typ": form.header["typ"]})
            code = "jws_algorithm"
            if "obv3" in form.twin:
                code = "jwt_header_member"
            family.case(f"{form.twin}: signed, {name}", token, code, twin=form.twin)


# B20, and what A19 is for tokens


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
                "nbf is a second earlier": ({"nbf": _FROM - 1}, "jwt_nbf_mismatch"),
                "nbf is a second later": ({"nbf": _FROM + 1}, "jwt_nbf_mismatch"),
                "nbf is half a second later": ({"nbf": _FROM + 0.5}, "jwt_nbf_mismatch"),
                "exp is a second later": ({"exp": _UNTIL + 1}, "jwt_exp_mismatch"),
                "exp is ten years later": ({"exp": _UNTIL + 315_360_000}, "jwt_exp_mismatch"),
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


def _signatures(book: Book, every: list[Form]) -> None:
    family = book.family("A2-tokens", "The signature of a token is another, or is over something else.")
    for form in every:
        protected, payload, signature = form.token().split(".")
        raw = decode_base64url(signature)
        half = len(raw) // 2
        for name, value in {
            "first bit": bytes([raw[0] ^ 1]) + raw[1:],
            "last bit": raw[:-1] + bytes([raw[-1] ^ 1]),
            "bit in the middle": raw[:half] + bytes([raw[half] ^ 1]) + raw[half + 1 :],
            "cut": raw[:-1],
            "half": raw[:half],
            "longer": raw + b"\0",
            "twice": raw + raw,
            "zeros": bytes(len(raw)),
            "ones": b"\xff" * len(raw),
            "backwards": raw[::-1],
            "halves exchanged": raw[half:] + raw[:half],
            "of another form": form.by.sign(b"x"),
        }.items():
            token = f"{protected}.{payload}.{encode_base64url(value)}"
            family.case(f"{form.twin}: {name}", token, "jws_signature", twin=form.twin)
        for pointer in sorted(form.payload):
            if pointer in {
                "@context",
                "type",
                "vc",
                "vp",
                "iss",
                "aud",
                "nonce",
                "exp",
                "nbf",
                "sub",
                "jti",
                "iat",
                "issuer",
                "id",
                "holder",
                "verifiableCredential",
            } or pointer.startswith("valid"):
                continue
            edited = compact({name: value for name, value in form.payload.items() if name != pointer})
            code = {"credentialSubject": "subject_missing"}.get(pointer, "jws_signature")
            family.case(
                f"{form.twin}: {pointer} is gone",
                f"{protected}.{encode_base64url(edited)}.{signature}",
                code,
                twin=form.twin,
            )
        spaced = encode_base64url(compact(form.payload).replace(b'":', b'": ', 1))
        family.case(
            f"{form.twin}: a space in the payload",
            f"{protected}.{spaced}.{signature}",
            "jws_signature",
            twin=form.twin,
        )
        spaced = encode_base64url(compact(form.header).replace(b'":', b'": ', 1))
        family.case(
            f"{form.twin}: a space in the header",
            f"{spaced}.{payload}.{signature}",
            "jws_signature",
            twin=form.twin,
        )


def _envelopes(book: Book, envelope: JsonObject) -> None:
    family = book.family(
        "B7-envelopes", "Enveloped credentials whose envelope says more, less or something else."
    )
    twin = "enveloped vc+jwt"
    token = envelope["id"].partition(",")[2]
    bad, media = "envelope_invalid", "envelope_media_type"
    for name, (value, code) in {
        "a member more": (envelope | {"name": "Camille"}, bad),
        "a subject of its own": (envelope | {"credentialSubject": {"id": OTHER}}, bad),
        "an issuer of its own": (envelope | {"issuer": OTHER}, bad),
        "a proof": (envelope | {"proof": {}}, bad),
        "two types": (envelope | {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]}, bad),
        "the type of a presentation": (envelope | {"type": "EnvelopedVerifiablePresentation"}, bad),
        "no id": ({k: v for k, v in envelope.items() if k != "id"}, bad),
        "an https id": (envelope | {"id": "https://issuer.example/vc"}, bad),
        "an id that is a list": (envelope | {"id": [envelope["id"]]}, bad),
        "no comma": (envelope | {"id": envelope["id"].replace(",", ";", 1)}, bad),
        "DATA in capitals": (envelope | {"id": envelope["id"].replace("data:", "DATA:")}, bad),
        "base64": (
            envelope | {"id": f"data:application/vc+jwt;base64,{b64encode(token.encode()).decode()}"},
            media,
        ),
        "a parameter": (envelope | {"id": f"data:application/vc+jwt;charset=utf-8,{token}"}, media),
        "no media type": (envelope | {"id": f"data:,{token}"}, media),
        "text": (envelope | {"id": f"data:text/plain,{token}"}, media),
        "the media type in capitals": (envelope | {"id": f"data:APPLICATION/VC+JWT,{token}"}, media),
        "a presentation's media type": (envelope | {"id": f"data:application/vp+jwt,{token}"}, media),
        "HTML": (envelope | {"id": "data:text/html,<script>"}, media),
        "percent-encoded": (envelope | {"id": envelope["id"].replace(".", "%2E")}, "jws_serialization"),
        "not ASCII": (envelope | {"id": envelope["id"] + "\u00e9"}, bad),
        "an empty token": (envelope | {"id": "data:application/vc+jwt,"}, "jws_serialization"),
        "a space after": (envelope | {"id": envelope["id"] + " "}, "jws_encoding"),
        "a comma more": (envelope | {"id": envelope["id"].replace(",", ",,")}, "jws_encoding"),
        "an envelope in the envelope": (
            envelope | {"id": f"data:application/vc+jwt,{encode_base64url(compact(envelope))}"},
            "jws_serialization",
        ),
    }.items():
        family.case(name, value, code, twin=twin)
    cose = envelope | {"id": f"data:application/vc+cose,{token}"}
    family.case("COSE", cose, "unsupported_securing", outcome="indeterminate", twin=twin)
    other = next(form for form in credential_forms() if form.twin.startswith("obv3"))
    family.case(
        "another form of token",
        envelope | {"id": f"data:application/vc+jwt,{other.token()}"},
        "jws_typ",
        twin=twin,
    )
