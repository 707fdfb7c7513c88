"""The `credentialSchema` of a credential: a closed world of published schemas, and whether it is met."""

from credentials.schemas.checking import SUPPORTED_TYPES, check_credential_schema
from credentials.schemas.store import PinnedSchema, SchemaStore

__all__ = ["SUPPORTED_TYPES", "PinnedSchema", "SchemaStore", "check_credential_schema"]
