"""Who acts in the console, and what their role allows. The same rules hold whichever page asks."""

from dataclasses import dataclass

from bot.errors import Refusal
from storage import orgs
from storage.work import Work

ROLES = ("staff", "editor", "approver", "admin")  # each may do what those before it may
RIGHTS = {
    "see": "staff",
    "gaps": "staff",
    "cases": "staff",
    "review": "staff",
    "members": "staff",
    "cadres": "staff",
    "appoint": "approver",
    "reveal": "staff",
    "duties": "staff",
    "export": "approver",
    "import": "approver",
    "draft": "editor",
    "approve": "approver",
    "decide": "approver",
    "manage": "admin",
}


NOWHERE = "nowhere"  # no path begins so


class NotAllowed(Refusal):
    """This account may not do that; the words say what would be needed."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One member of staff. `path` is the branch of the organisation tree they are for; None means all of it."""

    name: str
    role: str
    org_id: int | None = None
    path: str | None = None

    def may(self, right: str) -> bool:
        """Whether the role has a right of `RIGHTS`."""
        return ROLES.index(self.role) >= ROLES.index(RIGHTS[right])

    def within(self, path: str) -> bool:
        """Whether a place of the tree (`/1/4/`) belongs to this actor's branch."""
        return self.path is None or path.startswith(self.path)


FILES = Actor("import", "admin")  # what an operator brings in by a command
SHIPPED = Actor("shipped", "admin")  # what comes with the software


def of_account(work: Work, name: str, role: str, org_id: int | None) -> Actor:
    """The actor behind an account. The root of the tree is all of it; a branch that is gone is none of it."""
    if org_id is None:
        return Actor(name, role)
    org = orgs.get(work, org_id)
    if org is None:
        return Actor(name, role, org_id, NOWHERE)
    return Actor(name, role, org_id, org.path if org.parent_id is not None else None)


def require(actor: Actor, right: str) -> None:
    """Raises NotAllowed when the role does not have the right."""
    if not actor.may(right):
        raise NotAllowed(f"您的账号没有这个权限（需要{ROLE_NAMES[RIGHTS[right]]}）。")


def require_branch(work: Work, actor: Actor, org_id: int) -> None:
    """Raises NotAllowed when a branch (0: the city's own) is not the actor's to change, or is none."""
    org = orgs.get(work, org_id) if org_id else None
    if org is None and org_id:
        raise NotAllowed("没有这个工会。")
    if actor.path is not None and (org is None or not actor.within(org.path)):
        raise NotAllowed("这条内容不归您所在的工会管理，请联系上级工会。")


def manages(work: Work, actor: Actor, org_id: int) -> bool:
    """Whether a branch (0: the city's own) is the actor's to change."""
    try:
        require_branch(work, actor, org_id)
    except NotAllowed:
        return False
    return True


def sees_drafts(work: Work, actor: Actor, org_id: int) -> bool:
    """Whether what was never published is shown to the actor: the city's to all staff, a branch's to those over it."""
    return org_id == 0 or manages(work, actor, org_id)


ROLE_NAMES = {"staff": "工作人员", "editor": "编辑", "approver": "审核人", "admin": "管理员"}
