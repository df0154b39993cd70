"""What people read, in their language; English is as the code has it, other languages have a catalogue each.

A text is a whole sentence with named places, so that a translator can put its words in the order of another
language. Values are put into it as they are: hostile text in them is never taken for a text of ours.
"""

from genie_widgets.language.catalogue import LANGUAGES, nearest, speak, speaking, spoken
from genie_widgets.language.saying import figure, listed, mark, original, plural, separators, tr

__all__ = [
    "LANGUAGES",
    "figure",
    "listed",
    "mark",
    "nearest",
    "original",
    "plural",
    "separators",
    "speak",
    "speaking",
    "spoken",
    "tr",
]
