"""A small sentence reader: all-MiniLM-L6-v2's encoder (Apache-2.0) in numpy, with one byte a weight.

`encode` gives a vector of each text, `token_states` one of each of its pieces after every layer. Weights are loaded
when the first text is read.
"""

from reader.states import States, encode, token_states

__all__ = ["States", "encode", "token_states"]
