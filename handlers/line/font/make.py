"""Make the font beside this file again: `python handlers/line/font/make.py NotoSansCJK-Bold.ttc`.

The source is Noto Sans CJK Bold (SIL Open Font License 1.1), as in Debian's package fonts-noto-cjk. What is kept are
the glyphs of Windows-31J: kana, Latin, every kanji of JIS levels 1 and 2, and the variants that names are written
with (髙, 﨑), so that staff may write any menu.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).with_name("NotoSansCJKjp-Bold-subset.otf")
JAPANESE_FACE = 0
"""The place of the Japanese face in the collection."""


def characters() -> set[int]:
    """Return the code points of Windows-31J (Python's cp932), control characters left out."""
    singles = [bytes([byte]) for byte in range(0x20, 0x100)]
    pairs = [bytes([high, low]) for high in range(0x81, 0xFD) for low in range(0x40, 0xFD)]
    texts = (code.decode("cp932", "ignore") for code in (*singles, *pairs))
    return {ord(text) for text in texts if len(text) == 1 and text.isprintable()}


def make(source: Path, target: Path = TARGET) -> None:
    """Write the subset of `source` to `target`; the same source gives the same bytes."""
    options = subset.Options()
    # Pillow's own layout reads none of the tables for vertical text, variants and hinting.
    options.layout_features, options.hinting, options.desubroutinize = [], False, False
    options.name_IDs, options.name_languages, options.notdef_outline = ["*"], [0x409], True
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "VORG", "vhea", "vmtx", "BASE", "DSIG"]
    font = TTFont(source, fontNumber=JAPANESE_FACE, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font.save(target)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
