"""Runs the emulator until stdin ends: with whoever started it, however that ended."""
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.request

START_TIMEOUT_SECS = 120

project = sys.argv[1]
# Uploads are kept under the temporary folder: one for each emulator.
folder = tempfile.mkdtemp(prefix="bigquery-emulator-")
os.environ["TMPDIR"] = folder
tempfile.tempdir = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end():
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def end_with_stdin():
    sys.stdin.buffer.read()
    end()


def say_when_ready(url):
    deadline = time.monotonic() + START_TIMEOUT_SECS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url + "/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.05)
            continue
        os.write(answers, (json.dumps({"url": url}) + "\n").encode())
        return
    end()


signal.signal(signal.SIGTERM, lambda *_: end())
# What the emulator logs is none of the answer.
answers = os.dup(1)
log = os.environ.get("BIGQUERY_EMULATOR_LOG", os.devnull)
logged = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.dup2(logged, 1)
os.dup2(logged, 2)

port = free_port()
threading.Thread(target=end_with_stdin, daemon=True).start()
threading.Thread(target=say_when_ready, args=(f"http://127.0.0.1:{port}",), daemon=True).start()

from bqemulator.cli import main  # noqa: E402  (after the temporary folder is set)

main(
    ["start", "--rest-port", str(port), "--grpc-port", "0", "--project", project, "--ephemeral", "--log-level", "info"],
    standalone_mode=False,
)
end()
