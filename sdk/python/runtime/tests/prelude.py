# What the lines of checks.txt may use; they are evaluated after it.
import abc, array, ast, base64, bisect, bz2, calendar, cmath, collections, colorsys, configparser, contextlib, contextvars, copy, csv
import dataclasses, datetime, decimal, difflib, email, enum, fnmatch, fractions, functools, glob, graphlib, gzip, hashlib, heapq
import hmac, html, inspect, io, ipaddress, itertools, json, logging, math, operator, pathlib, pickle, posixpath, pprint, quopri
import random, re, reprlib, shlex, statistics, string, struct, sys, textwrap, time, tomllib, traceback, types, typing
import unicodedata, urllib.parse, uuid, weakref, xml.etree.ElementTree, zipfile, zlib


@dataclasses.dataclass
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(order=True, frozen=True, slots=True)
class Ver:
    major: int
    name: str = "n"


class Movie(typing.TypedDict, total=False):
    title: str
    year: int


@typing.runtime_checkable
class Runs(typing.Protocol):
    def run(self) -> int: ...


class Runner:
    def run(self):
        return 1


class Shade(enum.Flag):
    DARK = 1
    RED = 2


def typed(a: int, /, b: str = "x", *args: float, c: bool, **rest) -> list[int]: ...


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def written(write):
    file = io.StringIO()
    write(file)
    return file.getvalue()


def matched(value):
    match value:
        case {"type": "circle", "r": r}:
            return f"circle {r}"
        case [first, *rest]:
            return f"{first} and {len(rest)}"
        case Point(x=0, y=y):
            return f"point {y}"
        case int() | float() if value > 3:
            return "number"
        case _:
            return "other"


def caught(work):
    try:
        work()
    except (ArithmeticError, LookupError) as error:
        return type(error).__name__, str(error)
    except Exception as error:
        return "other", str(error)
    else:
        return None
    finally:
        pass


def grouped():
    seen = []
    try:
        raise ExceptionGroup("g", [ValueError("a"), TypeError("b")])
    except* ValueError as group:
        seen.append([str(e) for e in group.exceptions])
    except* TypeError as group:
        seen.append(len(group.exceptions))
    return seen


def noted():
    try:
        try:
            1 / 0
        except ZeroDivisionError as error:
            error.add_note("n")
            raise KeyError("k") from error
    except KeyError as error:
        return type(error.__cause__).__name__, error.__cause__.__notes__


def gen():
    got = yield 1
    yield got or 2


def delegated():
    yield from gen()
    yield 3


def decorated(n):
    def twice(f):
        @functools.wraps(f)
        def inner(*args):
            return f(*args) * 2
        return inner

    @twice
    def work(x):
        """Doc."""
        return x + 1

    return work(n), work.__name__, work.__doc__


def closure():
    n = 0

    def add():
        nonlocal n
        n += 1
        return n

    add()
    return add


def counter():
    return [f() for f in [lambda i=i: i for i in range(3)]]


class Meta(type):
    def __new__(cls, name, bases, space):
        space["made"] = name
        return super().__new__(cls, name, bases, space)


class Meta1(metaclass=Meta):
    pass


class Parent:
    def who(self):
        return "parent"


class Sub(Parent):
    def who(self):
        return "sub of " + super().who()


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 1


class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    def __len__(self):
        return 2 if self.x or self.y else 0

    def __getitem__(self, at):
        return (self.x, self.y)[at]

    def __repr__(self):
        return f"Vec({self.x}, {self.y})"


@contextlib.contextmanager
def manager(log):
    log.append("in")
    try:
        yield "value"
    finally:
        log.append("out")


def with_manager():
    log = []
    with manager(log) as value, contextlib.suppress(ValueError):
        log.append(value)
        raise ValueError
    with contextlib.ExitStack() as stack:
        stack.callback(log.append, "last")
    return log


class Temp:
    def __init__(self, c):
        self.c = c

    @property
    def fahrenheit(self):
        return self.c * 9 / 5 + 32

    @classmethod
    def from_f(cls, f):
        return cls((f - 32) * 5 / 9)

    @staticmethod
    def valid(c):
        return c > -273


class Named:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        return self.name


class Base64ish:
    name = Named()

    def __init__(self, n):
        self.n = n

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)

    def check(self):
        return self.__dict__, self.name


def executed(source):
    space = {}
    exec(source, space)
    return space["y"]


def configparser_read(text):
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return parser["a"].getint("b")


def zipped():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "hello")
    return zipfile.ZipFile(data).read("a.txt")


def zoneinfo_utc():
    return datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC).utcoffset()
