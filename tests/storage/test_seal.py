"""Sealing: only the right key, purpose and bytes open a value; fingerprints tell equal from different and no more."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.seal import Sealer, Unsealable, parse_key

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
VALUE = "11010519491231002X"


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(value: str) -> None:
    sealer = Sealer({1: OLD}, b"p")
    assert sealer.open(sealer.seal(value, "t.c"), "t.c") == value


def test_two_sealings_differ_and_hold_nothing_readable(sealer: Sealer) -> None:
    first, second = sealer.seal(VALUE, "t.c"), sealer.seal(VALUE, "t.c")
    assert first != second
    assert VALUE.encode() not in first


def test_every_changed_byte_is_noticed(sealer: Sealer) -> None:
    sealed = sealer.seal(VALUE, "t.c")
    for place in range(len(sealed)):
        broken = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Unsealable):
            sealer.open(broken, "t.c")


@pytest.mark.parametrize("length", [0, 1, 13, 28])
def test_a_cut_value_is_refused(sealer: Sealer, length: int) -> None:
    with pytest.raises(Unsealable):
        sealer.open(sealer.seal(VALUE, "t.c")[:length], "t.c")


def test_another_purpose_does_not_open_and_the_error_holds_no_value(sealer: Sealer) -> None:
    with pytest.raises(Unsealable) as caught:
        sealer.open(sealer.seal(VALUE, "application.id_number"), "application.mobile")
    assert str(caught.value) == "application.mobile"


def test_keys_rotate_old_values_stay_readable_new_ones_use_the_first_key() -> None:
    before, after = Sealer({1: OLD}, b"p"), Sealer({2: NEW, 1: OLD}, b"p")
    assert after.open(before.seal(VALUE, "t.c"), "t.c") == VALUE
    fresh = after.seal(VALUE, "t.c")
    assert fresh[0] == 2
    with pytest.raises(Unsealable):
        before.open(fresh, "t.c")
    with pytest.raises(Unsealable):
        Sealer({1: NEW}, b"p").open(before.seal(VALUE, "t.c"), "t.c")


def test_fingerprints_are_equal_for_equal_values_of_one_purpose_and_survive_rotation() -> None:
    before, after = Sealer({1: OLD}, b"p"), Sealer({2: NEW, 1: OLD}, b"p")
    assert before.fingerprint(VALUE, "a") == after.fingerprint(VALUE, "a")
    assert len(before.fingerprint(VALUE, "a")) == 64
    other_pepper = Sealer({1: OLD}, b"q").fingerprint(VALUE, "a")
    others = {before.fingerprint(VALUE, "b"), before.fingerprint("x", "a"), other_pepper}
    assert len(others | {before.fingerprint(VALUE, "a")}) == 4


def test_json_keeps_its_shape(sealer: Sealer) -> None:
    value = {"姓名": "张三", "numbers": [1, 2.5, None, True]}
    assert sealer.open_json(sealer.seal_json(value, "t.c"), "t.c") == value


@pytest.mark.parametrize("keys", [{}, {0: OLD}, {256: OLD}, {1: b"short"}])
def test_keys_that_cannot_work_are_refused(keys: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(keys, b"p")


def test_a_key_is_read_in_both_alphabets_and_refused_when_it_is_not_32_bytes() -> None:
    raw = os.urandom(32)
    assert parse_key(base64.b64encode(raw).decode()) == raw
    assert parse_key(base64.urlsafe_b64encode(raw).decode().rstrip("=")) == raw
    for wrong in ("", "AAAA", "not base64!", base64.b64encode(bytes(31)).decode()):
        with pytest.raises(ValueError, match=r"."):
            parse_key(wrong)
