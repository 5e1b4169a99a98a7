"""Configuration: `config.yaml`, overridden by the environment (`UNIONBOT__DATABASE__URL=…`); secrets only there."""

import base64
import secrets
import string
from datetime import time
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, YamlConfigSettingsSource

from bot.errors import Misconfigured

_ALPHABET = string.ascii_letters + string.digits


class _Section(BaseModel):
    """A part of the configuration; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Union(_Section):
    """How the union presents itself."""

    name: str = "示例市总工会"
    hotline: str = "12351"
    office: str = "工作日 9:00–17:00"
    contact: str = "本会职工服务中心窗口"
    review_workdays: int = Field(default=5, ge=1, le=60)
    private_link: str = Field(default="", max_length=300, pattern=r"^(https://\S+)?$")


class Database(_Section):
    """`sqlite:///path` for one process, `postgresql://…` for many."""

    url: str = "sqlite:///data/unionbot.db"
    threads: int = Field(default=2, ge=1, le=8)


class Listener(_Section):
    """Where a server listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)


class Server(_Section):
    """Webhooks and health on `public`, staff pages on `console`."""

    public: Listener = Listener()
    console: Listener = Listener(port=8081)
    metrics_token: SecretStr = SecretStr("")


class Console(_Section):
    """The staff pages."""

    session_hours: int = Field(default=12, ge=1, le=24)


class OfficialAccount(_Section):
    """A WeChat Official Account. `mode` as on its settings page; `safe` is the only authenticated one."""

    enabled: bool = False
    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")
    api_base_url: str = "https://api.weixin.qq.com"
    mode: Literal["safe", "compat", "plain"] = "safe"
    notice_template: str = ""
    event_template: str = ""
    notice_consent_template: str = ""
    event_consent_template: str = ""
    consent_link: str = Field(default="", max_length=300, pattern=r"^(https?://[^\s<>\"]+)?$")
    mass: bool = False
    sends_per_second: float = Field(default=50, gt=0, le=1000)
    in_flight: int = Field(default=48, ge=1, le=256)


class WeComApp(_Section):
    """A WeCom self-built app."""

    enabled: bool = False
    corp_id: str = ""
    agent_id: int = 0
    secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")
    api_base_url: str = "https://qyapi.weixin.qq.com"


class GroupAssistant(_Section):
    """A WeCom group assistant (智能机器人)."""

    enabled: bool = False
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")


class GroupRobot(_Section):
    """WeCom group webhook robots, push only."""

    enabled: bool = False
    api_base_url: str = "https://qyapi.weixin.qq.com"


class Channels(_Section):
    """Every way of reaching people; only the enabled ones are started."""

    oa: OfficialAccount = OfficialAccount()
    wecom: WeComApp = WeComApp()
    aibot: GroupAssistant = GroupAssistant()
    groupbot: GroupRobot = GroupRobot()


class Timing(_Section):
    """When the bot speaks unasked (Shanghai time) and how long things live."""

    speak_from: time = time(9, 0)
    speak_until: time = time(18, 0)
    catch_up_hours: int = Field(default=24, ge=1, le=168)
    reply_budget_seconds: float = Field(default=4.0, gt=0, lt=5)
    chat_days: int = Field(default=90, ge=1, le=3650)

    @model_validator(mode="after")
    def _some_hours(self) -> "Timing":
        if self.speak_from >= self.speak_until:
            raise ValueError("speak_from must be before speak_until, on the same day")
        return self


class Duties(_Section):
    """How often cadres are reminded of their duties. `ladder`: days from a deadline, before it negative."""

    ladder: tuple[int, ...] = Field(default=(-7, -3, -1, 0, 1), max_length=12)
    min_gap_hours: int = Field(default=20, ge=1, le=168)
    per_week: int = Field(default=3, ge=1, le=7)
    list_days: int = Field(default=7, ge=1, le=28)
    escalate_workdays: int = Field(default=3, ge=1, le=60)
    ranking: bool = False

    @field_validator("ladder")
    @classmethod
    def _near(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(abs(each) > 60 for each in value):
            raise ValueError("days of the ladder lie within 60 days of the deadline")
        return value


class Broadcasts(_Section):
    """Notices to many. `approve_above`: to more people than this, a second person must approve."""

    approve_above: int = Field(default=100, ge=0, le=10_000_000)


class Security(_Section):
    """Keys for personal data. `seal_keys`: `1:BASE64[,2:BASE64…]`, the first one seals."""

    seal_keys: SecretStr = SecretStr("")
    pepper: SecretStr = SecretStr("")


class Embedding(_Section):
    """An embedding endpoint that helps the search (OpenAI-compatible); what people ask is sent there."""

    enabled: bool = False
    url: str = ""
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=0.8, gt=0, le=2)
    batch: int = Field(default=32, ge=1, le=128)


class Content(_Section):
    """What a union edits as text."""

    folder: Path = Path("content")


class Config(BaseSettings):
    """The whole configuration. Build it with `load`."""

    model_config = SettingsConfigDict(env_prefix="UNIONBOT__", env_nested_delimiter="__", extra="forbid", frozen=True)

    union: Union = Union()
    database: Database = Database()
    server: Server = Server()
    console: Console = Console()
    sandbox: Listener = Listener(port=8090)
    channels: Channels = Channels()
    timing: Timing = Timing()
    duties: Duties = Duties()
    broadcasts: Broadcasts = Broadcasts()
    security: Security = Security()
    content: Content = Content()
    embedding: Embedding = Embedding()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


def load(path: Path | None = None, **overrides: Any) -> Config:
    """Read the configuration; the environment wins over the file. Raises Misconfigured naming each wrong key."""
    if path is not None and not path.is_file():
        raise Misconfigured(f"configuration file {path} not found")

    class FromFile(Config):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, YamlConfigSettingsSource(settings_cls, yaml_file=path)

    try:
        return FromFile(**overrides)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        if not isinstance(error, ValidationError):
            raise Misconfigured(f"configuration file {path} is not valid YAML: {type(error).__name__}") from None
        lines = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
        raise Misconfigured("configuration: " + "; ".join(lines)) from None


def seal_keys(security: Security) -> dict[int, str]:
    """Key ids and base64 keys in order. Raises Misconfigured when none is set."""
    text = security.seal_keys.get_secret_value()
    if not text or not security.pepper.get_secret_value():
        raise Misconfigured(
            "security.seal_keys and security.pepper must be set in the environment: "
            "UNIONBOT__SECURITY__SEAL_KEYS=1:<32 bytes in base64> UNIONBOT__SECURITY__PEPPER=<long random text>"
        )
    try:
        return {int(kid): key for kid, key in (part.split(":", 1) for part in text.split(","))}
    except ValueError:
        raise Misconfigured("security.seal_keys must look like 1:BASE64[,2:BASE64]") from None


def new_secrets() -> dict[str, str]:
    """Fresh random secrets as environment variables, for demos and first installations."""
    return {
        "UNIONBOT__SECURITY__SEAL_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "UNIONBOT__SECURITY__PEPPER": secrets.token_urlsafe(32),
        "UNIONBOT__CHANNELS__OA__APP_SECRET": secrets.token_hex(16),
        "UNIONBOT__CHANNELS__OA__TOKEN": secrets.token_hex(12),
        "UNIONBOT__CHANNELS__OA__ENCODING_AES_KEY": "".join(secrets.choice(_ALPHABET) for _ in range(43)),
    }
