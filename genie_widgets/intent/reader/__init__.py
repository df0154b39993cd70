"""A small sentence reader: all-MiniLM-L6-v2's encoder (Apache-2.0) in numpy, with one byte a weight.

Its layers were trained further for Genie (see `genie_widgets.intent.rereading`); its words are as they were.
Weights are loaded when the first text is read.
"""
