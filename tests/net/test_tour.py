"""docs/journey.md is what a run of the book's trip gives (tools/tour)."""
import os
import shutil
import subprocess

from conftest import LANTERN, ROOT


def tour(*arguments, at=ROOT):
    return subprocess.run([at / "tools/tour", *arguments], capture_output=True, text=True, timeout=120)


def test_journey_is_what_a_new_run_gives():
    done = tour("--check", LANTERN)
    assert done.returncode == 0, done.stderr


def test_journey_that_drifted_is_told(tmp_path):
    """The same tree by links, of which the page alone is another."""
    for name in os.listdir(ROOT):
        if name not in ("docs", "tools"):
            (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "docs").mkdir()
    (tmp_path / "tools").mkdir()
    for name in ("tour", "tour_picture"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools" / name)
    page = (ROOT / "docs/journey.md").read_text()
    assert "TTL 63" in page
    (tmp_path / "docs/journey.md").write_text(page.replace("TTL 63", "TTL 64", 1))
    done = tour("--check", LANTERN, at=tmp_path)
    assert done.returncode == 1 and "make tour" in done.stderr
