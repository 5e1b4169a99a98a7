"""A plan in words, as staff see it before they send: what each route does and costs, and what to think of."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.clock import local
from bot.services import delivery, notice_lines, reasons
from bot.services.plans import Cost, Plan, Words
from bot.services.reach_policy import MASS_MOST, ROUTE_NAMES, ReachPolicy

CUSTOM_BYTES = 2048  # a customer message and a mass send (45002); beyond that the channel cuts
CALLS_FEW = 10  # fewer calls left of the day are worth a word
GROUP, GROUP_WHY = "群", "公众号不能往群里发，系统里没有登记群"
GROUP_HOW = "由工作人员复制文字，自己贴"
FIELD_CHARS = 20  # each field of a template (platform.md 0.2)


def shown(words: Words, moment: datetime) -> Mapping[str, str]:
    """The fields of the notice template as people would see them."""
    return delivery.template_fields(notice_lines.say(words.title, words.text, False), local(moment))


def warnings(plan: Plan, words: Words | None, policy: ReachPolicy) -> Iterator[str]:
    """What staff should think of before they send."""
    if words:
        yield from _of_text(plan, words)
    yield from _of_time(plan)
    yield from _of_mass(plan, policy)
    yield from _of_routes(plan, policy)


def _of_text(plan: Plan, words: Words) -> Iterator[str]:
    size = len(words.said.encode())
    if size > CUSTOM_BYTES:
        yield f"全文{size}字节，一条消息最多{CUSTOM_BYTES}字节（一个汉字3字节），后面的会被截掉。"
    if not plan.shown:
        return
    title, text = (" ".join(each.split()) for each in (words.title, words.text))
    if len(title) > FIELD_CHARS:
        yield f"模板消息和订阅通知的标题只显示前{FIELD_CHARS}个字：“{plan.shown['thing1']}”。"
    if len(text) > FIELD_CHARS:
        yield f"模板消息和订阅通知的正文只显示前{FIELD_CHARS}个字：“{plan.shown['thing2']}”。全文要在对话里看。"


def _of_time(plan: Plan) -> Iterator[str]:
    for cost in plan.costs:
        waits = cost.people - cost.today
        if waits:
            why = "当天额度不够" if cost.left_after == 0 else "当天发不完"
            yield f"{name(cost.route)}{why}：{waits}人要等到下一天或以后，预计{say_moment(cost.ends)}发完。"
    if plan.late:
        yield f"其中{plan.late}人在有效时间内排不到，到时不再发送。可以延长有效时间，或缩小范围。"


def _of_mass(plan: Plan, policy: ReachPolicy) -> Iterator[str]:
    people = plan.by("mass")
    if not people:
        return
    yield f"群发：每人每个自然月最多收{policy.mass_per_month}次，这次用掉{people}人各1次；交给平台以后不能停止。"
    if plan.last_mass:
        yield f"这次之后，有{plan.last_mass}人本月不能再收群发。"
    yield from _of_calls(plan)
    yield "群发的结果平台只告知总数；有人没收到时，看不到是谁。"


def _of_calls(plan: Plan) -> Iterator[str]:
    """A call takes up to 10 000 people, but few people take one, too."""
    for cost in plan.costs:
        calls = -(-cost.people // MASS_MOST)
        if cost.route == "mass" and cost.calls_left is not None and cost.calls_left - calls < CALLS_FEW:
            left = max(0, cost.calls_left - calls)
            yield f"群发当天还可调用{cost.calls_left}次，这次至少用{calls}次，之后最多剩{left}次；人少的群发也算一次。"


def _of_routes(plan: Plan, policy: ReachPolicy) -> Iterator[str]:
    for route, people in plan.instead.items():
        yield f"有{people}人现在没有渠道，如果加选“{name(route)}”可以通知到。"
    unused = plan.kept - sum(plan.instead.values())
    if unused > 0:
        yield f"有{unused}人现在没有渠道，等本人下次联系时告知。"
    if plan.people and not plan.reachable and not plan.kept:
        yield "没有可以通知的人，请检查发送对象。"


def name(route: str) -> str:
    """The short name of a route."""
    return ROUTE_NAMES.get(route, route).partition("（")[0]


def sentences(plan: Plan) -> list[str]:
    """The plan, a line for each thing, without its warnings: for a terminal."""
    lines = [
        f"对象{plan.people}人，可以通知{plan.reachable}人，预计{say_moment(plan.starts)}开始，{took(plan.seconds)}发完。"
    ]
    lines += [_line(cost) for cost in plan.costs if cost.people]
    if plan.kept:
        lines.append(f"{ROUTE_NAMES['inbox']}：{plan.kept}人")
    lines.append(f"{GROUP}：0人，{GROUP_WHY}；{GROUP_HOW}")
    lines += [f"不发送：{count}人，{reasons.words(reason)}" for reason, count in plan.left_out.items()]
    return lines


def _line(cost: Cost) -> str:
    used = f"本月已用{cost.used_month}条，当天已用{cost.used_today}条"
    words = f"{ROUTE_NAMES.get(cost.route, cost.route)}：{cost.people}人；{used}"
    return words if cost.left is None else f"{words}，当天还可发{cost.left}条，这次之后剩{cost.left_after}条"


def took(seconds: float) -> str:
    """A duration as people say it, rounded up: 不到1分钟, 12分钟, 3小时5分钟, 2天."""
    minutes = -(-int(seconds) // 60)
    if seconds < 60:
        return "不到1分钟"
    if minutes < 60:
        return f"{minutes}分钟"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{-(-hours // 24)}天"
    return f"{hours}小时{rest}分钟" if rest else f"{hours}小时"


def say_moment(moment: datetime) -> str:
    """A moment in China: 11月25日 10:00."""
    here = local(moment)
    return f"{here.month}月{here.day}日 {here:%H:%M}"
