"""Verilog text from netlists: what the recoveries of both families share."""

import json
import re
from pathlib import Path


def lut(table, inputs):
    """An expression for a look-up table: bit i of `table` is its value where input k is bit k
    of i. Inputs are names, or "1'b0" and "1'b1"."""
    if not inputs:
        return f"1'b{table & 1}"
    half = 1 << (len(inputs) - 1)
    mask = (1 << half) - 1
    low, high, last = table & mask, table >> half & mask, inputs[-1]
    if low == high or last == "1'b0":
        return lut(low, inputs[:-1])
    if last == "1'b1":
        return lut(high, inputs[:-1])
    if low == high ^ mask:
        return f"({last} ^ {lut(low, inputs[:-1])})"
    when_low, when_high = lut(low, inputs[:-1]), lut(high, inputs[:-1])
    both = (when_low, when_high)
    if both == ("1'b0", "1'b1"):
        return last
    if when_low == "1'b0":
        return f"({last} & {when_high})"
    if when_high == "1'b0":
        return f"(~{last} & {when_low})"
    if when_low == "1'b1":
        return f"(~{last} | {when_high})"
    if when_high == "1'b1":
        return f"({last} | {when_low})"
    return f"({last} ? {when_high} : {when_low})"


def place(bel):
    """'X33/Y15/io0' as (33, 15, 'io0')."""
    found = re.fullmatch(r"X(\d+)/Y(\d+)/(.*)", bel)
    return int(found[1]), int(found[2]), found[3]


class Routed:
    """A design as nextpnr wrote it after routing."""

    def __init__(self, path):
        design = json.loads(Path(path).read_text())
        (self.module,) = [
            module for module in design["modules"].values() if module["ports"] and "blackbox" not in module["attributes"]
        ]
        self.ports = self.module["ports"]
        self.cells = self.module["cells"]

    def pins(self, kind, pad):
        """{(port, index): place}: where the bits of each port are. `kind` is the cell at a
        pin, `pad` its outer connection."""
        owner = {}
        for name, port in self.ports.items():
            for index, net in enumerate(port["bits"]):
                owner[net] = (name, index)
        found = {}
        for cell in self.cells.values():
            if cell["type"] == kind:
                for net in cell["connections"].get(pad, []):
                    if net in owner:
                        found[owner[net]] = place(cell["attributes"]["NEXTPNR_BEL"])
        return found

    def declare_ports(self):
        """nextpnr counts every port from 0; the bits below a port's first were never there. A
        pin of both directions becomes three, for a simulator that knows no third state."""
        used = {net for cell in self.cells.values() for nets in cell["connections"].values() for net in nets}
        lines = []
        for name, port in sorted(self.ports.items()):
            low = next((index for index, net in enumerate(port["bits"]) if net in used), 0)
            width = f"[{len(port['bits']) - 1}:{low}]"
            if port["direction"] == "inout":
                lines += [f"    input {width} {name}_in", f"    output {width} {name}_out", f"    output {width} {name}_drive"]
            else:
                lines.append(f"    {port['direction']} {width} {name}")
        return ",\n".join(lines)


def value(parameter):
    """A parameter's number: nextpnr writes binary text, unknown bits as x."""
    return int(re.sub("[^01]", "0", parameter), 2) if isinstance(parameter, str) else parameter

