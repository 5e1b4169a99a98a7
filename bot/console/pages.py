"""Pages that say no: a refusal, a wrong address, a broken form, our own failure. Plain words, and the way back."""

from aiohttp import web

from bot.console.room import Room
from bot.console.visit import Visit

PROBLEMS = {
    400: ("请求不完整", "这个页面没有收到完整的内容，请返回上一页再试一次。"),
    403: ("没有提交成功", "页面已经过期，或者请求不是从本站页面发出的。请返回上一页，刷新后再提交。"),
    404: ("没有这个页面", "地址可能写错了，或者内容已经不在了。"),
    405: ("不能这样打开", "这个地址只能通过页面上的按钮使用。"),
    413: ("内容太大", "提交的内容超过了允许的大小，请减少一些再提交。"),
    415: ("内容格式不对", "这个页面收到的不是表单内容，请通过页面上的按钮提交。"),
    429: ("尝试太频繁", "请过十分钟再试。"),
    500: ("系统出了问题", "刚才的操作没有完成。请稍后再试；如果一直这样，请联系管理员。"),
}


def refusal(room: Room, visit: Visit | None, words: str, status: int) -> web.Response:
    """A rule said no, in its own words."""
    title = "没有权限" if status == 403 else "没有办成"
    return room.render(visit, "problem.html", status, title=title, words=words)


def problem(room: Room, visit: Visit | None, error: web.HTTPError) -> web.Response:
    """An HTTP error as a page of ours, keeping headers that belong to it (Allow)."""
    title, words = PROBLEMS.get(error.status, ("没有办成", "这个请求不能处理。"))
    page = room.render(visit, "problem.html", error.status, title=title, words=words)
    if "Allow" in error.headers:
        page.headers["Allow"] = error.headers["Allow"]
    return page


def failure(room: Room) -> web.Response:
    """Something broke that should not have."""
    title, words = PROBLEMS[500]
    return room.render(None, "problem.html", 500, title=title, words=words)
