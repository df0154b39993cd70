"""The stand-alone page: Voila's template and settings, which let nothing in and nothing out."""
