//! Which modules of the library can be imported, at loading and in a call.

use serde_json::json;

use crate::support::{function, load_error, result};

const THERE: &[&str] = &[
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "base64",
    "binascii",
    "bisect",
    "bz2",
    "calendar",
    "cmath",
    "collections",
    "collections.abc",
    "concurrent.futures",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "errno",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "glob",
    "graphlib",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "html.parser",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "logging.handlers",
    "math",
    "mimetypes",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "platform",
    "posixpath",
    "pprint",
    "queue",
    "quopri",
    "random",
    "re",
    "reprlib",
    "secrets",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "socket",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "sys",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "token",
    "tokenize",
    "tomllib",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "unittest.mock",
    "urllib.parse",
    "urllib.request",
    "uuid",
    "warnings",
    "weakref",
    "xml.etree.ElementTree",
    "zipfile",
    "zlib",
    "zoneinfo",
    "steploom",
];

const NOT_THERE: &[&str] = &[
    "ctypes",
    "lzma",
    "mmap",
    "multiprocessing",
    "sqlite3",
    "ssl",
    "tkinter",
    "venv",
];

#[test]
fn the_library_can_be_imported_in_a_call() {
    let source = "import importlib\ndef handler(event, context):\n    importlib.import_module(event)\n    return 'there'\n";
    let function = function(source);
    let mut wrong = Vec::new();
    for name in THERE {
        let answer = function.call(&json!(name).to_string());
        if answer.result.as_ref().ok() != Some(&json!("there")) {
            wrong.push(format!("{name}: {:?}", answer.result));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in NOT_THERE {
        let error = function
            .call(&json!(name).to_string())
            .result
            .expect_err(name);
        let kind = error["errorType"].as_str().unwrap();
        assert!(
            kind == "ModuleNotFoundError" || kind == "ImportError",
            "{name}: {error}"
        );
    }
}

#[test]
fn the_library_can_be_imported_at_loading() {
    let names: Vec<_> = THERE
        .iter()
        .map(|name| format!("import {name}\n"))
        .collect();
    let source = format!(
        "{}def handler(event, context):\n    return 'there'\n",
        names.concat()
    );
    assert_eq!(result(&source, "{}"), json!("there"));
}

#[test]
fn what_is_missing_is_told_at_loading() {
    let error = load_error("import sqlite3\ndef handler(event, context):\n    pass\n");
    assert_eq!(error["errorType"], "ModuleNotFoundError");
}

#[test]
fn there_are_no_threads_sockets_or_processes() {
    let works = [
        (
            "import threading",
            "threading.Thread(target=print).start()",
            "RuntimeError",
        ),
        (
            "import socket",
            "socket.create_connection(('localhost', 80))",
            "PermissionError",
        ),
        ("import subprocess", "subprocess.run(['ls'])", "OSError"),
    ];
    for (import, work, name) in works {
        let source = format!(
            "{import}\ndef handler(event, context):\n    try:\n        {work}\n    except {name}:\n        return 'refused'\n"
        );
        assert_eq!(result(&source, "{}"), json!("refused"), "{work}");
    }
}
