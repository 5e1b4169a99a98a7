"""The ways of reaching people. A channel knows the wire and `bot.contract`, never storage, services or handlers."""
