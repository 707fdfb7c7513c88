"""didwebvh-ts resolves the logs that we write, and we read those that it writes; neither takes an altered copy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from did.keys import KeySigner, PrivateKey
from did.methods.webvh import parse_did_webvh
from did.webvh.documents import parallel_did_web, with_implicit_services
from did.webvh.errors import InvalidLogError
from did.webvh.log import WebvhLog, read_log
from did.webvh.parameters import WitnessRule
from did.webvh.resolution import VersionQuery, resolve_log
from did.webvh.witnessing import approve_version, write_witness_file
from did.webvh.writing import create_log, deactivate_log, key_hashes, move_log, multikeys, update_log
from tests.interop.conftest import HERE, install
from tests.unit.did.webvh_story import PLACEHOLDER, document, key_hash, multikey, rule, signer, witness_did

if TYPE_CHECKING:
    from collections.abc import Callable

    from did.webvh.writing import WrittenLog

Json = dict[str, Any]
Ask = Any
# their clock is the machine's: all is in the past, but for what they date themselves
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]


@pytest.fixture(scope="session")
def ask() -> Callable[..., Json]:
    """Ask the peer; what it refuses is an answer."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("interop NOT run: node and npm are not installed (apt-get install nodejs npm)")
    install()

    def asked(action: str, **message: Any) -> Json:
        result = subprocess.run(
            ["node", "webvh_peer.mjs"],
            cwd=HERE,
            input=json.dumps({"action": action, **message}).encode(),
            capture_output=True,
            check=True,
            timeout=60,
            env={"PATH": os.environ["PATH"]},
        )
        answer: Json = json.loads(result.stdout)
        return answer

    return asked


def at(days: int) -> datetime:
    return BEGAN + timedelta(days=days)


def time(days: int) -> str:
    return at(days).strftime("%Y-%m-%dT%H:%M:%SZ")


def entries(*written: WrittenLog) -> list[Json]:
    return [json.loads(line) for each in written for line in each.lines.splitlines()]


def key(seed: int) -> Json:
    return {"seed": bytes([seed] * 32).hex(), "multikey": multikey(seed)}


def read_theirs(log: list[Json], witness_proofs: list[Json], **more: Any) -> WebvhLog:
    data = b"\n".join(json.dumps(entry).encode() for entry in log)
    did = log[-1]["state"]["id"]
    file = json.dumps(witness_proofs).encode()
    return read_log(data, did=did, now=datetime.now(UTC), read_witness_file=lambda: file, **more)


