"""The single bits of a tile of the ECP5, for whoever flips one (tests/bitstream/flip)."""

from functools import lru_cache


class TileBits:
    """A kind of tile: its items as bits and back. A bit is "F<frame>B<bit>"; an item is
    ("arc", sink, source) or ("set", name, text)."""

    def __init__(self, path):
        self.muxes, self.enums, self.words = {}, {}, {}
        here = None
        for line in path.read_text().splitlines():
            words = line.split()
            if not words:
                here = None
            elif words[0] == ".mux":
                here = self.muxes.setdefault(words[1], {})
            elif words[0] == ".config_enum":
                here = {}
                self.enums[words[1]] = (here, words[2] if len(words) > 2 else None)
            elif words[0] == ".config":
                here = []
                self.words[words[1]] = (here, words[2])
            elif isinstance(here, dict):
                here[words[0]] = tuple(word for word in words[1:] if word != "-")
            elif here is not None:
                here.append(tuple(words))

    @staticmethod
    def fits(pattern, bits):
        return all((token[1:] not in bits) if token[0] == "!" else (token in bits) for token in pattern)

    def best(self, options, bits):
        """The option that fits with the most bits; None when none does."""
        fitting = [option for option, pattern in options.items() if self.fits(pattern, bits)]
        return max(fitting, key=lambda option: len(options[option]), default=None)

    def encode(self, items):
        bits = set()
        for what, name, text in items:
            if what == "arc":
                patterns = [self.muxes.get(name, {}).get(text, ())]
            elif name in self.enums:
                patterns = [self.enums[name][0][text]]
            else:
                groups = self.words[name][0]
                patterns = [group if digit == "1" else self.opposite(group) for group, digit in zip(groups, reversed(text))]
            bits |= {token for pattern in patterns for token in pattern if token[0] != "!"}
        return bits

    @staticmethod
    def opposite(group):
        return tuple(token[1:] if token[0] == "!" else "!" + token for token in group)

    def decode(self, bits):
        items = set()
        for sink, options in self.muxes.items():
            source = self.best(options, bits)
            if source and options[source]:
                items.add(("arc", sink, source))
        for name, (options, default) in self.enums.items():
            option = self.best(options, bits)
            if option and option != default:
                items.add(("set", name, option))
        for name, (groups, default) in self.words.items():
            text = "".join("1" if self.fits(group, bits) else "0" for group in reversed(groups))
            if text != default:
                items.add(("set", name, text))
        return items

    def bits_of(self, name):
        """Every bit of a multiplexer or a setting."""
        if name in self.muxes:
            patterns = self.muxes[name].values()
        elif name in self.enums:
            patterns = self.enums[name][0].values()
        else:
            patterns = self.words[name][0]
        return {token.lstrip("!") for pattern in patterns for token in pattern}


@lru_cache(maxsize=None)
def tile_bits(root, kind):
    return TileBits(root / "tiledata" / kind / "bits.db")
