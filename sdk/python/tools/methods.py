"""Operations as methods, a module for each tag of the OpenAPI document."""

from __future__ import annotations

import re
from typing import Dict, List, NamedTuple, Optional, Sequence

from operations import BEGUN, CALLED, DEFINITIONS, NEEDLESS, REPEATABLE, RESUMED, TIMEOUT_S, Operation, operations_of
from shapes import HEAD, WIDTH, Schema, docstring, text_of, type_of

ALL = "Every operation of the HTTP API, by the id that it has in the OpenAPI document."


class Argument(NamedTuple):
    """An argument of a method."""

    name: str
    kind: str
    default: Optional[str] = None

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}" + (f" = {self.default}" if self.default is not None else "")


class Result(NamedTuple):
    """What a method gives, and what is made of `CALL` to get it."""

    kind: str
    statement: str


def write_operations(document: Schema) -> Dict[str, str]:
    """The modules by name, and `__init__`, which joins them."""
    operations = operations_of(document)
    told = {tag["name"]: text_of(tag) for tag in document["tags"]}
    tags = sorted({operation.tag for operation in operations})
    modules = {tag: _module(tag, told[tag], [o for o in operations if o.tag == tag]) for tag in tags}
    lines = [HEAD.format(title="Every operation of the HTTP API."), "from __future__ import annotations\n"]
    lines += [f"from .{tag} import {tag.capitalize()}" for tag in tags]
    lines += ["", "", "class Api(", *(f"    {tag.capitalize()}," for tag in tags), "):", *docstring(ALL, "    ")]
    return {**modules, "__init__": "\n".join(lines) + "\n"}


def _module(tag: str, told: str, operations: List[Operation]) -> str:
    methods = [line for operation in operations for line in ["", *_method(operation)]]
    text = "\n".join([f"class {tag.capitalize()}(Part):", *docstring(f"{told}.", "    "), *methods])

    def used(*words: str) -> str:
        return ", ".join(word for word in words if re.search(rf"\b{word}\b", text))

    imports = [
        ("typing", used("Any", "Dict", "List", "Literal", "Mapping", "Optional", "Union")),
        ("", ""),
        ("..", used("wire")),
        ("..body", used("Body", "of_definition", "of_json", "of_upload")),
        ("..stream", used("Stream")),
        (".part", used("Part", "segment")),
    ]
    lines = [HEAD.format(title=f"{told}."), '# mypy: disable-error-code="no-any-return"\n']
    lines += ["from __future__ import annotations\n"]
    lines += [f"from {home} import {names}" if home else "" for home, names in imports if names or not home]
    return "\n".join(lines) + "\n\n\n" + text + "\n"


def _method(operation: Operation) -> List[str]:
    result = _result(operation)
    lines = [*_signature(operation, result.kind), *_about(operation)]
    if result.kind.startswith("Stream["):
        return lines + _stream(operation, result.kind)
    first = [f'"{operation.method}"', _path(operation), *_sent(operation)]
    statement = "        " + result.statement.replace("CALL", f"({', '.join(first)})")
    if len(statement) > WIDTH:
        inner = "".join(f"            {one},\n" for one in first)
        statement = "        " + result.statement.replace("CALL", f"(\n{inner}        )")
    return [*lines, *statement.split("\n")]


def _signature(operation: Operation, kind: str) -> List[str]:
    paths = [Argument(snake(p["name"]), type_of(p["schema"], "wire.")) for p in operation.parameters("path")]
    keywords = [_optional(_called(operation, query), query) for query in operation.parameters("query")]
    if operation.may_create_only:
        keywords.append(Argument("create_only", "bool", "False"))
    first = [*paths, *_body_arguments(operation)]
    every = ["self", *map(str, first), *(["*"] if keywords else []), *map(str, keywords)]
    line = f"    def {operation.name}({', '.join(every)}) -> {kind}:"
    if len(line) <= WIDTH:
        return [line]
    return [f"    def {operation.name}(", *(f"        {one}," for one in every), f"    ) -> {kind}:"]


