"""The worker: a process of its own that trains a run and then serves its model.

Started as ``python -m genie_widgets.worker RUN_DIR``. It outlives the
kernel that started it; the run folder is all they share, beside a private pipe
of JSON lines.
"""
