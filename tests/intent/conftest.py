"""A language model's server, a socket that breaks every rule, and a table of customers."""

import contextlib
import socket
import threading
from types import SimpleNamespace

import pandas as pd
import pytest
from llm_server import LLMServer

from genie_widgets.data import read_table


@pytest.fixture
def server():
    made = LLMServer()
    yield made
    made.close()


@pytest.fixture
def raw_server():
    """Make a server of one function, which gets the connection and a flag that says when the test is over."""
    over = threading.Event()
    listening = []

    def serve(function):
        door = socket.create_server(("127.0.0.1", 0))
        listening.append(door)

        def one(connection):
            with connection, contextlib.suppress(OSError):
                connection.recv(65_536)
                function(connection, over)

        def loop():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(door.accept()[0],), daemon=True).start()

        threading.Thread(target=loop, daemon=True).start()
        return SimpleNamespace(url=f"http://127.0.0.1:{door.getsockname()[1]}/v1")

    yield serve
    over.set()
    for door in listening:
        door.close()


@pytest.fixture(scope="session")
def customers():
    n = 120
    frame = pd.DataFrame(
        {
            "customer_id": [f"C{i:05d}" for i in range(n)],
            "age": [20 + (i * 7) % 60 for i in range(n)],
            "income": [1000.5 + (i * 137) % 900 for i in range(n)],
            "zip": [f"{(i * 13) % 40:05d}" for i in range(n)],
            "plan": [["basic", "plus", "pro"][i % 3] for i in range(n)],
            "visits": [(i * 3) % 7 for i in range(n)],
            "joined": pd.date_range("2020-01-01", periods=n),
            "churned": [["no", "no", "yes"][(i * 5) % 3] for i in range(n)],
        }
    )
    return read_table(frame, name="customers").profile
