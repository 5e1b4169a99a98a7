"""What one Official Account needs to know about itself. Validated once; secrets never show in a repr."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MODES: Final = ("safe", "compat", "plain")
_APP_ID = re.compile(r"[A-Za-z0-9_-]{4,64}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_SECRET = re.compile(r"[!-~]{1,128}")
_BASE_URL = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(/[A-Za-z0-9._/-]*)?")


class SettingsError(ValueError):
    """A setting cannot work. The message names the setting and what it must look like, never its value."""


@dataclass(frozen=True, slots=True)
class OaSettings:
    """One account. `mode` is the least that is accepted: `safe` and `compat` take encrypted pushes only (the body of
    a plain push is not signed, platform.md 0.6), `plain` takes both. `templates`: purpose -> template id, `notices`:
    purpose -> id of the subscription notice.

    `freshness_seconds`: how far a push's timestamp may be from now. `timeout_s`: for one API call, in all.
    `sends_per_second`: for each route but mass sends. `in_flight`: sends at once (above 50 the platform is "busy").
    Raises SettingsError.
    """

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(default="", repr=False)
    api_base_url: str = "https://api.weixin.qq.com"
    mode: str = "safe"
    freshness_seconds: int = 600
    templates: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 5.0
    sends_per_second: float = 50.0
    in_flight: int = 32

    def __post_init__(self) -> None:
        _require(self.mode in MODES, "mode must be safe, compat or plain")
        _require(_APP_ID.fullmatch(self.app_id), "app_id must be 4 to 64 letters, digits, _ or -")
        _require(_SECRET.fullmatch(self.app_secret), "app_secret must be 1 to 128 visible ASCII characters")
        _require(_TOKEN.fullmatch(self.token), "token must be 3 to 32 letters or digits")
        _require(self._key_fits(), "encoding_aes_key must be 43 letters or digits (it may be empty in plain mode only)")
        _require(_BASE_URL.fullmatch(self.api_base_url), "api_base_url must be an http(s) address without a query")
        _require(0 < self.freshness_seconds <= 86_400, "freshness_seconds must be 1 to 86400")
        _require(0 < self.timeout_s <= 60, "timeout_s must be above 0 and at most 60")
        _require(0 < self.sends_per_second <= 1000, "sends_per_second must be above 0 and at most 1000")
        _require(0 < self.in_flight <= 256, "in_flight must be 1 to 256")
        _require(all(self.templates.values()), "templates must give an id for every purpose")
        _require(all(self.notices.values()), "notices must give an id for every purpose")

    def _key_fits(self) -> bool:
        if not self.encoding_aes_key:
            return self.mode == "plain"
        return _AES_KEY.fullmatch(self.encoding_aes_key) is not None

    @property
    def encrypted_only(self) -> bool:
        """Whether a plain push is refused."""
        return self.mode != "plain"


def _require(fits: object, message: str) -> None:
    if not fits:
        raise SettingsError(message)
