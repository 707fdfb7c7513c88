"""DCQL: what a verifier asks for, which held credentials answer it, and whether an answer does.

    query = DcqlQuery.parse(request["dcql_query"])     # both sides
    match(query, {"badge-1": held.claims})             # wallet: who answers what, and which claims are asked
    check_answer(query, {"badge": [claims]})           # verifier: never trusts the wallet to have matched

Source: OpenID for Verifiable Presentations 1.0, sections 6 (DCQL), 7 (Claims Path Pointer), appendices B.1.1
and B.3.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.exchange.claims_paths import ClaimsQuery, ClaimValue, PathComponent
from credentials.exchange.dcql_shapes import (
    DcqlError,
    read_array,
    read_each,
    read_flag,
    read_id,
    read_object,
    read_text,
    read_unique,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from credentials.exchange.formats import FormattedClaims

__all__ = [
    "TYPE_IRIS",
    "Candidate",
    "ClaimsQuery",
    "CredentialQuery",
    "CredentialSetQuery",
    "DcqlError",
    "DcqlQuery",
    "Matches",
    "check_answer",
    "check_credentials",
    "expand_type",
    "match",
]

JsonObject = dict[str, Any]

_W3C_FORMATS: Final = frozenset({"ldp_vc", "jwt_vc_json"})
_SD_JWT_VC: Final = "dc+sd-jwt"
_MOST_QUERIES: Final = 20
_MOST_CLAIMS: Final = 50
_MOST_OPTIONS: Final = 50
_MOST_VALUES: Final = 100
_DEEPEST_PATH: Final = 20

# what the pinned contexts make of the types that they define: contexts whose terms are protected, so that no
# credential that verifies means anything else by these names; a test compares this table with the documents
TYPE_IRIS: Final = MappingProxyType(
    {
        "VerifiableCredential": "https://www.w3.org/2018/credentials#VerifiableCredential",
        "OpenBadgeCredential": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
        "AchievementCredential": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
        "EndorsementCredential": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#EndorsementCredential",
        "ClrCredential": "https://purl.imsglobal.org/spec/vc/clr/vocab.html#ClrCredential",
    },
)


@dataclass(frozen=True)
class CredentialQuery:
    """A credential that is asked for. `trusted_authorities` is not looked at: a badge's holder decides.

    Args:
        id: its name in the answer.
        format: Credential Format Identifier.
        type_values: alternatives, each a set of expanded types that must all be there; empty for a format
            without them.
        vct_values: types of an SD-JWT VC, one of which it must be; empty for another format.
        claims: what is asked for in it; empty: nothing that its holder can hold back.
        claim_sets: ids of `claims`, combinations in the verifier's order of preference; empty: all of them.
        multiple: several credentials may answer.
        holder_binding: the holder must sign.
    """

    id: str
    format: str
    type_values: tuple[frozenset[str], ...] = ()
    vct_values: tuple[str, ...] = ()
    claims: tuple[ClaimsQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    multiple: bool = False
    holder_binding: bool = True

    def has_type(self, document: JsonObject) -> bool:
        """Tell whether a credential's types are asked for; short names count as the IRIs that they stand for.

        Source: OpenID4VP 1.0, appendices B.1.1 (`type_values`) and B.3.5 (`vct_values`).
        """
        if self.format == _SD_JWT_VC:
            others = document.get("aka_vcts", [])
            return any(
                each in self.vct_values
                for each in (document.get("vct"), *(others if isinstance(others, list) else []))
            )
        types = document.get("type")
        listed = types if isinstance(types, list) else [types]
        expanded = {expand_type(each) for each in listed if isinstance(each, str)}
        return any(alternative <= expanded for alternative in self.type_values)

    def asked_claims(self, document: JsonObject) -> tuple[ClaimsQuery, ...] | None:
        """Give the claims that are asked of this credential, or None if it does not have them.

        Source: OpenID4VP 1.0, section 6.4.1 (Selecting Claims): the first combination that can be given.
        """
        # each is looked for once, in however many combinations it stands
        held = {id(claim) for claim in self.claims if claim.is_in(document)}
        return next(
            (option for option in self._options() if held.issuperset(id(claim) for claim in option)), None
        )

    def _options(self) -> list[tuple[ClaimsQuery, ...]]:
        if not self.claim_sets:
            return [self.claims]
        by_id = {claim.id: claim for claim in self.claims}
        return [tuple(by_id[name] for name in option) for option in self.claim_sets]


@dataclass(frozen=True)
class CredentialSetQuery:
    """Which combinations of the credential queries serve one use.

    Args:
        options: ids of credential queries; any one combination will do.
        required: whether one of them must be given.
    """

    options: tuple[tuple[str, ...], ...]
    required: bool = True


@dataclass(frozen=True)
class DcqlQuery:
    """A query. Comes from `parse`.

    Args:
        credentials: what is asked for, at least one.
        credential_sets: which of it is needed; empty: all.
        raw: the query as it was read.
    """

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSetQuery, ...] = ()
    raw: JsonObject = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, raw: object) -> DcqlQuery:
        """Read a query; properties that are not known here are ignored, as the specification asks.

        Args:
            raw: parsed JSON.

        Raises:
            DcqlError: "dcql_shape", "dcql_too_large".

        Source: OpenID4VP 1.0, sections 6.1 to 6.3.
        """
        document = read_object(raw, "")
        credentials = read_each(document, "credentials", "", _MOST_QUERIES, _read_credential_query)
        ids = read_unique([query.id for query in credentials], "/credentials")
        sets = (
            read_each(
                document,
                "credential_sets",
                "",
                _MOST_QUERIES,
                lambda entry, where: _read_set(entry, where, ids),
            )
            if "credential_sets" in document
            else ()
        )
        return cls(credentials, sets, document)

    def to_json(self) -> JsonObject:
        """Give the query as it was read."""
        return self.raw

    def credential_query(self, query_id: str) -> CredentialQuery:
        """Find a credential query by its id.

        Raises:
            KeyError: there is none.
        """
        return {query.id: query for query in self.credentials}[query_id]

    def choose(self, answerable: frozenset[str]) -> tuple[str, ...] | None:
        """Choose what to answer: nothing optional, and of alternatives the first that can be given.

        Args:
            answerable: ids of the credential queries that can be answered.

        Returns:
            Their ids in the query's order; None if what is needed cannot be given.

        Source: OpenID4VP 1.0, section 6.4.2 (Selecting Credentials).
        """
        if not self.credential_sets:
            needed = {query.id for query in self.credentials}
            return tuple(query.id for query in self.credentials) if needed <= answerable else None
        chosen: set[str] = set()
        for wanted in self.credential_sets:
            option = next((each for each in wanted.options if answerable.issuperset(each)), None)
            if wanted.required and option is None:
                return None
            chosen.update(option or () if wanted.required else ())
        return tuple(query.id for query in self.credentials if query.id in chosen)


def expand_type(name: str) -> str:
    """Give the IRI that a type's short name stands for; anything else stays what it is."""
    return TYPE_IRIS.get(name, name)


