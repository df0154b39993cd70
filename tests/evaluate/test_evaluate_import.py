"""Importing the package costs nothing: no array library is loaded."""

import subprocess
import sys


def test_import_is_cheap():
    code = (
        "import sys, genie_widgets.evaluate as a, genie_widgets.explain as b;"
        "assert 'split' in a.__all__ and 'explain' in b.__all__;"
        "heavy = {'numpy', 'pandas', 'sklearn', 'shap', 'autogluon'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_are_the_functions_whatever_was_imported_before():
    from genie_widgets.evaluate import evaluate, split, verdict
    from genie_widgets.explain import explain

    assert all(callable(function) for function in (evaluate, split, verdict, explain))
