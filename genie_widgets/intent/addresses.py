"""The address of a language model's server, from what people type or paste."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from genie_widgets.language import tr
from genie_widgets.schema import LLMSettings

OPENAI = "api.openai.com"
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_LOCAL = re.compile(
    r"^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?::1|host\.docker\.internal)", re.I
)
# What is pasted from a page about one request, and Ollama's own interface beside the compatible one.
_REQUEST = re.compile(r"/(?:chat/completions|completions|responses|models)/?$")
_OLLAMA = re.compile(r"^/api(?:/(?:chat|generate|tags))?/?$")
_DEPLOYMENT = re.compile(r"^/openai/deployments/([^/]+)")


def server_of(settings: LLMSettings) -> tuple[str | None, str, str]:
    """Work out where to ask and what for.

    Parameters
    ----------
    settings : LLMSettings
        As the person gave them: a bare host, with or without ``/v1``, or a whole request's address.

    Returns
    -------
    tuple
        The base address (None for OpenAI itself), the model's name, and the host to show.
    """
    given = (settings.base_url or "").strip()
    if not given:
        return None, settings.model, OPENAI
    if "://" not in given:
        given = ("http://" if _LOCAL.match(given) else "https://") + given
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return given, settings.model, tr("an address that cannot be read")
    model, path = settings.model, _REQUEST.sub("", parts.path)
    if host.endswith(_AZURE):
        deployment = _DEPLOYMENT.match(path)
        model = deployment[1] if deployment else model
        path = "/openai/v1"
    elif path.strip("/") == "" or _OLLAMA.match(path):
        path = "/v1"
    base = urlunsplit(SplitResult(parts.scheme, parts.netloc, path.rstrip("/") + "/", "", ""))
    return base, model, host if port is None else f"{host}:{port}"