# the wallet's side


@dataclass(frozen=True)
class Candidate:
    """A held credential that answers a credential query.

    Args:
        key: the wallet's own name for it.
        claims: what is asked of it; empty: nothing beyond what cannot be held back.
    """

    key: str
    claims: tuple[ClaimsQuery, ...]


@dataclass(frozen=True)
class Matches:
    """Which held credentials answer what.

    Args:
        query: what was asked.
        candidates: by id of the credential query; every query has its entry, empty if nothing answers it.
    """

    query: DcqlQuery
    candidates: Mapping[str, tuple[Candidate, ...]]

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """Ids of the credential queries to answer; None if the request cannot be answered."""
        return self.query.choose(frozenset(name for name, found in self.candidates.items() if found))


def match(query: DcqlQuery, credentials: Mapping[str, FormattedClaims]) -> Matches:
    """Find which held credentials answer what is asked.

    Args:
        query: what is asked.
        credentials: what verified credentials say, by the wallet's own names, in the order to be proposed.
    """
    return Matches(query, {each.id: _candidates(each, credentials) for each in query.credentials})


def _candidates(query: CredentialQuery, credentials: Mapping[str, FormattedClaims]) -> tuple[Candidate, ...]:
    if not query.holder_binding:
        # a credential without its holder's signature: not handed out
        return ()
    asked = (
        (key, query.asked_claims(each.document))
        for key, each in credentials.items()
        if each.format == query.format and query.has_type(each.document)
    )
    return tuple(Candidate(key, claims) for key, claims in asked if claims is not None)


# the verifier's side


