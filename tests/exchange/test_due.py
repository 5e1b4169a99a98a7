"""`check` says when more of the base is due than editors can review in time."""

from datetime import date, timedelta

import pytest

from tests.exchange.conftest import ANNUAL, Terminal

SINCE = date(2020, 1, 1)


@pytest.mark.parametrize(("due", "said"), [(0, 0), (1, 0), (2, 1), (10, 1)])
def test_more_than_a_tenth(terminal: Terminal, due: int, said: int) -> None:
    dates = [SINCE + timedelta(days=1) if place < due else date(2099, 1, 1) for place in range(10)]
    written = [
        ANNUAL
        | {"id": f"bus-{place}", "question": f"{place}号班车几点开", "phrasings": [f"{place}号车"], "related": []}
        | {"as_of": SINCE, "review_by": day}
        for place, day in enumerate(dates)
    ]
    terminal.ok("faq", "import", terminal.file("a.yaml", *written))
    lines = [line for line in terminal.run("check").out.splitlines() if "stop answering" in line]
    assert len(lines) == said
    if said:
        assert lines[0].startswith(f"✗ knowledge base: {due} of 10 published entries")


def test_a_database_without_tables_has_no_reviews(terminal: Terminal) -> None:
    assert "stop answering" not in terminal.run("check").out
