"""A language that says each text as it is, between marks: shows what is said through `genie_widgets.language`."""

import gettext

from genie_widgets.language import saying


class _Marked(gettext.NullTranslations):
    def gettext(self, message):
        return f"«{message}»"

    def ngettext(self, one, many, n):
        return f"«{one if n == 1 else many}»"


def speak_marked(monkeypatch, is_on=True):
    """Say all texts between marks from now on, or as they are."""
    monkeypatch.setattr(saying, "translations", lambda _language: _Marked() if is_on else gettext.NullTranslations())
