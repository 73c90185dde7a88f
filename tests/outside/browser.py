"""A real browser: Chromium without a window, told what to do over a pipe by the Chrome DevTools Protocol."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_WAIT = """new Promise((done, failed) => {
  const until = Date.now() + 30000
  const look = () => {
    const found = (() => (%s))()
    if (found) done(found)
    else if (Date.now() > until) failed(new Error("waited in vain"))
    else setTimeout(look, 20)
  }
  look()
})"""


# The protocol: commands come in by descriptor 3, answers go out by 4.
_HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass
class Browser:
    """One page of a browser: where it was sent to, what it asked for, and what went wrong in it."""

    pipe_in: int
    pipe_out: int
    session: str = ""
    last: int = 0
    rest: bytes = b""
    requested: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def send(self, method: str, **params: Any) -> Any:
        """The result of one command; what happened meanwhile is noted."""
        self.last += 1
        command = {"id": self.last, "method": method, "params": params}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.pipe_in, json.dumps(command).encode() + b"\0")
        while True:
            message = self._read()
            if message.get("id") == self.last:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def open(self, url: str) -> None:
        """Go to a page, from an empty one: a link within the same page would not load it anew."""
        for each in ("about:blank", url):
            self.send("Page.navigate", url=each)

    def wait_for(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression, once it is true; fails after 30 seconds."""
        while True:
            result = self.send("Runtime.evaluate", expression=_WAIT % expression, awaitPromise=True, returnByValue=True)
            # A page that is being left takes its promises with it: ask the next one.
            if "exceptionDetails" not in result:
                return result["result"].get("value")
            assert "waited in vain" not in json.dumps(result), (expression, self.errors)

    def _read(self) -> Any:
        while b"\0" not in self.rest:
            more = os.read(self.pipe_out, 65_536)
            assert more, "the browser has ended"
            self.rest += more
        first, _, self.rest = self.rest.partition(b"\0")
        return json.loads(first)

    def _note(self, message: Any) -> None:
        if message.get("method") == "Network.requestWillBeSent":
            self.requested.append(message["params"]["request"]["url"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(message["params"])[:1000])


@contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile in this folder, closed when the block ends."""
    assert CHROMIUM, "no Chromium on this machine: apt-get install chromium"
    commands_read, commands = os.pipe()
    answers, answers_written = os.pipe()

    arguments = [
        CHROMIUM, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
        f"--user-data-dir={profile}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", _HAND_OVER, str(commands_read), str(answers_written), *arguments],
        pass_fds=(commands_read, answers_written),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(commands_read)
    os.close(answers_written)
    try:
        browser = Browser(commands, answers)
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        browser.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            browser.send(f"{domain}.enable")
        yield browser
    finally:
        process.terminate()
        process.wait(20)
        os.close(commands)
        os.close(answers)
