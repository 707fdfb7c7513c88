"""Whatever is given to the builder: a sound credential comes out, or every broken rule; never another error."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts import strict_json
from credentials.open_badges import (
    Achievement,
    AchievementCredential,
    AchievementSubject,
    BuildError,
    EndorsementCredential,
    LanguageText,
    Profile,
    ResultDescription,
    build_credential,
    require_sound,
)
from tests.unit.credentials.conftest import NOW
from tests.unit.credentials.test_badge_builder import (
    ACHIEVEMENT,
    ALIGNMENT,
    BADGE,
    ENDORSEMENT,
    ISSUER,
    LEVELS,
    PERCENT,
    RESULTS,
    STATUS,
    SUBJECT,
    with_achievement,
    with_subject,
)

JUNK: Any = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["\ud800", "a\0", 2**53, -(10**400)]),
    st.sampled_from(["fr", "ext:x", "urn:uuid:1", "https://a.example/", "Status", "0", "did:web:a.example"]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from([ALIGNMENT, LEVELS, ISSUER, RESULTS, (ALIGNMENT, 7), {"a": {1}}, [None], object(), b"x"]),
    st.builds(LanguageText, st.text(max_size=4), st.sampled_from(["fr", ""])),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_given_is_built_soundly_or_told(data: st.DataObject) -> None:
    """No other error than `BuildError`, and what comes out is sound."""
    part = data.draw(st.sampled_from([BADGE, SUBJECT, ACHIEVEMENT, ISSUER, LEVELS, RESULTS[0], ENDORSEMENT]))
    names = [each.name for each in fields(part) if each.name not in {"more", "context"}]
    changes = {
        data.draw(st.sampled_from(names)): data.draw(JUNK) for _ in range(data.draw(st.integers(1, 3)))
    }
    changed: Any = replace(part, **changes, more={"https://a.example/x": data.draw(JUNK)})
    match changed:
        case AchievementCredential() | EndorsementCredential():
            credential: Any = changed
        case AchievementSubject():
            credential = replace(BADGE, credential_subject=changed)
        case Achievement():
            credential = with_achievement(
                **{each.name: getattr(changed, each.name) for each in fields(changed)}
            )
        case Profile():
            credential = replace(BADGE, issuer=changed)
        case ResultDescription():
            credential = with_achievement(result_description=(changed, PERCENT, STATUS))
        case _:
            credential = with_subject(result=(changed, *RESULTS[1:]))
    told: BuildError | None = None
    try:
        document = build_credential(credential, now=NOW)
    except BuildError as err:
        told = err
    if told is None:
        assert require_sound(document, now=NOW) is None
        assert strict_json.loads(strict_json.dumps(document)) == document
    else:
        assert told.broken
        assert all(each.rule for each in told.broken)