def _about(operation: Operation) -> List[str]:
    told = [text_of({"description": operation.told.get(part)}) for part in ("summary", "description")]
    return docstring("\n\n".join(part for part in told if part), "        ")


def _path(operation: Operation) -> str:
    def filled(found: re.Match[str]) -> str:
        name = snake(found[1])
        return f"{{segment({name}, '{name}')}}"

    path = re.sub(r"\{(\w+)\}", filled, operation.path)
    return f'f"{path}"' if "{" in path else f'"{path}"'


def _sent(operation: Operation) -> List[str]:
    """What else is said of the request."""
    sent = []
    if operation.body is not None:
        sent.append(f"body={_body(operation)}")
    pairs = [f'"{query["name"]}": {_called(operation, query)}' for query in operation.parameters("query")]
    if pairs:
        sent.append("query={" + ", ".join(pairs) + "}")
    if operation.may_create_only:
        sent.append("create_only=create_only")
    if operation.name in REPEATABLE:
        sent.append(f"is_repeatable={REPEATABLE[operation.name]}")
    if operation.name in TIMEOUT_S:
        sent.append(f"timeout_s={TIMEOUT_S[operation.name]}")
    return sent


def _stream(operation: Operation, kind: str) -> List[str]:
    after = ", after=after or 0" if operation.name in RESUMED else ""
    begun = ".begun()" if operation.name in BEGUN else ""
    return [
        f"        stream: {kind} = Stream(self._caller, {_path(operation)}{after})",
        f"        return stream{begun}",
    ]


def _result(operation: Operation) -> Result:
    good = [found for status, found in operation.told["responses"].items() if status.startswith("2")]
    kinds = {kind: content for found in good for kind, content in found.get("content", {}).items()}
    if not kinds:
        return Result("None", "self._sendCALL")
    if "application/json" in kinds:
        kind = type_of(kinds["application/json"].get("schema", {}), "wire.")
        has_nothing_else = all(found.get("content") for found in good)
        return Result(kind if has_nothing_else else _or_none(kind), "return self._valueCALL")
    if "text/event-stream" in kinds:
        return Result(f"Stream[wire.{'Event' if operation.name in RESUMED else 'LogLine'}]", "")
    if "application/octet-stream" in kinds:
        return Result("bytes", "return self._sendCALL.content")
    return Result("str", "return self._sendCALL.text")


def _body_arguments(operation: Operation) -> Sequence[Argument]:
    if operation.body is None:
        return ()
    content = operation.body["content"]
    if "multipart/form-data" in content:
        return Argument("module", "bytes"), Argument("settings", "Optional[wire.FunctionSettings]", "None")
    if "application/octet-stream" in content:
        return Argument("content", "bytes"), Argument("content_type", "str", '"application/octet-stream"')
    if operation.name in DEFINITIONS:
        return (Argument("definition", "Union[str, Mapping[str, Any]]"),)
    kind = type_of(content["application/json"].get("schema", {}), "wire.")
    if kind == "Any":
        return (Argument("body", "object"),)
    is_needed = operation.body.get("required") and operation.name not in NEEDLESS
    if is_needed and not kind.startswith("Optional["):
        return (Argument("body", kind),)
    return (Argument("body", _or_none(kind), "None"),)


def _body(operation: Operation) -> str:
    first = _body_arguments(operation)[0]
    if first.name == "module":
        return "of_upload(module, settings)"
    if first.name == "content":
        return "Body(content, content_type)"
    if first.name == "definition":
        return "of_definition(definition)"
    made = 'of_json(body, "the body")'
    return made if first.default is None else f"None if body is None else {made}"


def _called(operation: Operation, query: Schema) -> str:
    return CALLED.get((operation.name, query["name"]), snake(query["name"]))


def _optional(name: str, query: Schema) -> Argument:
    kind = type_of(query["schema"], "wire.")
    return Argument(name, kind) if query.get("required") else Argument(name, _or_none(kind), "None")


def _or_none(kind: str) -> str:
    return kind if kind == "Any" or kind.startswith("Optional[") else f"Optional[{kind}]"


def snake(name: str) -> str:
    """camelCase in Python's spelling."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: "_" + found[1].lower(), name).lower().replace("-", "_")
