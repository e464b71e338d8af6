"""Schemas of the OpenAPI document as Python's types."""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Set

HEAD = '''"""{title}

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""
'''

WIDTH = 118
"""Characters of a line."""

Schema = Mapping[str, Any]

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def write_shapes(document: Schema) -> str:
    """The module of all schemas."""
    schemas: Dict[str, Schema] = document["components"]["schemas"]
    blocks = [HEAD.format(title="What is sent and what comes, named as in the HTTP API.")]
    blocks.append(
        "from __future__ import annotations\n\n"
        "from typing import Any, Dict, List, Literal, Optional, TypedDict, Union\n"
    )
    for name in _in_order(schemas):
        blocks.append(_shape(name, schemas[name]))
    head, imports, *shapes = (block.strip("\n") for block in blocks)
    return f"{head}\n\n{imports}\n\n\n" + "\n\n\n".join(shapes) + "\n"


def type_of(schema: Schema, prefix: str = "") -> str:
    """A schema in place. `prefix` stands before the names of shapes."""
    if "$ref" in schema:
        return prefix + str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return _union([type_of(one, prefix) for one in schema[several]])
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return type_of(schema["allOf"][0], prefix)
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union([type_of({**schema, "type": one}, prefix) for one in kind])
    if kind == "array":
        return f"List[{type_of(schema['items'], prefix)}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"Dict[str, {type_of(schema['additionalProperties'], prefix)}]"
    # An object without a shape stands for any JSON.
    return _PLAIN.get(kind or "", "Any")


def _union(types: Iterable[str]) -> str:
    found = list(dict.fromkeys(types))
    if "Any" in found:
        return "Any"
    plain = [one for one in found if one != "None"]
    joined = plain[0] if len(plain) == 1 else f"Union[{', '.join(plain)}]"
    return f"Optional[{joined}]" if "None" in found else joined


def text_of(described: Schema) -> str:
    """What a description says, as plain text."""
    text: str = described.get("description") or described.get("summary") or ""
    # Rust's links to its own names.
    return re.sub(r"\[`([^`]*)`\]", r"`\1`", text).replace("\\", "\\\\").replace('"""', "'''").strip()


def docstring(text: str, indent: str) -> List[str]:
    """A docstring of lines that are not too long."""
    if not text:
        return []
    width = WIDTH - len(indent)
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    lines: List[str] = []
    for paragraph in paragraphs:
        lines += ["", *textwrap.wrap(paragraph, width - 6, break_long_words=False, break_on_hyphens=False)]
    lines = lines[1:]
    if len(lines) == 1:
        ending = ' """' if lines[0].endswith('"') else '"""'
        return [f'{indent}"""{lines[0]}{ending}']
    return [f'{indent}"""{lines[0]}', *(f"{indent}{line}".rstrip() for line in lines[1:]), f'{indent}"""']


def _in_order(schemas: Mapping[str, Schema]) -> List[str]:
    """By name, but what is built upon first: those are evaluated when the module is loaded."""
    done: List[str] = []
    seen: Set[str] = set()

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        schema = schemas[name]
        needed = schema.get("allOf", ()) if _is_shape(schema) else [schema]
        for other in sorted(_references(needed)):
            visit(other)
        done.append(name)

    for name in sorted(schemas):
        visit(name)
    return done


def _references(value: Any) -> Set[str]:
    if isinstance(value, Mapping):
        found = {value["$ref"].rsplit("/", 1)[1]} if isinstance(value.get("$ref"), str) else set()
        return found.union(*(_references(inner) for inner in value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*(_references(inner) for inner in value))
    return set()


def _is_shape(schema: Schema) -> bool:
    return "properties" in schema or "allOf" in schema


def _shape(name: str, schema: Schema) -> str:
    """A schema as a class, or as what stands for one."""
    if not _is_shape(schema):
        return _alias(name, schema)
    bases: List[str] = []
    fields = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        bases += [type_of(part)] if "$ref" in part else []
        fields.update(part.get("properties", {}))
        required.update(part.get("required", ()))
    words = {field: fields.pop(field) for field in list(fields) if keyword.iskeyword(field)}
    before = [_functional(f"_{name}_{word}", word, found, word in required) for word, found in words.items()]
    bases += [f"_{name}_{word}" for word in words]
    told = [text_of(schema)] + [f"`{word}`: {text_of(found)}" for word, found in words.items()]
    about = docstring("\n\n".join(part for part in told if part), "    ")
    needed = {field: found for field, found in fields.items() if field in required}
    optional = {field: found for field, found in fields.items() if field not in required}
    if needed and optional:
        # Python 3.9 has no word for one field that may be left out; a class of its own has.
        before.append(_class(f"_{name}", bases, docstring(f"What `{name}` always has.", "    "), needed))
        bases = [f"_{name}"]
    return "\n\n\n".join([*before, _class(name, bases, about, optional or needed, is_total=not optional)])


def _class(
    name: str, bases: Sequence[str], about: List[str], fields: Mapping[str, Schema], *, is_total: bool = True
) -> str:
    more = "" if is_total else ", total=False"
    lines = [f"class {name}({', '.join(bases or ['TypedDict'])}{more}):", *about]
    if about and fields:
        lines.append("")
    for field, schema in fields.items():
        lines.append(f"    {field}: {type_of(schema)}")
        lines += docstring(text_of(schema), "    ")
    return "\n".join(lines if about or fields else [*lines, "    pass"])


def _functional(name: str, field: str, schema: Schema, is_required: bool) -> str:
    """A shape of one field that is a word of Python, which a class cannot have."""
    more = "" if is_required else ", total=False"
    return f'{name} = TypedDict("{name}", {{"{field}": "{type_of(schema)}"}}{more})'


def _alias(name: str, schema: Schema) -> str:
    several = schema.get("oneOf", ())
    values = [value for one in several for value in one.get("enum", [one["const"]] if "const" in one else [])]
    if values and all("enum" in one or "const" in one for one in several):
        kind, before = f"Literal[{', '.join(json.dumps(value) for value in values)}]", []
    elif several and all("properties" in one for one in several):
        # Shapes without names are called by what they have first.
        names = [name + next(iter(one["properties"])).capitalize() for one in several]
        kind, before = f"Union[{', '.join(names)}]", [_shape(n, one) for n, one in zip(names, several)]
    else:
        kind, before = type_of(schema), []
    return "\n\n\n".join([*before, "\n".join([f"{name} = {kind}", *docstring(text_of(schema), "")])])
