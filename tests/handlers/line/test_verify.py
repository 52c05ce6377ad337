"""Only what LINE has signed is let in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from line_api import callback, signature, text_event

from handlers.line.verify import verify

SECRET = "channel-secret"
BODY = callback(text_event("住民票がほしい"))


def test_the_signature_of_the_raw_body_is_accepted() -> None:
    assert verify(SECRET, BODY, signature(SECRET, BODY))


def test_the_signature_is_that_of_the_bytes_and_not_of_the_json() -> None:
    assert not verify(SECRET, BODY + b" ", signature(SECRET, BODY))


def test_another_secret_is_refused() -> None:
    assert not verify(SECRET, BODY, signature("other", BODY))


def test_one_byte_off_is_refused() -> None:
    good = signature(SECRET, BODY)
    assert not verify(SECRET, BODY, ("A" if good[0] != "A" else "B") + good[1:])


def test_a_missing_or_empty_signature_is_refused() -> None:
    assert not verify(SECRET, BODY, None)
    assert not verify(SECRET, BODY, "")


def test_nothing_is_accepted_without_a_secret() -> None:
    assert not verify("", BODY, signature("", BODY))


@given(st.binary(max_size=200), st.text(max_size=80))
def test_any_body_with_any_other_header_is_refused_and_never_an_error(body: bytes, header: str) -> None:
    assert verify(SECRET, body, header) == (header == signature(SECRET, body))


@given(st.text(alphabet=st.characters(), max_size=10))
def test_a_header_of_characters_that_no_encoding_knows_is_refused(header: str) -> None:
    assert not verify(SECRET, BODY, header + "\ud800é")
