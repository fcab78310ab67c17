"""docs/http-conformance.md: each test it names exists, and a row without a test says why."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/http-conformance.md").read_text()


def existing_tests():
    """Names of every libcheck test, and of those against real peers."""
    names = set()
    for path in ROOT.glob("tests/*/test_*.c"):
        names |= set(re.findall(r"START_TEST\((\w+)\)", path.read_text()))
    for path in ROOT.glob("tests/net/test_*.py"):
        names |= set(re.findall(r"^def (test_\w+)", path.read_text(), re.M))
    return names


def test_named_tests_exist():
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 30
    assert sorted(named - existing_tests()) == []


def test_every_row_is_shown_or_says_why_not():
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (\d|- )", line)]
    assert len(rows) > 35
    shown = [row.split("|")[-2].strip() for row in rows]
    assert [cell for cell in shown if "`test_" not in cell and not cell.startswith("- ")] == []
