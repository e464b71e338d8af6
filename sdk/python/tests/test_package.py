"""The package itself: what is loaded when, and that its README is true."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

import steploom
from server import Served

FOLDER = Path(__file__).parent.parent


def run(source: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs a program with this package."""
    environment["PYTHONPATH"] = str(FOLDER / "src")
    return subprocess.run(
        [sys.executable, "-c", source], env=environment, capture_output=True, text=True, timeout=120, cwd="/"
    )


class Package(unittest.TestCase):
    def test_nothing_of_the_network_is_loaded_before_it_is_asked_for(self) -> None:
        source = "import sys, steploom, steploom.wire; print({'socket', 'ssl', 'http.client'} & {*sys.modules})"
        self.assertEqual(run(source).stdout, "set()\n")

    def test_all_that_is_promised_is_there(self) -> None:
        for name in steploom.__all__:
            self.assertIsNotNone(getattr(steploom, name), name)
        with self.assertRaises(AttributeError):
            getattr(steploom, "nothing")  # noqa: B009
        self.assertEqual(dir(steploom), sorted(steploom.__all__))

    def test_it_depends_on_nothing(self) -> None:
        allowed = {*sys.stdlib_module_names} if sys.version_info >= (3, 10) else None
        for path in (FOLDER / "src").rglob("*.py"):
            for name in re.findall(r"^\s*(?:from|import) ([a-z_]+)", path.read_text(), re.MULTILINE):
                self.assertTrue(allowed is None or name in allowed or name == "steploom", f"{path.name}: {name}")


class Readme(Served):
    def test_its_ten_lines_run(self) -> None:
        (source,) = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
        done = run(source, STEPLOOM_ENDPOINT=self.server.url)
        self.assertEqual((done.stdout, done.stderr), ("SUCCEEDED {'hello': 'Ada'}\n", ""))

    def test_its_table_has_every_method(self) -> None:
        text = (FOLDER / "README.md").read_text()
        for name in dir(steploom.Client):
            if not name.startswith("_") and name not in ("close", "endpoint"):
                self.assertIn(f"`{name}", text)
        for name in steploom.__all__:
            kind = getattr(steploom, name)
            if isinstance(kind, type) and issubclass(kind, steploom.Error):
                self.assertRegex(text, rf"`(client\.|steploom\.)?{name}\b")

    def test_its_links_lead_somewhere(self) -> None:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (FOLDER / "README.md").read_text()):
            self.assertTrue((FOLDER / link).exists(), link)


if __name__ == "__main__":
    unittest.main()