def check_answer(query: DcqlQuery, answer: Mapping[str, Sequence[FormattedClaims]]) -> None:
    """Check that the credentials of an answer are what was asked for: all that is needed, and nothing else.

    Args:
        query: what was asked.
        answer: what the credentials that came say, by id of the credential query.

    Raises:
        DcqlError: "answer_missing", "answer_too_many", "answer_format", "answer_type", "answer_claims".

    Source: OpenID4VP 1.0, section 8.6 (VP Token Validation): the wallet is not trusted to have matched.
    """
    for name, answered in answer.items():
        check_credentials(query.credential_query(name), answered)
    if query.choose(frozenset(answer)) is None:
        missing = [each.id for each in query.credentials if each.id not in answer]
        raise DcqlError("answer_missing", ", ".join(missing), pointer="/vp_token")


def check_credentials(query: CredentialQuery, answered: Sequence[FormattedClaims]) -> None:
    """Check the credentials that came for one credential query.

    Raises:
        DcqlError: as `check_answer`.
    """
    where = f"/vp_token/{query.id}"
    if not answered:
        raise DcqlError("answer_missing", query.id, pointer=where)
    if len(answered) > 1 and not query.multiple:
        raise DcqlError("answer_too_many", f"{len(answered)} credentials, one was asked for", pointer=where)
    for each in answered:
        if each.format != query.format:
            raise DcqlError("answer_format", f"{each.format[:40]}, not {query.format[:40]}", pointer=where)
        if not query.has_type(each.document):
            raise DcqlError("answer_type", query.id, pointer=where)
        if query.asked_claims(each.document) is None:
            raise DcqlError("answer_claims", "a claim is missing, or is another", pointer=where)


# reading a query


def _read_credential_query(raw: object, where: str) -> CredentialQuery:
    entry = read_object(raw, where)
    form = read_text(entry.get("format"), f"{where}/format")
    claims = read_each(entry, "claims", where, _MOST_CLAIMS, _read_claim) if "claims" in entry else ()
    names = read_unique([claim.id for claim in claims if claim.id is not None], f"{where}/claims")
    claim_sets: tuple[tuple[str, ...], ...] = ()
    if "claim_sets" in entry:
        claim_sets = read_each(
            entry,
            "claim_sets",
            where,
            _MOST_OPTIONS,
            lambda option, place: _names(option, place, names),
        )
    return CredentialQuery(
        id=read_id(entry.get("id"), f"{where}/id"),
        format=form,
        type_values=_read_types(entry, where) if form in _W3C_FORMATS else (),
        vct_values=_read_vcts(entry, where) if form == _SD_JWT_VC else (),
        claims=claims,
        claim_sets=claim_sets,
        multiple=read_flag(entry, "multiple", where, default=False),
        holder_binding=read_flag(entry, "require_cryptographic_holder_binding", where, default=True),
    )


def _read_types(entry: JsonObject, where: str) -> tuple[frozenset[str], ...]:
    meta = read_object(entry.get("meta"), f"{where}/meta")
    return read_each(meta, "type_values", f"{where}/meta", _MOST_OPTIONS, _read_alternative)


def _read_vcts(entry: JsonObject, where: str) -> tuple[str, ...]:
    meta = read_object(entry.get("meta"), f"{where}/meta")
    return read_each(meta, "vct_values", f"{where}/meta", _MOST_OPTIONS, read_text)


def _read_alternative(raw: object, where: str) -> frozenset[str]:
    return frozenset(expand_type(read_text(each, where)) for each in read_array(raw, where, _MOST_OPTIONS))


def _read_claim(raw: object, where: str) -> ClaimsQuery:
    entry = read_object(raw, where)
    return ClaimsQuery(
        path=read_each(entry, "path", where, _DEEPEST_PATH, _read_component),
        values=read_each(entry, "values", where, _MOST_VALUES, _read_value) if "values" in entry else None,
        id=read_id(entry["id"], f"{where}/id") if "id" in entry else None,
    )


def _read_component(raw: object, where: str) -> PathComponent:
    if raw is None or (type(raw) is int and raw >= 0):
        return raw
    return read_text(raw, where)


def _read_value(raw: object, where: str) -> ClaimValue:
    return raw if isinstance(raw, bool | int) else read_text(raw, where, shortest=0)


def _read_set(raw: object, where: str, ids: frozenset[str]) -> CredentialSetQuery:
    entry = read_object(raw, where)
    options = read_each(entry, "options", where, _MOST_OPTIONS, lambda each, place: _names(each, place, ids))
    return CredentialSetQuery(options, read_flag(entry, "required", where, default=True))


def _names(raw: object, where: str, known: frozenset[str]) -> tuple[str, ...]:
    names = tuple(read_text(each, where) for each in read_array(raw, where, _MOST_CLAIMS))
    if not known.issuperset(names):
        raise DcqlError("dcql_shape", "an id that is not there", pointer=where)
    return names
