"""Taking an AutoGluon predictor apart: from its objects to the neutral values of `genie_widgets.ensemble`.

One module reads one library's trees; `ownership` finds which original column each prepared
column comes from; `describing` puts the parts together. Whatever has no faithful description
raises `NotTreesError`, and is then explained through the predictor itself.
"""