class TestOurs:
    """What we write is resolved by them, to the same document."""

    def begun(self, **parameters: Any) -> WrittenLog:
        state = document(
            f"did:webvh:{PLACEHOLDER}:a.example%3A8443:people",
            1,
            alsoKnownAs=["did:web:a.example%3A8443:people"],
        )
        return create_log(
            state, signer=signer(1), parameters={"updateKeys": [multikey(1)]} | parameters, now=BEGAN
        )

    def same(
        self, ask: Ask, written: list[WrittenLog], *, witnesses: bytes = b"[]", version: int | None = None
    ) -> None:
        log = written[-1].log
        query = VersionQuery(version_number=version)
        ours = resolve_log(log, did=log.did, query=query)
        number = {} if version is None else {"versionNumber": version}
        theirs = ask("resolve", log=entries(*written), witnessProofs=json.loads(witnesses), **number)
        assert theirs["ok"], theirs
        assert theirs["did"] == ours.version.did
        assert theirs["meta"]["versionId"] == ours.version.version_id
        assert theirs["meta"]["portable"] == ours.version.parameters.portable
        assert theirs["meta"]["deactivated"] == ours.version.parameters.deactivated
        if ours.document is None:
            assert theirs["document"] is None
            return
        services = with_implicit_services(ours.document, parse_did_webvh(ours.version.did))
        # they leave out the last "/" of the files' address
        for service in (*theirs["document"]["service"], *services["service"]):
            service["serviceEndpoint"] = service["serviceEndpoint"].removesuffix("/")
        assert theirs["document"] == services

    def test_create_update_rotate(self, ask: Ask) -> None:
        first = self.begun(ttl=60, watchers=["https://watcher.example/"])
        new = first.log.latest.read_document() | {"controller": "did:web:é.example"}
        second = update_log(
            first.log,
            signer=signer(1),
            now=at(1),
            document=new,
            parameters={"updateKeys": multikeys([signer(2).public_key])},
        )
        third = update_log(second.log, signer=signer(2), now=at(2))
        self.same(ask, [first])
        self.same(ask, [first, second, third])
        self.same(ask, [first, second, third], version=2)

    def test_pre_rotation_and_the_end(self, ask: Ask) -> None:
        def promise(*seeds: int) -> list[str]:
            return key_hashes(signer(seed).public_key for seed in seeds)

        first = self.begun(nextKeyHashes=promise(2, 9))
        step = {"updateKeys": [multikey(2)], "nextKeyHashes": promise(3)}
        second = update_log(first.log, signer=signer(2), now=at(1), parameters=step)
        self.same(ask, [first, second])
        self.same(ask, [first, second, deactivate_log(second.log, signer=signer(3), now=at(2))])

    def test_moving(self, ask: Ask) -> None:
        first = self.begun(portable=True)
        moved = move_log(first.log, address="b.example", signer=signer(1), now=at(1))
        self.same(ask, [first, moved])
        fixed = update_log(moved.log, signer=signer(1), now=at(2), parameters={"portable": False})
        self.same(ask, [first, moved, fixed])

    def test_witnesses(self, ask: Ask) -> None:
        first = self.begun(witness=WitnessRule(2, tuple(witness_did(seed) for seed in (7, 8, 9))).to_json())
        given = [
            approve_version(first.lines, did=first.log.did, signer=signer(seed), now=at(0), held=None)[0]
            for seed in (7, 9)
        ]
        self.same(ask, [first], witnesses=write_witness_file(given, published=None))
        second = update_log(first.log, signer=signer(1), now=at(1), parameters={"witness": {}})
        data = first.lines + second.lines
        late = [
            approve_version(data, did=first.log.did, signer=signer(seed), now=at(1), held=first.log)[0]
            for seed in (7, 9)
        ]
        third = update_log(second.log, signer=signer(1), now=at(2))
        self.same(ask, [first, second, third], witnesses=write_witness_file(late, published=second.log))
        lacking = write_witness_file(late[:1], published=second.log)
        refused = ask("resolve", log=entries(first, second, third), witnessProofs=json.loads(lacking))
        assert not refused["ok"]

    def test_an_altered_copy_is_refused_there(self, ask: Ask) -> None:
        first = self.begun()
        second = update_log(first.log, signer=signer(1), now=at(1), parameters={"ttl": 60})
        log = entries(first, second)
        log[1]["state"]["controller"] = "did:web:evil.example"
        assert not ask("resolve", log=log)["ok"]

    def test_the_parallel_did_web_is_the_same(self, ask: Ask) -> None:
        log = self.begun().log
        ours = parallel_did_web(log.latest.read_document(), parse_did_webvh(log.did))
        theirs = ask("parallel", did=log.did, document=log.latest.read_document())["document"]
        for web in (ours, theirs):
            for service in web["service"]:
                service["serviceEndpoint"] = service["serviceEndpoint"].removesuffix("/")
        assert theirs == ours

    def test_a_promise_is_the_same_hash(self, ask: Ask) -> None:
        assert ask("keyHash", multikey=multikey(2))["hash"] == key_hash(2)


