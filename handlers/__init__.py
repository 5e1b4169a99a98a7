"""What is said: one module per noun. The table of contents is here; first match wins, top to bottom."""

from bot.dispatcher import Conversation
from handlers import duties, fallback, faq, help, human, membership, subscription

ROUTERS = (
    subscription.router,
    help.router,
    human.router,
    membership.router,
    duties.router,
    faq.router,
    fallback.router,
)
FLOWS = (membership.FLOW,)
CONVERSATION = Conversation(routers=ROUTERS, flows=FLOWS, aside=faq.aside)
