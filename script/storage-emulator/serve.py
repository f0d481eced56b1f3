"""Runs the emulator until stdin ends: with whoever started it, however that ended."""
import json
import os
import signal
import sys

from gcp_storage_emulator.server import create_server

bucket = sys.argv[1]
# What the emulator says is none of the answer.
answers = os.dup(1)
quiet = os.open(os.devnull, os.O_WRONLY)
os.dup2(quiet, 1)
os.dup2(quiet, 2)

# Port 0 is a free one; the server knows which, when it runs.
server = create_server("127.0.0.1", 0, in_memory=True, default_bucket=bucket)
server.start()
port = server._api._httpd.server_address[1]
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
os.write(answers, (json.dumps({"url": f"http://127.0.0.1:{port}"}) + "\n").encode())
sys.stdin.buffer.read()
os._exit(0)
