"""All parts of one sandbox, wired together once; handlers get this object and nothing else."""

from sandbox.chats import Chats
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.driver import Driver
from sandbox.faults import FaultBox
from sandbox.hub import Hub
from sandbox.ids import Ids
from sandbox.jobs import Jobs
from sandbox.ledger import Consents, Ledger
from sandbox.massbook import MassBook
from sandbox.mediastore import MediaStore
from sandbox.menustore import MenuStore
from sandbox.outbox import Outbox
from sandbox.phones import Phones
from sandbox.quota import Quota
from sandbox.received import ReceivedLog
from sandbox.replies import Judge
from sandbox.scenes import Scenes
from sandbox.sealing import Sealer
from sandbox.stats import CallLog
from sandbox.tags import TagBook
from sandbox.templatelog import TemplateLog
from sandbox.tokens import Tokens
from sandbox.wire import WireLog


class World:
    """The state of one platform with one official account."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.clock = Clock(config.now)
        self.faults = FaultBox()
        self.ids = Ids(config.now())
        self.phones = Phones(config.app_id)
        self.received = ReceivedLog()
        self.calls = CallLog()
        self.wire = WireLog((config.app_secret, config.token, config.encoding_aes_key))
        self.hub = Hub(lambda: self.wire.last_id)
        self.ledger, self.consents = Ledger(), Consents()
        self.tokens, self.quota = Tokens(config), Quota()
        self.menu, self.scenes, self.tags, self.media = MenuStore(), Scenes(), TagBook(), MediaStore()
        self.templates, self.mass = TemplateLog(), MassBook()
        self.jobs, self.mass_jobs = Jobs(), Jobs()
        self.chats = Chats(self.clock, self.ids, self.phones, self.received, self.hub)
        sealer = Sealer(config)
        judge = Judge(config, sealer.crypto, lambda media_id: self.media.known(media_id, self.clock.now()))
        self.driver = Driver(config, self.clock, self.faults, self.wire, judge, sealer, self.chats.finish)
        self.outbox = Outbox(config, self.clock, self.ids, self.faults, self.driver)

    def clear(self) -> None:
        """Forget everything but the configuration."""
        for part in (self.clock, self.faults, self.phones, self.received, self.calls, self.wire, self.ledger):
            part.clear()
        for more in (self.consents, self.tokens, self.quota, self.menu, self.scenes, self.tags, self.media):
            more.clear()
        for last in (self.templates, self.mass, self.mass_jobs, self.driver):
            last.clear()
        self.hub.touch()

    async def open(self) -> None:
        """Start what needs a running loop."""
        await self.driver.open()

    async def close(self) -> None:
        """End streams, background jobs and pushes."""
        self.hub.close()
        await self.jobs.close()
        await self.mass_jobs.close()
        await self.driver.close()
