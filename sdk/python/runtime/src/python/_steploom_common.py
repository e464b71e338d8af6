"""What functions import most. It is loaded before the function's own files, so that importing it costs a call nothing."""

import abc, argparse, ast, base64, bisect, calendar, collections, collections.abc, contextlib, contextvars, copy
import csv, dataclasses, datetime, decimal, difflib, enum, fnmatch, fractions, functools, glob, hashlib, heapq, hmac
import html, importlib, inspect, io, itertools, json, logging, math, numbers, operator, os, pathlib, pprint, random, re
import secrets, shutil, statistics, string, struct, sys, tempfile, textwrap, time, traceback, types, typing
import urllib.parse, uuid, warnings, weakref, zlib
