"""The builder reads article and item labels, keeps facts only, and refuses articles that do not exist."""

import json
from pathlib import Path

import pytest
import yaml

from tests.content.build_law_articles import articles, build, render
from tests.content.laws import LawIndex

HEAD = "<!--\n标题: 样例法\n来源仓库: someone/laws @ abc 2025-04-19\n-->\n\n# 样例法\n\n"
LAW = HEAD + "**第一条** 休息5天。\n\n补充三个月。\n\n## 第二章\n\n**第二条** 支付百分之二百。\n"


def reference(folder: Path, article: str) -> Path:
    (folder / "laws").mkdir()
    (folder / "laws" / "样例法.md").write_text(LAW, encoding="utf-8")
    law = {"file": "样例法.md", "title": "样例法", "version": "2025-01-01施行", "status": "现行"}
    (folder / "laws" / "INDEX.json").write_text(json.dumps([law]), encoding="utf-8")
    citation = {"law": "样例法", "article": article, "key_text": ["休息5天", "长" * 31]}
    topic = {"id": "t", "tier": 1, "confidence": "high", "scope": "national", "citations": [citation]}
    (folder / "policy_map.yaml").write_text(yaml.safe_dump({"topics": [topic]}, allow_unicode=True), encoding="utf-8")
    (folder / "content" / "faq").mkdir(parents=True)
    duty = {"basis": "法：样例法 第二条"}
    (folder / "content" / "calendar.yaml").write_text(yaml.safe_dump({"duties": [duty]}), encoding="utf-8")
    return folder


def test_labels_of_articles_and_items() -> None:
    assert articles(LAW)["第一条"].split() == ["休息5天。", "补充三个月。"]
    assert set(articles(LAW)) == {"第一条", "第二条", "全文"}
    assert set(articles(HEAD + "一、总则\n（一）甲\n59.乙\n")) == {"一、", "（一）", "59.", "全文"}


def test_the_index_of_a_small_reference(tmp_path: Path) -> None:
    folder = reference(tmp_path, "第一条")
    index = LawIndex.model_validate_json(render(build(folder, folder / "content")))
    law = index.laws["样例法"]
    assert (law.version, law.snapshot, index.newest_snapshot) == ("2025-01-01施行", "2025-04-19", "2025-04-19")
    assert law.cited["第一条"].figures == ["3月", "5天"]
    assert law.cited["第一条"].key_text == ["休息5天"]
    assert law.cited["第二条"].figures == ["200%"]
    assert index.topics == {"t": (1, "high", "national")}


def test_an_article_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    folder = reference(tmp_path, "第九条")
    with pytest.raises(KeyError, match="第九条"):
        build(folder, folder / "content")
