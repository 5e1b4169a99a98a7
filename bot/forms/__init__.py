"""Filling in a form by chat, as a pure function of (form, progress, words, now). Knows no storage and no clock."""
