"""A small sentence reader: all-MiniLM-L6-v2's encoder (Apache-2.0) in numpy, with one byte a weight.

Its lower layers are as they were; the upper ones were trained for Genie (see `genie_widgets.intent.rereading`).
Weights are loaded when the first text is read.
"""
