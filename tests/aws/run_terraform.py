"""Runs Terraform itself against a server: makes what terraform/ describes, changes it, and destroys it.

    STEPLOOM_ENDPOINT=... STEPLOOM_SCRIPTED_WASM=... python3 tests/aws/run_terraform.py

It is no part of the tests, which have what the provider calls (`test_terraform*.py`): it needs `terraform` on the PATH and
reaches, or has a mirror of, the registry with the provider. After each change a plan must be empty. The server must have none
of what is made.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent / "terraform"
# What `terraform plan -detailed-exitcode` ends with if there is nothing to do.
EMPTY = 0


def terraform(folder, *words, **settings):
    """Runs it, and gives how it ended. What it says comes out if that is badly."""
    variables = {f"TF_VAR_{key}": value for key, value in settings.items()}
    ran = subprocess.run(
        ["terraform", *words, "-no-color"], cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        print(ran.stdout[-20_000:], ran.stderr, sep="\n")
    return ran


def zipped(path, called):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(os.environ["STEPLOOM_SCRIPTED_WASM"], called)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="steploom-terraform-"))
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    zipped(folder / "one.zip", "one.wasm")
    zipped(folder / "two.zip", "two.wasm")
    settings = {"endpoint": os.environ["STEPLOOM_ENDPOINT"], "zips": str(folder)}
    if terraform(folder, "init").returncode != 0:
        sys.exit(1)
    failed = []
    for second in ("false", "true"):
        step = "it is made" if second == "false" else "it is changed"
        if terraform(folder, "apply", "-auto-approve", second=second, **settings).returncode != 0:
            failed.append(step)
            continue
        if terraform(folder, "plan", "-detailed-exitcode", second=second, **settings).returncode != EMPTY:
            failed.append(f"a plan after {step} is not empty")
        echo = json.loads(terraform(folder, "output", "-json", "echo").stdout)
        if json.dumps(echo) not in (f'{{"second": {second}}}', f'{{"second": "{second}"}}'):
            failed.append(f"the function answered {echo}")
    if terraform(folder, "destroy", "-auto-approve", second="true", **settings).returncode != 0:
        failed.append("it is destroyed")
    shutil.rmtree(folder, ignore_errors=True)
    print("; ".join(failed) if failed else "made, changed and destroyed; every second plan was empty")
    sys.exit(len(failed))


if __name__ == "__main__":
    main()
