"""Files to take away: predictions that are safe to open, and a model that works without Genie."""

from genie_widgets.export.bundle import write_bundle
from genie_widgets.export.notebook import write_notebook
from genie_widgets.export.predictions import CsvWriter, write_predictions
from genie_widgets.export.tables import table_csv

__all__ = ["CsvWriter", "table_csv", "write_bundle", "write_notebook", "write_predictions"]
