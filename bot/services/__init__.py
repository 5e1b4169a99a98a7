"""What the union wants: rules, as plain functions in a unit of work. They never commit, send, wait or read files."""
