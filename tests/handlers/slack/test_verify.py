"""Only Slack, and only now."""

from __future__ import annotations

import pytest
from slack_api import SENT_AT, signed
from slack_sdk.signature import Clock, SignatureVerifier

from handlers.slack.verify import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify

SECRET = "signing-secret"
BODY = '{"text":"転入"}'.encode()


def check(clock, body: bytes = BODY, secret: str = SECRET, **changed: str | None) -> bool:
    headers = {**signed(SECRET, BODY, at=SENT_AT), **changed}
    return verify(secret, body, headers[TIMESTAMP_HEADER], headers[SIGNATURE_HEADER], clock())


def test_what_slack_signed_is_slacks(clock) -> None:
    assert check(clock)


def test_slacks_own_signer_signs_the_same(clock) -> None:
    class Then(Clock):
        def now(self) -> float:
            return SENT_AT

    signature = SignatureVerifier(SECRET, Then()).generate_signature(timestamp=str(SENT_AT), body=BODY)

    assert signature == signed(SECRET, BODY, at=SENT_AT)[SIGNATURE_HEADER]


@pytest.mark.parametrize(("seconds", "holds"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_signature_holds_for_five_minutes_both_ways(clock, seconds: int, holds: bool) -> None:
    clock.passes(seconds)

    assert check(clock) is holds


@pytest.mark.parametrize(
    "timestamp", [None, "", "x", "1e9", "-1", "１７９５５００", "9" * 40, str(SENT_AT + 1), f"{SENT_AT} "]
)
def test_another_timestamp_is_another_request(clock, timestamp: str | None) -> None:
    assert not check(clock, **{TIMESTAMP_HEADER: timestamp})


@pytest.mark.parametrize("signature", [None, "", "v0=", "v0=00", "é", "v1=" + "0" * 64, "\ud800"])
def test_another_signature_is_none(clock, signature: str | None) -> None:
    assert not check(clock, **{SIGNATURE_HEADER: signature})


def test_a_changed_body_is_nobodys(clock) -> None:
    assert not check(clock, BODY + b" ")
    assert not check(clock, b"\xff\xfe")


def test_without_a_secret_nothing_is_signed(clock) -> None:
    empty = signed("", BODY, at=SENT_AT)

    assert not verify("", BODY, empty[TIMESTAMP_HEADER], empty[SIGNATURE_HEADER], clock())
    assert not check(clock, secret="other")
