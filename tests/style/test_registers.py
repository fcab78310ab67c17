"""What tools/registers writes from rtl/nic.rdl is what stands in the tree."""
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("registers")
    subprocess.run([ROOT / "tools/registers", folder], check=True)
    return folder


@pytest.mark.parametrize("name", ["rtl/nic_pkg.sv", "driver/nic_registers.h", "docs/registers.md"])
def test_generated_file_is_as_committed(written, name):
    assert (written / name).read_text() == (ROOT / name).read_text(), "run: make registers"
