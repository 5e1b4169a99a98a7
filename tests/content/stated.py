"""What every answer states in figures, clause by clause: pinned in tests/data/stated_figures.yaml.

`test_citations` asks whether a figure stands anywhere in a cited article; a wrong one may stand there too (15天 where
10天 is meant). So each clause is pinned with its numbers in their order, as they were read against the law, and a
change of a figure is a change of two files. `python -m tests.content.stated` writes the file anew: read its diff
against the law.
"""

import re

import yaml

from tests.content.models import CONTENT, Entry, load_entries

PINNED = CONTENT.parent / "tests" / "data" / "stated_figures.yaml"
HEAD = """\
# The figures of every answer by clause, as they were read against the law. Written by `python -m tests.content.stated`;
# whoever changes a figure reads the diff of this file against the cited article.
"""
_CLAUSE = re.compile(r"[。；;！？\n]")
_NUMBER = re.compile(
    r"\d+(?:\.\d+)?(?:[千万])?[个]?[^\s\d，、（）到至和]{0,2}|[一二两三四五六七八九十百千万半]+(?:分之[一二三四五六七八九十]+|个?[年月日天周岁小时倍元人次级])"
)
_WORDS = 8  # of a clause, so that it is found in the answer


def stated(entry: Entry) -> list[str]:
    """Each clause with numbers: its first characters, and its numbers with what they count, in their order."""
    found = []
    for clause in filter(None, map(str.strip, _CLAUSE.split(entry.answer))):
        said = _NUMBER.findall(clause)
        if said:
            found.append(f"{clause[:_WORDS]}… {' '.join(said)}")
    return found


def everything() -> dict[str, list[str]]:
    """Every entry that states figures."""
    return {entry.id: said for entry in load_entries() if (said := stated(entry))}


if __name__ == "__main__":
    body = yaml.safe_dump(everything(), allow_unicode=True, width=120, sort_keys=True)
    PINNED.write_text(HEAD + body, encoding="utf-8")
