"""The results, a tab each; what is costly to draw is drawn when its tab is first seen."""
