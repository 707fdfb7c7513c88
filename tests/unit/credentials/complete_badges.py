"""Badges that use every member of the Open Badges 3.0.3 data model, and break none of its rules."""

from __future__ import annotations

from typing import Any

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    EXTENSIONS,
]
JWS = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.AAAA"
SCHEMAS = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"


def _image(name: str) -> dict[str, Any]:
    return {"id": f"https://node.example/{name}.png", "type": "Image", "caption": name}


def _alignment(name: str) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetCode": "1.2",
        "targetDescription": "Follows instructions.",
        "targetName": name,
        "targetFramework": "Skills",
        "targetType": "CFItem",
        "targetUrl": "https://skills.example/1.2",
    }


def _shared(schema: str) -> dict[str, Any]:
    """What every credential can have beside its subject."""
    return {
        "description": "In words.",
        "awardedDate": "2026-11-01T10:00:00Z",
        "validFrom": "2026-11-02T10:00:00Z",
        "validUntil": "2027-11-02T10:00:00+01:00",
        "credentialSchema": [{"id": SCHEMAS + schema, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": {"id": "https://node.example/revocations", "type": "1EdTechRevocationList"},
        "refreshService": {"id": "https://node.example/refresh/1", "type": "1EdTechCredentialRefresh"},
        "termsOfUse": [{"id": "https://node.example/terms", "type": "TrustFrameworkPolicy"}],
        "proof": {
            "type": "DataIntegrityProof",
            "created": "2026-11-02T10:00:00Z",
            "cryptosuite": "eddsa-rdfc-2022",
            "challenge": "1",
            "nonce": "2",
            "proofPurpose": "assertionMethod",
            "proofValue": "z1",
            "verificationMethod": "did:web:node.example#key-1",
        },
    }


def complete_endorsement(subject_id: str, number: int = 1) -> dict[str, Any]:
    """An EndorsementCredential about something."""
    return {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:endorsement-{number}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "An endorsement",
        "issuer": {"id": "did:web:guild.example", "type": ["Profile"], "name": "The guild"},
        "credentialSubject": {
            "id": subject_id,
            "type": ["EndorsementSubject"],
            "endorsementComment": "We vouch for it.",
        },
        **_shared("ob_v3p0_endorsementcredential_schema.json"),
    }


def _issuer() -> dict[str, Any]:
    return {
        "id": "did:web:node.example",
        "type": ["Profile"],
        "name": "Mission locale",
        "url": "https://node.example/",
        "phone": "+33100000000",
        "description": "In words.",
        "endorsement": [complete_endorsement("did:web:node.example", 2)],
        "endorsementJwt": [JWS],
        "image": _image("issuer"),
        "email": "contact@node.example",
        "address": {
            "type": ["Address"],
            "addressCountry": "France",
            "addressCountryCode": "FR",
            "addressRegion": "Occitanie",
            "addressLocality": "Toulouse",
            "streetAddress": "1 rue des Fleurs",
            "postOfficeBoxNumber": "7",
            "postalCode": "31000",
            "geo": {"type": "GeoCoordinates", "latitude": 43.6, "longitude": 1},
        },
        "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "123", "identifierType": "ext:siret"}],
        "official": "A. B.",
        "parentOrg": {"id": "https://parent.example/", "type": ["Profile"]},
        "familyName": "B.",
        "givenName": "A.",
        "additionalName": "C.",
        "patronymicName": "D.",
        "honorificPrefix": "Dr",
        "honorificSuffix": "Jr",
        "familyNamePrefix": "de",
        "dateOfBirth": "1990-02-28",
    }


def _descriptions() -> list[dict[str, Any]]:
    return [
        {
            "id": "urn:uuid:levels",
            "type": ["ResultDescription"],
            "alignment": [_alignment("Levels")],
            "allowedValue": ["low", "high"],
            "name": "Level",
            "requiredLevel": "urn:uuid:level-2",
            "requiredValue": "high",
            "resultType": "RubricCriterionLevel",
            "rubricCriterionLevel": [
                {
                    "id": f"urn:uuid:level-{number}",
                    "type": ["RubricCriterionLevel"],
                    "alignment": [_alignment("A level")],
                    "description": "In words.",
                    "level": str(number),
                    "name": f"Level {number}",
                    "points": str(number),
                }
                for number in (1, 2)
            ],
        },
        {
            "id": "urn:uuid:percent",
            "type": ["ResultDescription"],
            "name": "Percent",
            "requiredValue": "60",
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
        },
        {
            "id": "urn:uuid:status",
            "type": ["ResultDescription"],
            "name": "Status",
            "resultType": "Status",
        },
    ]


def _subject() -> dict[str, Any]:
    return {
        "id": "did:key:zHolder",
        "type": ["AchievementSubject"],
        "activityStartDate": "2026-10-01T10:00:00Z",
        "activityEndDate": "2026-10-02T10:00:00Z",
        "creditsEarned": 4.5,
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
                "identityType": "emailAddress",
                "salt": "Kosher",
            }
        ],
        "image": _image("subject"),
        "licenseNumber": "A-1",
        "narrative": "In *words*.",
        "result": [
            {
                "type": ["Result"],
                "achievedLevel": "urn:uuid:level-1",
                "alignment": [_alignment("A result")],
                "resultDescription": "urn:uuid:levels",
                "status": "Completed",
                "value": "low",
            },
            {"type": "Result", "resultDescription": "urn:uuid:percent", "value": "61.5"},
            {"type": "Result", "resultDescription": "urn:uuid:status", "status": "InProgress"},
        ],
        "role": "Pilot",
        "source": {"id": "https://source.example/", "type": "Profile"},
        "term": "Autumn",
        "achievement": {
            "id": "https://node.example/badges/drone",
            "type": ["Achievement"],
            "alignment": [_alignment("Instructions")],
            "achievementType": "Competency",
            "creator": {"id": "https://creator.example/", "type": ["Profile"]},
            "creditsAvailable": 5,
            "criteria": {"id": "https://node.example/badges/drone/criteria", "narrative": "Flies."},
            "description": "In words.",
            "endorsement": [complete_endorsement("https://node.example/badges/drone", 3)],
            "endorsementJwt": [JWS],
            "fieldOfStudy": "Aviation",
            "humanCode": "DRONE-1",
            "image": _image("achievement"),
            "inLanguage": "fr-FR",
            "name": "Pilotage de drone",
            "otherIdentifier": [
                {"type": "IdentifierEntry", "identifier": "456", "identifierType": "sourcedId"}
            ],
            "related": [
                {
                    "id": "https://node.example/badges/drone-en",
                    "type": ["Related"],
                    "inLanguage": "en",
                    "version": "1",
                }
            ],
            "resultDescription": _descriptions(),
            "specialization": "Film",
            "tag": ["drone", "film"],
            "version": "2",
        },
    }


def complete_badge() -> dict[str, Any]:
    """An OpenBadgeCredential of VCDM 2.0 with every member there is."""
    return {
        "@context": list(CONTEXTS),
        "id": "urn:uuid:badge-1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Pilotage de drone",
        "image": _image("badge"),
        "issuer": _issuer(),
        "credentialSubject": _subject(),
        "endorsement": [complete_endorsement("urn:uuid:badge-1")],
        "endorsementJwt": [JWS],
        "evidence": [
            {
                "id": "https://node.example/evidence/1",
                "type": ["Evidence"],
                "narrative": "In words.",
                "name": "A flight",
                "description": "Ten minutes.",
                "genre": "Film",
                "audience": "Anyone",
            }
        ],
        **_shared("ob_v3p0_achievementcredential_schema.json"),
    }


def as_vcdm_1_1(value: Any) -> Any:
    """The same badge as VCDM 1.1 has it."""
    names = {"validFrom": "issuanceDate", "validUntil": "expirationDate"}
    if isinstance(value, dict):
        return {names.get(name, name): as_vcdm_1_1(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_vcdm_1_1(each) for each in value]
    return "https://www.w3.org/2018/credentials/v1" if value == CONTEXTS[0] else value
