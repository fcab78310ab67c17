"""Every counter of the stack and the driver is raised by a test that names it.

tests/style/test_counters.py as a program prints the list: counter, test."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A body's end is found by its END_TEST or, in C++ and helpers, by the next brace in column 0.
TEST = re.compile(r"START_TEST\((\w+)\)(.*?)END_TEST", re.S)
# What counts what goes well is seen through other things than its counter.
SUCCESSES = re.compile(r"_(sent|received|opened|failed|acks)$")


def counters():
    """Names in the X-macro lists, as they stand in the headers."""
    names = []
    for path in sorted([*ROOT.glob("stack/*/*.h"), *ROOT.glob("driver/*.h")]):
        names += re.findall(r"^ {4}X\((\w+)\)", path.read_text(), re.M)
    return names


def naming_tests():
    """{counter: first test whose body names it}; helpers beside the tests count for those who call them."""
    naming = {}
    wanted = set(counters())
    for path in sorted(ROOT.glob("tests/*/test_*.c")):
        for test, body in TEST.findall(path.read_text()):
            for name in wanted & set(re.findall(r"\w+", body)):
                naming.setdefault(name, f"{path.relative_to(ROOT)}: {test}")
    return naming


def test_every_drop_has_a_counter_that_a_test_raises():
    naming = naming_tests()
    listed = counters()
    assert len(listed) > 50 and len(listed) == len(set(listed))
    assert [name for name in listed if name not in naming and not SUCCESSES.search(name)] == []


def main():
    naming = naming_tests()
    for name in counters():
        print(f"{name:<28} {naming.get(name, '-')}")


if __name__ == "__main__":
    main()
