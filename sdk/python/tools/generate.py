"""Writes `src/steploom/wire.py` and the operations in `src/steploom/api/` from the server's OpenAPI document.

python3 tools/generate.py http://127.0.0.1:8080
python3 tools/generate.py openapi.json
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any, Dict, List

from methods import write_operations
from shapes import write_shapes

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "steploom"


def main(arguments: List[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    for path, text in generate(load(arguments[0])).items():
        path.write_text(text)
    return 0


def load(source: str) -> Dict[str, Any]:
    """The document in a file, or of a server."""
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(f"{source.rstrip('/')}/v1/openapi.json") as answer:
            document: Dict[str, Any] = json.load(answer)
    else:
        document = json.loads(Path(source).read_text())
    return document


def generate(document: Dict[str, Any]) -> Dict[Path, str]:
    """What is to be in which file."""
    files = {PACKAGE / "wire.py": write_shapes(document)}
    for name, text in write_operations(document).items():
        files[PACKAGE / "api" / f"{name}.py"] = text
    return files


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