class TestTheirs:
    """What they write is read here."""

    def written(self, ask: Ask, *steps: Json) -> Json:
        answer: Json = ask("write", steps=list(steps))
        assert answer["ok"], answer
        return answer

    def created(self, **options: Any) -> Json:
        methods = [{"type": "Multikey", "publicKeyMultibase": multikey(5), "purpose": "assertionMethod"}]
        begin = {
            "address": "a.example",
            "updateKeys": [multikey(1)],
            "created": time(0),
            "verificationMethods": methods,
        }
        return {"op": "create", "by": key(1), "options": begin | options}

    def updated(self, days: int, by: int, **options: Any) -> Json:
        return {"op": "update", "by": key(by), "options": {"updated": time(days)} | options}

    def test_create_update_rotate_and_the_end(self, ask: Ask) -> None:
        made = self.written(
            ask,
            self.created(alsoKnownAsWeb=True, watchers=["https://watcher.example"]),
            self.updated(1, 1, updateKeys=[multikey(2)]),
            self.updated(
                2, 2, services=[{"id": "#x", "type": "X", "serviceEndpoint": "https://a.example/x"}]
            ),
            {"op": "deactivate", "by": key(2), "options": {"updateKeys": []}},
        )
        log = read_theirs(made["log"], [])
        assert log.failure is None
        assert log.did == made["did"]
        assert [version.parameters.deactivated for version in log.versions] == [False, False, False, True]

    def test_pre_rotation(self, ask: Ask) -> None:
        made = self.written(
            ask,
            self.created(nextKeyHashes=[key_hash(2)]),
            self.updated(1, 2, updateKeys=[multikey(2)], nextKeyHashes=[key_hash(3)]),
            self.updated(2, 3, updateKeys=[multikey(3)], nextKeyHashes=[]),
            self.updated(3, 3),
        )
        assert read_theirs(made["log"], []).failure is None

    def test_moving(self, ask: Ask) -> None:
        made = self.written(
            ask, self.created(portable=True), self.updated(1, 1, address="b.example", paths=["people"])
        )
        log = read_theirs(made["log"], [])
        assert log.failure is None
        assert log.did.endswith(":b.example:people")

    def test_witnesses(self, ask: Ask) -> None:
        made = self.written(
            ask,
            self.created(witness=rule(2, 7, 8)),
            {"op": "witness", "by": [key(7), key(8)], "created": time(0)},
            self.updated(1, 1, witness=rule(1, 9)),
            {"op": "witness", "by": [key(7), key(8)], "created": time(1)},
            self.updated(2, 1, witness=rule(1, 9)),
            {"op": "witness", "by": [key(9)], "created": time(2)},
        )
        proofs = made["witnessProofs"]
        assert read_theirs(made["log"], proofs).failure is None
        # pruned, as a controller should: the newest of each
        assert read_theirs(made["log"], proofs[1:]).failure is None
        failure = read_theirs(made["log"], proofs[:2]).failure
        assert failure is not None
        assert (failure.problem, failure.version_number) == ("witness_verification_failed", 3)

    def test_an_altered_copy_is_refused_here(self, ask: Ask) -> None:
        made = self.written(ask, self.created(), self.updated(1, 1))
        altered = deepcopy(made["log"])
        altered[1]["state"]["controller"] = "did:web:evil.example"
        failure = read_theirs(altered, []).failure
        assert failure is not None
        assert failure.problem == "hash_chain_broken"
        altered = deepcopy(made["log"])
        altered[0]["parameters"]["portable"] = True
        with pytest.raises(InvalidLogError):
            read_theirs(altered, [])

    def test_we_go_on_where_they_stopped_and_they_where_we_did(self, ask: Ask) -> None:
        made = self.written(ask, self.created())
        log = read_theirs(made["log"], [])
        ours = update_log(log, signer=signer(1), now=at(1))
        resolved = ask("resolve", log=made["log"] + entries(ours))
        assert resolved["ok"], resolved
        assert resolved["meta"]["versionId"] == ours.log.latest.version_id


def test_the_keys_of_these_stories_are_made_alike() -> None:
    own = PrivateKey.from_raw(signer(1).private_key.key_type, bytes.fromhex(key(1)["seed"]))
    assert KeySigner(own, "").public_key.to_multikey() == key(1)["multikey"]
