"""Rebuild tests/data/law_articles.json, the facts that the citation tests compare the content with.

Run from the top of the repository, with the folder that holds policy_map.yaml and laws/ as the argument:

    python -m tests.content.build_law_articles REFERENCE_DIR

The reference texts are not part of the repository. The index holds no sentences of theirs: for each law its version,
status, the date of the text snapshot and the labels of its articles; for each article that a topic or the content
cites, the figures with units that occur in it and short key phrases from the policy map.
Run it again after the reference has been renewed or when an entry cites an article for the first time.
"""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from tests.content.figures import figures

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tests" / "data" / "law_articles.json"
KEY_TEXT_LIMIT = 30

_ARTICLE = re.compile(r"^\*\*(第[^*]+条)\*\* ?(.*)$")
_ITEM = re.compile(r"^\s*(（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、|\d+\.)(?!\d)")
_SNAPSHOT = re.compile(r"来源仓库.*?(20\d{2}-\d{2}-\d{2})")

Cited = dict[str, dict[str, set[str]]]


def articles(text: str) -> dict[str, str]:
    """Label → text: `第三条`; without articles the items `（十七）`, `59.`, `三、`; and `全文` in every text."""
    body = text.split("-->", 1)[-1]
    parts: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in body.splitlines():
        article = _ARTICLE.match(line)
        item = _ITEM.match(line)
        if article:
            current = parts.setdefault(article[1], [])
            line = article[2]
        elif item and not any(label.startswith("第") for label in parts):
            current = parts.setdefault(item[1], [])
        elif line.startswith("#"):
            current = None
        if current is not None:
            current.append(line)
    return {label: "\n".join(lines) for label, lines in parts.items()} | {"全文": body}


def cited_by_topics(topics: list[dict[str, Any]]) -> Cited:
    """Law → article → key phrases, for every citation of the policy map."""
    cited: Cited = defaultdict(lambda: defaultdict(set))
    for topic in topics:
        for citation in topic["citations"]:
            phrases = {phrase for phrase in citation["key_text"] if len(phrase) <= KEY_TEXT_LIMIT}
            cited[citation["law"]][citation["article"]] |= phrases
    return cited


def add_content(cited: Cited, content: Path) -> None:
    """Also the articles that the entries and the calendar cite beyond the policy map."""
    for path in sorted((content / "faq").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]:
            for citation in entry["citations"]:
                _ = cited[citation["law"]][citation["article"]]
    for duty in yaml.safe_load((content / "calendar.yaml").read_text(encoding="utf-8"))["duties"]:
        if duty["basis"].startswith("法："):
            law, article = duty["basis"].removeprefix("法：").split(" ")
            _ = cited[law][article]


def law_record(reference: Path, index: dict[str, Any], wanted: dict[str, set[str]]) -> dict[str, Any]:
    """What the tests may know of one law. Raises KeyError when a cited article does not exist in its text."""
    text = (reference / "laws" / index["file"]).read_text(encoding="utf-8")
    found = articles(text)
    snapshot = _SNAPSHOT.search(text.split("-->", 1)[0])
    return {
        "version": index["version"],
        "status": index["status"],
        "snapshot": snapshot[1] if snapshot else None,
        "labels": list(found),
        "cited": {
            label: {"figures": sorted(figures(found[label])), "key_text": sorted(wanted[label])}
            for label in sorted(wanted)
        },
    }


def build(reference: Path, content: Path) -> dict[str, Any]:
    """The whole index. Reads only; raises KeyError for an unknown law or article."""
    policy = yaml.safe_load((reference / "policy_map.yaml").read_text(encoding="utf-8"))
    index = {law["title"]: law for law in json.loads((reference / "laws" / "INDEX.json").read_text(encoding="utf-8"))}
    cited = cited_by_topics(policy["topics"])
    add_content(cited, content)
    laws = {law: law_record(reference, index[law], wanted) for law, wanted in sorted(cited.items())}
    return {
        "newest_snapshot": max(law["snapshot"] for law in laws.values() if law["snapshot"]),
        "topics": {topic["id"]: [topic["tier"], topic["confidence"], topic["scope"]] for topic in policy["topics"]},
        "laws": laws,
    }


def main() -> None:
    """Write the index and say how much is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    data = build(parser.parse_args().reference, ROOT / "content")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(render(data), encoding="utf-8")
    print(
        f"{TARGET.name}: {len(data['laws'])} laws, {sum(len(law['cited']) for law in data['laws'].values())} articles"
    )


def render(data: dict[str, Any]) -> str:
    """One line for each topic, law head and cited article, so that a renewal shows a readable difference."""
    line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    topics = ",\n".join(f"{line(key)}:{line(fields)}" for key, fields in data["topics"].items())
    laws = ",\n".join(f"{line(title)}:{_law_lines(law)}" for title, law in data["laws"].items())
    newest = line(data["newest_snapshot"])
    return f'{{"newest_snapshot":{newest},\n"topics":{{\n{topics}\n}},\n"laws":{{\n{laws}\n}}}}\n'


def _law_lines(law: dict[str, Any]) -> str:
    line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    head = line({key: fields for key, fields in law.items() if key != "cited"})[:-1]
    cited = ",\n ".join(f"{line(label)}:{line(fields)}" for label, fields in law["cited"].items())
    return f'{head},"cited":{{\n {cited}}}}}'


if __name__ == "__main__":
    main()
