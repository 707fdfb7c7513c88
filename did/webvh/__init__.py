"""did:webvh v1.0: DIDs with a history that can be verified, wherever it was got from.

Reading: `read_log` verifies a log, `resolve_log` answers from it, `LogKeyHistory` tells what a key was worth
when; `WebvhResolver` does so over a fetcher. Writing: `create_log`, `update_log`, `move_log`,
`deactivate_log`; `approve_version` and `write_witness_file` for witnesses; `parallel_did_web` for did:web.
"""

from did.webvh.documents import names_each_other, parallel_did_web, path_url, with_implicit_services
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.history import LogKeyHistory
from did.webvh.log import WebvhLog, read_log, verify_entries
from did.webvh.parameters import Parameters, WitnessRule
from did.webvh.remembered import RememberedLog, RememberedLogs
from did.webvh.resolution import VersionQuery, WebvhResolution, resolve_log
from did.webvh.resolver import WebvhResolver
from did.webvh.versions import LogVersion
from did.webvh.witnesses import Approval, read_witness_file
from did.webvh.witnessing import approve_version, write_witness_file
from did.webvh.writing import (
    WrittenLog,
    create_log,
    deactivate_log,
    key_hashes,
    move_log,
    multikeys,
    update_log,
)

__all__ = [
    "Approval",
    "InvalidLogError",
    "LogKeyHistory",
    "LogProblem",
    "LogVersion",
    "Parameters",
    "RememberedLog",
    "RememberedLogs",
    "VersionQuery",
    "WebvhLog",
    "WebvhResolution",
    "WebvhResolver",
    "WitnessRule",
    "WrittenLog",
    "approve_version",
    "create_log",
    "deactivate_log",
    "key_hashes",
    "move_log",
    "multikeys",
    "names_each_other",
    "parallel_did_web",
    "path_url",
    "read_log",
    "read_witness_file",
    "resolve_log",
    "update_log",
    "verify_entries",
    "with_implicit_services",
    "write_witness_file",
]
