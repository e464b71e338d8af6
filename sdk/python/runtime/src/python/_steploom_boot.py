"""Loads a function's files, and does in a call what is done better in Python than in Rust."""

import builtins
import contextlib
import functools
import importlib
import importlib.machinery
import importlib.util
import io
import json
import os
import posixpath
import random
import re
import sys
import types
import warnings

import _steploom

# Characters of a text that may be a pattern.
PATTERN_LEN_MAX = 500
# Random number generators that were seeded by chance at loading, which would give every call the same numbers.
generators = []


class Environ(type(os.environ)):
    """os.environ, with the variables of this call. They are asked for when the first one is used."""

    @property
    def _data(self):
        return _steploom.environ()


class Importer:
    """Finds the modules that lie in the function's files; folders without __init__.py are packages too."""

    def __init__(self, files, roots):
        self.files = files
        self.roots = roots

    def find_spec(self, name, folders=None, target=None):
        for folder in self.roots if folders is None else folders:
            base = posixpath.join(folder, name.rpartition(".")[2])
            inside = base + "/"
            if inside + "__init__.py" in self.files:
                return self.spec(name, inside + "__init__.py", [base])
            if base + ".py" in self.files:
                return self.spec(name, base + ".py", None)
            if any(path.startswith(inside) and path.endswith(".py") for path in self.files):
                spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
                spec.submodule_search_locations = [base]
                return spec
        return None

    def spec(self, name, path, folders):
        spec = importlib.machinery.ModuleSpec(name, self, origin=path, is_package=folders is not None)
        spec.submodule_search_locations = folders
        spec.has_location = True
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        code = compile(self.files[path], path, "exec", dont_inherit=True)
        compile_patterns(code)
        exec(code, module.__dict__)

    def is_package(self, name):
        spec = self.find_spec(name)
        return spec is not None and spec.submodule_search_locations is not None

    def get_source(self, name):
        module = sys.modules.get(name)
        path = module.__spec__.origin if module else None
        return self.files.get(path)

    def get_data(self, path):
        text = self.files.get(below(path))
        if text is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return text.encode()


def quicken_json():
    """Lets `json` read and write in Rust what needs nothing special. Whatever goes wrong there is done again in Python,
    which has the right words for it."""
    slow_loads, slow_dumps = json.loads, json.dumps

    @functools.wraps(slow_loads)
    def loads(s, **special):
        if not special and type(s) is str:
            try:
                return _steploom.loads(s)
            except (ValueError, RecursionError):
                pass
        return slow_loads(s, **special)

    @functools.wraps(slow_dumps)
    def dumps(obj, *, ensure_ascii=True, allow_nan=True, separators=None, **special):
        if not special:
            comma, colon = separators or (", ", ": ")
            try:
                return _steploom.dumps(obj, comma, colon, bool(ensure_ascii), bool(allow_nan))
            except (TypeError, ValueError, RecursionError):
                pass
        return slow_dumps(obj, ensure_ascii=ensure_ascii, allow_nan=allow_nan, separators=separators, **special)

    @functools.wraps(json.dump)
    def dump(obj, fp, **special):
        fp.write(dumps(obj, **special))

    json.loads, json.dumps, json.dump = loads, dumps, dump


def compile_patterns(code):
    """Compiles the texts of functions that use `re`, as far as they are patterns: `re` keeps them, and a call finds them."""
    if "re" in code.co_names:
        for text in code.co_consts:
            if isinstance(text, (str, bytes)) and 1 < len(text) <= PATTERN_LEN_MAX:
                with contextlib.suppress(Exception), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    re.compile(text)
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            compile_patterns(inner)


class Dice:
    """Finds `random` when the function imports it, which tells that its generator must be seeded in each call."""

    def find_spec(self, name, folders=None, target=None):
        if name != "random":
            return None
        spec = importlib.machinery.ModuleSpec(name, self, origin=random.__spec__.origin)
        spec.loader_state = random.__spec__
        return spec

    def create_module(self, spec):
        self.spec = spec.loader_state
        return random

    def exec_module(self, module):
        module.__spec__ = self.spec
        random._inst.seed()
        if random._inst not in generators:
            generators.append(random._inst)


