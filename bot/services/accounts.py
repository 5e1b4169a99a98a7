"""Staff accounts of the console: logging in, sessions, second factor, who may manage whom."""

IDLE_MINUTES = 60
