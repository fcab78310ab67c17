"""docs/mac-conformance.md: each test and proof that it names exists, and each row names one or says why not."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/mac-conformance.md").read_text()


def test_named_tests_exist():
    there = {name for path in ROOT.glob("tests/rtl/test_*.cpp")
             for name in re.findall(r"START_TEST\((\w+)\)", path.read_text())}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 60
    assert sorted(named - there) == []


def test_named_proofs_exist():
    run = (ROOT / "tests/formal/run").read_text()
    there = set(re.findall(r'^    \("(\w+)", \[', run, re.M)) | {"idle"}
    assert sorted(set(re.findall(r"proof `(\w+)`", PAGE)) - there) == []


def test_every_row_is_shown_or_says_why_not():
    rows = [line.split("|") for line in PAGE.splitlines()
            if line.startswith("| ") and not re.match(r"\| (---|clause|source|where) \|", line)]
    assert len(rows) > 70
    silent = ("- ", "cannot be", "none at")
    assert [row for row in rows if "`" not in row[-2] and not row[-2].strip().startswith(silent)] == []
