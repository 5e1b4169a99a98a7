"""Forms and a way of talking to them, shared by the tests of this room. All people and numbers are synthetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.forms import engine
from bot.forms.fields import choice, id_number, mobile, number, organisation, person_name, text, yes_no
from bot.forms.fields import date as day
from bot.forms.model import Confirm, Form, Progress, Question, Step

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
ID, ID_TAIL = "11010519491231002X", "002X"

JOIN = Form(
    name="join",
    version=1,
    title="入会申请",
    questions=(
        Question("name", "您的姓名？", person_name()),
        Question("consent", "可以在这里填身份证号吗？", yes_no("可以", "不可以"), labels=("在线填写",)),
        Question("idno", "身份证号？", id_number(), when=lambda answers: bool(answers["consent"])),
        Question("phone", "手机号？", mobile()),
        Question("unit", "工作单位？", organisation()),
        Question("status", "就业状况？", choice("在岗", "待岗", "退休"), labels=("就业状况",)),
        Question("note", "还有什么要说的？", text(max=50), optional=True, labels=("备注",), hint="想到什么写什么。"),
    ),
    confirm=Confirm(),
)

SMALL = Form(
    name="small",
    version=3,
    questions=(
        Question("since", "哪天开始的？", day(future=False), labels=("开始日期",)),
        Question("count", "几个人？", number("人", min=1, max=500), labels=("人数",)),
        Question("words", "口令？", text(), secret=True, labels=("口令",)),
    ),
    expires=timedelta(hours=3),
)


@dataclass
class Talk:
    """A person filling in a form; what is stored goes through JSON every time, as it does in the database."""

    form: Form
    given: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    step: Step = field(init=False)

    def __post_init__(self) -> None:
        self.step = engine.start(self.form, self.now, self.given)

    @property
    def progress(self) -> Progress:
        assert self.step.progress is not None
        return Progress.from_json(self.step.progress.to_json())

    @property
    def said(self) -> str:
        return "\n".join(self.step.say)

    def say(self, *words: str) -> Step:
        for each in words:
            self.step = engine.advance(self.form, self.progress, each, self.now)
        return self.step
