"""Words about duties that are done, or not: the orders, and what looks like one and could mean another duty.

A wrong duty noted as done is worse than asking back. So a number is one of the list only when it stands alone (完成 2)
or after 第, 任务 or 编号: 3项 may be three of them, 3号 and 11.25 are days as well.
"""

from handlers.duty_asking import SURE, N, OfCadre, Order

_SEP = " ?(?:[、,和与及+]| ) ?"
_NTH = rf"第 ?{N} ?[项号]?(?:{_SEP}第? ?{N} ?项?)*(?: ?任务)?"
_NAMED = rf"(?:任务|编号) ?{N} ?号?(?:{_SEP}(?:任务|编号)? ?{N})*"
_WORDED = rf"{N} ?号任务(?:{_SEP}{N} ?号任务)*"
_LISTED = rf"(?:{_NTH}|{_NAMED}|{_WORDED}|{N}(?:{_SEP}{N})*)"
_MANY = rf"(?P<numbers>{_LISTED})"
_DO = "(?:完成|办完|做完|办好|做好)"
_NOT_DONE = f"还?(?:没有?|未){_DO}"
_UNDO = "(?:撤销|撤回)(?:完成)?"

NUMBERS = Order(rf"{_MANY}号?")  # the answer to which one
DONE = Order(rf"(?:已经?)?{_DO}了? ?(?:任务|{_MANY})? ?\.?了?")
DONE_AFTER = OfCadre(rf"(?!\d+ ?都){_MANY} ?[.:,、]? ?(?:都|已经?|也)*{_DO}了?")
ALL = Order(rf"(?:任务)?(?:全部?|都|所有|所有任务)(?:都|全部)?(?:已经?)?{_DO}了?|{_DO}(?:了)?(?:全部|所有)(?:任务)?")
REOPEN = OfCadre(rf"(?:{_UNDO}|{_NOT_DONE}) ?{SURE}")
REOPEN_OF = OfCadre(rf"{SURE} ?[,:]? ?(?:{_NOT_DONE}|撤销(?:完成)?)")
UNDO = OfCadre(_UNDO)

_COUNT = r"(?:\d{1,4}|[一二两三四五六七八九十几]{1,3})"
_UNIT = "(?:项|个|件|条|号|日|任务)"
_AND = " ?(?:[、,和与及+到至~-]| ) ?"
_COUNTED = rf"(?:\d{{1,2}}月 ?)?(?:第? ?{_COUNT}{_AND})*第? ?{_COUNT} ?{_UNIT}(?:{_AND}第? ?{_COUNT} ?{_UNIT}?)*"
_PARTED = r"\d{1,4} ?[./~到至—-] ?\d{1,4} ?[号日]?"
_LOOSE = rf"(?:{_COUNTED}|{_PARTED}|\d{{1,3}}(?= ?都))(?: ?的?(?:任务|工作))?"
_BEFORE = (
    "(?:今天|昨天|本月|这个月|前面|后面|其他|其余|另外|剩下|一共|总共|任务|所有|上面|[我们已经都又刚还有只就这那的,])*"
)
UNSURE = OfCadre(rf"{_BEFORE} ?(?:{_DO}了? ?{_BEFORE}{_LOOSE}了?|{_LOOSE} ?{_BEFORE}{_DO}了?(?:任务)?)")
UNDO_UNSURE = OfCadre(rf"{_UNDO} ?{_LOOSE}|{_LOOSE} ?撤销(?:完成)?")
_SEVERAL = rf"{N}(?:{_SEP}{N})+"
_NOT_YET = rf"{_NOT_DONE} ?(?:{_LOOSE})?|还没有?(?:做|办|弄)[完好]?|(?:{_LOOSE}|{_SEVERAL}) ?{_BEFORE}{_NOT_DONE}"
NOT_YET = OfCadre(rf"{_BEFORE}(?:{_NOT_YET})(?:任务)?[啊呀哦]?")

# Receipts in other words: each is for the whole list, whatever numbers are in it. What is promised is not done yet.
_THESE = rf"{_LISTED}(?: ?[项个条件](?:任务|工作)?)?|(?:本月|这个月|以上|这些|[这的])*(?:任务|通知|清单|提醒|工作)+"
_SOON = "(?:会|将|就|马上|立即|立刻|尽快|这就|抓紧|按时|及时|认真|一定|保证)"
_WILL = (
    rf"(?:我们?)?{_SOON}+[去来]?(?:办理?|落实|完成|处理|做好?|安排|执行|布置)(?: ?{_LISTED})?(?:这些)?(?:任务|工作)?"
)
RECEIVED = OfCadre(
    rf"(?:(?P<before>{_THESE}) ?[,:]? ?)?(?:我们?)?(?:全部|[都全均])?(?:已经?)?(?:收到|收悉|知悉|知道了|已阅)了?"
    rf"(?: ?[,:]? ?(?P<after>{_THESE}))?了?(?:[ ,。!~;]*{_WILL})?"
)
