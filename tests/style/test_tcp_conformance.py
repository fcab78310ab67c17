"""docs/tcp-conformance.md: each requirement of RFC 9293's Appendix B has a row, and each test it names exists."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tcp-conformance.md").read_text()

# The numbers of Appendix B.
MUST = range(1, 70)
SHOULD = range(1, 32)


def existing_tests():
    """Names of every libcheck test, and of the fuzzers' files."""
    names = {path.name for path in ROOT.glob("tests/fuzz/fuzz_*.c")}
    for path in ROOT.glob("tests/*/test_*.c"):
        names |= set(re.findall(r"START_TEST\((\w+)\)", path.read_text()))
    return names


def test_named_tests_exist():
    named = set(re.findall(r"`((?:test_|fuzz_)\w+(?:\.c)?)`", PAGE)) - {"test_tcp_states.c"}
    assert len(named) > 100
    assert sorted(named - existing_tests()) == []


def test_every_requirement_has_a_row():
    rows = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| M") or line.startswith("| S"))
    missing = [f"MUST-{n}" for n in MUST if not re.search(rf"\bMUST-{n}\b", rows)]
    missing += [f"SHLD-{n}" for n in SHOULD if not re.search(rf"\bSHLD-{n}\b", rows)]
    assert missing == []


def test_every_row_is_shown_or_says_why_not():
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (MUST|SHLD|MAY|\d)", line)]
    assert len(rows) > 80
    assert [row for row in rows if "`" not in row.split("|")[-2] and not row.split("|")[-2].strip().startswith("- ")] == []
