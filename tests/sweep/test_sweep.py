"""The sweep itself: some seeds pass, the same seed draws the same network, and a bug is found and made small."""
import os
import stat
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import scene  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
LANTERN = os.environ.get("LANTERN", str(ROOT / "build/release/lantern"))
SEEDS = "1-2000" if os.environ.get("LANTERN_LONG") == "1" else "1-24"


def sweep(folder, *arguments):
    return subprocess.run([ROOT / "tests/sweep/sweep", "--keep", folder, *arguments], capture_output=True, text=True,
                          timeout=3000, stdin=subprocess.DEVNULL)


def test_seeds_pass(tmp_path):
    done = sweep(tmp_path, "--seeds", SEEDS, "--lantern", LANTERN)
    assert done.returncode == 0 and done.stdout.endswith("passed, 0 failed\n"), done.stdout + done.stderr


def test_a_seed_draws_the_same_network_each_time():
    for seed in range(50):
        assert scene.draw(seed) == scene.draw(seed)
    assert len({scene.text(scene.draw(seed)) for seed in range(50)}) == 50


def test_a_failure_is_made_small_and_told_with_its_replay(tmp_path):
    """A command that fails whenever there is a page to fetch."""
    fake = tmp_path / "fake"
    fake.write_text('#!/bin/sh\nif grep -q http:// "$2"; then echo "h1 get failed: broken"; exit 1; fi\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    seed = next(seed for seed in range(1, 100) if "http://" in scene.text(scene.draw(seed)))
    done = sweep(tmp_path, "--seeds", f"{seed}-{seed}", "--lantern", fake)
    assert done.returncode == 1 and f"replay: tests/sweep/sweep --seeds {seed}-{seed}" in done.stdout
    small = (tmp_path / f"seed-{seed}.yaml").read_text()
    assert small.count('"at"') == 1 and '"faults": []' in small


def test_wrong_seeds_are_told():
    done = sweep("/nowhere", "--seeds", "nine")
    assert done.returncode == 2 and "1-200" in done.stderr
