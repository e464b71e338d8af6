"""Uploading, listing and invoking functions.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, Optional

from .. import wire
from ..body import of_json, of_upload
from .part import Part, segment


class Functions(Part):
    """Uploading, listing and invoking functions."""

    def change_function_tags(self, name: str, body: Optional[wire.ChangeTags] = None) -> wire.Tags:
        """Sets some of a function's tags and removes others."""
        return self._value(
            "POST",
            f"/v1/functions/{segment(name, 'name')}/tags",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=True,
        )

    def delete_function(self, name: str) -> None:
        """Deletes a function. Invocations that run go on; steps that name it fail from now on."""
        self._send("DELETE", f"/v1/functions/{segment(name, 'name')}")

    def delete_function_alias(self, name: str, alias: str) -> None:
        """Deletes an alias."""
        self._send("DELETE", f"/v1/functions/{segment(name, 'name')}/aliases/{segment(alias, 'alias')}")

    def delete_function_events(self, name: str, *, qualifier: Optional[str] = None) -> None:
        """Takes back what was said of a function's events."""
        self._send("DELETE", f"/v1/functions/{segment(name, 'name')}/events", query={"qualifier": qualifier})

    def delete_function_release(self, name: str, number: int) -> None:
        """Deletes a release. Its number is not used again."""
        self._send("DELETE", f"/v1/functions/{segment(name, 'name')}/releases/{segment(number, 'number')}")

    def delete_function_url(self, name: str, *, alias: Optional[str] = None) -> None:
        """Takes an address away."""
        self._send("DELETE", f"/v1/functions/{segment(name, 'name')}/urls", query={"alias": alias})

    def get_function(self, name: str) -> wire.Function:
        """One function with its newest version."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}")

    def get_function_alias(self, name: str, alias: str) -> wire.FunctionAlias:
        """One alias of a function."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/aliases/{segment(alias, 'alias')}")

    def get_function_events(self, name: str) -> wire.FunctionEvents:
        """How the events of a function, its releases and its aliases are handled, where that was said."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/events")

    def get_function_release(self, name: str, number: int) -> wire.FunctionRelease:
        """One release of a function."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/releases/{segment(number, 'number')}")

    def get_function_tags(self, name: str) -> wire.Tags:
        """A function's tags."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/tags")

    def invoke_function(self, name: str, body: object, *, qualifier: Optional[str] = None) -> Any:
        """Invokes a function and waits for its answer. Nothing is journaled.

        The body is the event (`{}` if empty); the answer's body is what the function answered, as it is.
        """
        return self._value(
            "POST",
            f"/v1/functions/{segment(name, 'name')}/invoke",
            body=of_json(body, "the body"),
            query={"qualifier": qualifier},
            timeout_s=960,
        )

    def invoke_function_async(
        self,
        name: str,
        body: object,
        *,
        execution_name: Optional[str] = None,
        qualifier: Optional[str] = None,
    ) -> wire.Execution:
        """Invokes a function later, durably: the answer is an execution, whose output will be the function's
        answer. When it is there, the invocation survives a crash.
        """
        return self._value(
            "POST",
            f"/v1/functions/{segment(name, 'name')}/invoke-async",
            body=of_json(body, "the body"),
            query={"name": execution_name, "qualifier": qualifier},
            is_repeatable=execution_name is not None,
        )

    def list_function_aliases(self, name: str) -> wire.FunctionAliases:
        """A function's aliases, by name."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/aliases")

    def list_function_releases(self, name: str) -> wire.FunctionReleases:
        """A function's releases, newest first."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/releases")

    def list_function_urls(self, name: str) -> wire.FunctionAddresses:
        """The addresses under which a function and its aliases answer HTTP."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/urls")

    def list_function_versions(self, name: str) -> wire.FunctionVersions:
        """A function's versions, newest first."""
        return self._value("GET", f"/v1/functions/{segment(name, 'name')}/versions")

    def list_functions(self, *, limit: Optional[int] = None, next: Optional[str] = None) -> wire.FunctionPage:
        """Functions by name, a page at a time."""
        return self._value("GET", "/v1/functions", query={"limit": limit, "next": next})

    def publish_function(self, name: str, body: Optional[wire.PublishFunction] = None) -> wire.FunctionRelease:
        """Publishes a function's newest version under the next number. If it is that of the newest release, that
        is the answer. The body may be empty.
        """
        return self._value(
            "POST",
            f"/v1/functions/{segment(name, 'name')}/releases",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=True,
        )

    def put_function(
        self,
        name: str,
        module: bytes,
        settings: Optional[wire.FunctionSettings] = None,
        *,
        create_only: bool = False,
    ) -> wire.Function:
        """Uploads a function: a new one, or a new version of one.

        The body is the code alone, which gets the default settings, or a form (`multipart/form-data`) with the
        parts `module` and `settings`. The code is a module (`application/wasm`), the text of a program in a
        language that the server has a runtime for (`text/javascript`, `text/x-python`), or a zip of a module or
        of such a program's files (`application/zip`). A program is loaded once, now: every call begins with
        what it has in memory then. When the answer is there, the version can be invoked and survives a crash.
        """
        return self._value(
            "PUT",
            f"/v1/functions/{segment(name, 'name')}",
            body=of_upload(module, settings),
            create_only=create_only,
            timeout_s=600,
        )

    def put_function_alias(
        self,
        name: str,
        alias: str,
        body: wire.SetFunctionAlias,
        *,
        create_only: bool = False,
    ) -> wire.FunctionAlias:
        """Makes an alias or replaces what it stands for: one release, or two between which invocations are
        divided.
        """
        return self._value(
            "PUT",
            f"/v1/functions/{segment(name, 'name')}/aliases/{segment(alias, 'alias')}",
            body=of_json(body, "the body"),
            create_only=create_only,
        )

    def put_function_events(
        self,
        name: str,
        body: wire.SetEvents,
        *,
        qualifier: Optional[str] = None,
    ) -> wire.EventSettings:
        """Says how the events of a function are handled, or of a release or an alias of it: invocations that
        nobody waits for. What is left out is as if nothing had been said.
        """
        return self._value(
            "PUT",
            f"/v1/functions/{segment(name, 'name')}/events",
            body=of_json(body, "the body"),
            query={"qualifier": qualifier},
        )

    def put_function_url(self, name: str, body: wire.SetUrl, *, alias: Optional[str] = None) -> wire.FunctionAddress:
        """Gives a function, or an alias of it, an address under which it answers HTTP, or changes who may call
        there.
        """
        return self._value(
            "PUT",
            f"/v1/functions/{segment(name, 'name')}/urls",
            body=of_json(body, "the body"),
            query={"alias": alias},
        )
