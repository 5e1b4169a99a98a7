"""What reviewers of applications go by: fields that can be returned, what a flag means, reasons that hold.

Sources: trade union law art. 3 (who may join) and 51 (nobody is hindered), rules on membership art. 5-7.
"""

import re

from bot.errors import Refusal
from bot.services.misses import MASK, masked
from storage.applications import Application

STATES = {
    "submitted": "等待审核",
    "in_review": "审核中",
    "releasing": "等原工会转出",
    "returned": "等申请人修改",
    "approved": "已批准",
    "rejected": "未通过",
    "withdrawn": "本人已撤回",
    "expired": "退回后没有改好，已过期",
}
PATHWAYS = {
    "ordinary": "在职职工",
    "dispatched": "劳务派遣",
    "flexible": "灵活就业",
    "platform": "新就业形态",
    "no_union": "单位没有工会",
    "young": "16至17周岁",
}
FLAGS = {
    "mobile_twice": ("手机号重复", "同一个手机号还在另一份申请或另一位会员名下。请核实是不是代填，或者同一个人。"),
    "member_here": (
        "已有会员登记",
        "同一个身份证号已有会员登记。本会名单里还没有绑定微信的会员，批准后合并。会员在别的工会、这份申请又是转会籍的，"
        "批准后先请那个工会同意转出，再由本会在“会籍申请”里接收；其他的不能登记两次。",
    ),
    "member_other": (
        "会籍在另一个微信上",
        "这位会员现在用另一个微信，不是申请人这个。请核对是不是本人；转会办成以后，会籍才改到申请人的微信上。",
    ),
    "release_refused": ("原工会没有转出", "转会没有办成，理由见下面的经过。请写明原因，退回修改或者不通过。"),
    "second_of_person": ("以前申请过", "这个人以前交过申请。请对照上次的结果，看情况有没有变化。"),
    "id_tried_again": ("又有人用这个证件号", "有人用同一个身份证号再次申请，没有收。请核实是不是本人。"),
    "minor_before": ("以前填过未满16周岁的号码", "之前填过的证件号不满16周岁，请当面核对证件，确认本人已满16周岁。"),
    "id_resident_permit": ("居住证或永居证", "号码是港澳台居民居住证或外国人永久居留证。请核对证件。"),
    "over_60": (
        "年满60周岁",
        "请核实是否已办退休：已退休的保留会籍、不重新入会；还在上班的可以入会，不能只看年龄拒绝。",
    ),
    "retired": ("已退休", "已退休的应当保留原会籍，不重新入会。请核实以前在哪个工会。"),
    "young": ("16至17周岁", "可以入会。请按未成年工登记，并提醒单位落实未成年工保护。"),
    "unit_unknown": ("工会没有确定", "填写的单位没有对上工会。请核实后选定工会，选定以后这一项不用再复核。"),
}
SETTLED_BY_UNIT = "unit_unknown"
ASKED = {
    "before": "在别处入过会",
    "from_unit": "原来的工会",
    "pay": "工资由谁发",
    "agency": "派遣公司",
    "area": "平台和常在的区",
    "fixed": "有没有固定单位",
}
REJECTIONS = {
    "not_worker": "不是以工资收入为主要生活来源的劳动者（工会法第三条）",
    "not_willing": "不是本人自愿申请",
    "not_true": "填写的身份或单位信息经核实不属实",
    "member": "已经是会员，应当办理会籍接转",
    "retired": "已办理退休，应当保留原会籍，不重新入会",
    "other": "其他原因",
}
HINT = (
    "入会只看两条：以工资收入为主要生活来源，本人自愿。没有转正（试用期）、劳务派遣、户籍在外地，都不能作为拒绝的理由"
    "（工会法第三条、第五十一条）。"
)
RETURN_CHARS, REJECT_CHARS = (4, 150), 120
_UNLAWFUL = re.compile(r"试用|转正|实习期|派遣|劳务工|户口|户籍|外地|农村|本地人|农民工|临时工|合同工")


class Unfit(Refusal):
    """What was filled in cannot be taken."""


class Doubtful(Unfit):
    """A reason that reads like one the law forbids; it is taken only when that was looked at and confirmed."""

    words = "原因里提到了试用期、派遣或户籍。" + HINT + "如果确实不是因为这些，请勾选确认后再提交。"


def explain(code: str) -> tuple[str, str]:
    """A flag in words: its title and what to do."""
    return FLAGS.get(code, ("需要核对", f"请核对后再决定（{code}）。"))


def plain_reason(application: Application, words: str, least: int, most: int) -> str:
    """A reason as the applicant will read it. Raises Unfit for one too short or long, or with personal data in it."""
    words = " ".join("".join(each if each.isprintable() else " " for each in words).split())
    if not least <= len(words) <= most:
        raise Unfit(f"请写明原因，{least}到{most}个字，现在是{len(words)}个字。申请人会看到。")
    if MASK in masked(words) or (len(application.name) > 1 and application.name in words):
        raise Unfit("原因里请不要写姓名、身份证号、电话等个人信息。")
    return words


def rejection(application: Application, key: str, own: str, confirmed: bool) -> str:
    """The reason of a rejection: one of `REJECTIONS`, own words, or both. Raises Unfit, Doubtful."""
    if key not in REJECTIONS:
        raise Unfit("请选择没有通过的原因。")
    said = "" if key == "other" else REJECTIONS[key]
    if own.strip() or not said:
        own = plain_reason(application, own, 4, REJECT_CHARS)
        if _UNLAWFUL.search(own) and not confirmed:
            raise Doubtful
    return f"{said}：{own}" if said and own.strip() else said or own