def renew():
    """Seeds anew what was seeded by chance at loading."""
    for generator in generators:
        generator.seed()


def below(path):
    """The name of a file among the function's: the current folder, and the root, are where they lie."""
    return posixpath.normpath(os.fspath(path)).lstrip("/") if isinstance(path, (str, os.PathLike)) else None


def offer_files(files):
    """Lets `open` read the function's files. What is in a folder of the host comes first in no case."""
    real = io.open

    def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
        text = files.get(below(file))
        if text is None or set(mode) & set("wax+"):
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        data = io.BytesIO(text.encode())
        return data if "b" in mode else io.TextIOWrapper(data, encoding or "utf-8", errors, newline)

    io.open = builtins.open = open


def watch_seeds():
    """Notes which generators are seeded by chance, until what it gives is called."""
    real = random.Random.seed

    def seed(self, a=None, version=2):
        by_chance = a is None
        generators[:] = [other for other in generators if other is not self]
        if by_chance:
            generators.append(self)
        real(self, a, version)

    def end():
        random.Random.seed = real

    random.Random.seed = seed
    random.seed = random._inst.seed
    return end


class LogHandler:
    """Gives `logging` a way to the log where the function set up none: a JSON object a line."""

    def __new__(cls):
        import logging

        class Handler(logging.Handler):
            def emit(self, record):
                fields = {"logger": record.name}
                if record.exc_info and record.exc_info[0] is not None:
                    fields["exception"] = logging.Formatter().formatException(record.exc_info)
                level = {"WARNING": "WARN", "CRITICAL": "ERROR"}.get(record.levelname, record.levelname)
                _steploom.log(level, record.getMessage(), fields)

        return Handler()


def load(entry, name, files):
    """Loads the entry's file, and gives its function and how many arguments of two that takes."""
    os.environ.__class__ = Environ
    sys.setrecursionlimit = _steploom.limit_recursion
    sys.modules.pop("random", None)
    folder, file = posixpath.split(entry)
    importer = Importer(files, [folder, ""] if folder else [""])
    sys.meta_path[:0] = [Dice(), importer]
    sys.path[:] = []
    quicken_json()
    if any(not path.endswith(".py") for path in files):
        offer_files(files)
    end = watch_seeds()
    try:
        module = load_entry(importer, entry, file)
    finally:
        end()
    logging = sys.modules.get("logging")
    if logging and not logging.root.handlers:
        logging.root.addHandler(LogHandler())
    handler = getattr(module, name, None)
    if handler is None:
        there = [n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", None) == module.__name__]
        there = ", ".join(there) or "none"
        raise HandlerNotFound(f"{entry} has no function {name}; the functions in it are: {there}")
    if not callable(handler):
        raise HandlerNotFound(f"{name} in {entry} is not a function, but of the class {type(handler).__name__}")
    is_async = "asyncio" in sys.modules or getattr(code_of(handler), "co_flags", 0) & 0x80
    run = importlib.import_module("_steploom_loop").run if is_async else run_later
    return handler, arguments(handler), run


def load_entry(importer, entry, file):
    stem = file.removesuffix(".py").removesuffix("/__init__")
    name = stem if stem.isidentifier() and stem not in sys.modules else "__function__"
    spec = importer.spec(name, entry, None)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    importer.exec_module(module)
    return module


def arguments(handler):
    """How many of (event, context) the handler takes."""
    code = code_of(handler)
    if code is None or code.co_flags & 0x04:
        return 2
    return min(2, code.co_argcount - (handler is not getattr(handler, "__func__", handler)))


def code_of(handler):
    return getattr(getattr(handler, "__func__", handler), "__code__", None)


def run_later(coroutine):
    """Runs a coroutine that a handler gave without being `async def` itself."""
    return importlib.import_module("_steploom_loop").run(coroutine)


class HandlerNotFound(Exception):
    pass
