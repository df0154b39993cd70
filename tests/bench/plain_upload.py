"""A Jupyter server extension for upload.py: one handler that writes a request's body to disk as it comes."""

import os
from pathlib import Path

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import stream_request_body


@stream_request_body
class PlainUpload(JupyterHandler):
    async def prepare(self):
        await super().prepare()
        self.request.connection.set_max_body_size(2**34)
        self.file = Path(os.environ["PLAIN_UPLOAD"]).open("wb")  # noqa: SIM115 -- closed by put

    def data_received(self, chunk):
        self.file.write(chunk)

    def put(self):
        size = self.file.tell()
        self.file.close()
        self.finish(str(size))


def _load_jupyter_server_extension(server):
    server.web_app.add_handlers(".*", [(server.base_url + "plain-upload", PlainUpload)])
