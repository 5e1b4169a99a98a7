"""Settings are checked once, explain themselves in English and keep their secrets."""

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.oa.settings import OaSettings, SettingsError
from bot.contract import Channel
from tests.channels.oa_kit import SETTINGS, channel


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "secure"),
        ("app_id", ""),
        ("app_id", "wx 1"),
        ("app_secret", ""),
        ("app_secret", "秘密"),
        ("token", "ab"),
        ("token", "a" * 33),
        ("token", "with space"),
        ("encoding_aes_key", ""),
        ("encoding_aes_key", "a" * 42),
        ("encoding_aes_key", "a" * 44),
        ("encoding_aes_key", "a" * 42 + "="),
        ("encoding_aes_key", "a" * 43 + "\n"),
        ("api_base_url", "ftp://example.org"),
        ("api_base_url", "https://example.org/?x=1"),
        ("api_base_url", "https://user:pass@example.org"),
        ("freshness_seconds", 0),
        ("timeout_s", 0),
        ("timeout_s", 61),
        ("sends_per_second", 0),
        ("in_flight", 0),
        ("templates", {"duty": ""}),
        ("notices", {"duty": ""}),
    ],
)
def test_what_cannot_work_is_named_without_its_value(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        replace(SETTINGS, **{name: value})
    assert str(caught.value).isascii()
    if isinstance(value, str) and len(value) > 8:
        assert value not in str(caught.value)


def test_plain_mode_needs_no_key() -> None:
    assert replace(SETTINGS, mode="plain", encoding_aes_key="").encrypted_only is False


def test_secrets_do_not_show() -> None:
    shown = repr(SETTINGS)
    assert SETTINGS.app_id in shown
    assert not any(secret in shown for secret in (SETTINGS.app_secret, SETTINGS.token, SETTINGS.encoding_aes_key))


def test_defaults() -> None:
    made = OaSettings("wx0123456789abcdef", "s", "tok", "k" * 43)
    assert (made.mode, made.freshness_seconds, made.timeout_s) == ("safe", 600, 5.0)
    assert made.api_base_url == "https://api.weixin.qq.com"


def test_the_channel_is_a_channel_and_tells_what_it_can() -> None:
    oa: Channel = channel()
    assert oa.name == "oa"
    assert (oa.can.text_bytes, oa.can.choices, oa.can.answers_inline, oa.can.pushes) == (2048, True, True, True)
    assert oa.can.deduping_routes == {"template", "mass"}
    assert oa.can.routes == ("custom", "notice", "template", "mass")
    assert oa.can.rates == {"custom": 50, "notice": 50, "template": 50, "mass": 1}
    assert oa.can.in_flight == 32
    assert channel(templates={}, notices={}).can.routes == ("custom", "mass")
    assert channel(templates={}).can.routes == ("custom", "notice", "mass")
    assert channel(notices={}).can.routes == ("custom", "template", "mass")
