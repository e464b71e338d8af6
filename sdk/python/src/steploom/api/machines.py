"""State machines in Amazon States Language.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, Literal, Mapping, Optional, Union

from .. import wire
from ..body import of_definition, of_json
from .part import Part, segment


class Machines(Part):
    """State machines in Amazon States Language."""

    def change_tags(self, name: str, body: Optional[wire.ChangeTags] = None) -> wire.Tags:
        """Sets some of a machine's tags and removes others."""
        return self._value(
            "POST",
            f"/v1/machines/{segment(name, 'name')}/tags",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=True,
        )

    def delete_alias(self, name: str, alias: str) -> None:
        """Deletes an alias. Executions that were started by it go on."""
        self._send("DELETE", f"/v1/machines/{segment(name, 'name')}/aliases/{segment(alias, 'alias')}")

    def delete_machine(self, name: str) -> None:
        """Deletes a machine. Its executions go on."""
        self._send("DELETE", f"/v1/machines/{segment(name, 'name')}")

    def delete_release(self, name: str, number: int) -> None:
        """Deletes a release. Executions of it go on, and its number is not used again."""
        self._send("DELETE", f"/v1/machines/{segment(name, 'name')}/releases/{segment(number, 'number')}")

    def get_alias(self, name: str, alias: str) -> wire.Alias:
        """One alias of a machine."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/aliases/{segment(alias, 'alias')}")

    def get_definition(self, name: str, version: int) -> wire.Definition:
        """The definition of one version of a machine."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/versions/{segment(version, 'version')}")

    def get_machine(self, name: str) -> wire.Machine:
        """One machine with its newest definition."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}")

    def get_release(self, name: str, number: int) -> wire.Release:
        """One release of a machine."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/releases/{segment(number, 'number')}")

    def get_retention(self, name: str) -> wire.Retention:
        """How long a machine's closed executions are kept."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/retention")

    def get_settings(self, name: str) -> wire.MachineProfile:
        """A machine's settings, with its tags and its revision."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/settings")

    def get_share(self, name: str) -> wire.Share:
        """What part of the permits a machine's tasks have."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/share")

    def get_tags(self, name: str) -> wire.Tags:
        """A machine's tags."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/tags")

    def list_aliases(self, name: str) -> wire.Aliases:
        """A machine's aliases, by name."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/aliases")

    def list_machine_versions(self, name: str) -> wire.MachineVersions:
        """A machine's versions, newest first."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/versions")

    def list_machines(self, *, limit: Optional[int] = None, next: Optional[str] = None) -> wire.MachinePage:
        """Machines by name, a page at a time."""
        return self._value("GET", "/v1/machines", query={"limit": limit, "next": next})

    def list_releases(self, name: str) -> wire.Releases:
        """A machine's releases, newest first."""
        return self._value("GET", f"/v1/machines/{segment(name, 'name')}/releases")

    def publish_machine(self, name: str, body: Optional[wire.PublishMachine] = None) -> wire.Release:
        """Publishes a machine as it is now, under the next number. If nothing changed since the newest release,
        that is the answer. The body may be empty.
        """
        return self._value(
            "POST",
            f"/v1/machines/{segment(name, 'name')}/releases",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=True,
        )

    def put_alias(self, name: str, alias: str, body: wire.PutAlias, *, create_only: bool = False) -> wire.Alias:
        """Makes an alias or changes it: a name for one release, or for two between which starts are divided. What
        is left out stays as it is.
        """
        return self._value(
            "PUT",
            f"/v1/machines/{segment(name, 'name')}/aliases/{segment(alias, 'alias')}",
            body=of_json(body, "the body"),
            create_only=create_only,
        )

    def put_machine(
        self,
        name: str,
        definition: Union[str, Mapping[str, Any]],
        *,
        type: Optional[Literal["STANDARD", "EXPRESS"]] = None,
        create_only: bool = False,
    ) -> wire.Machine:
        """Keeps a definition: a new machine, or a new version of one. The same definition again makes no new
        version.
        """
        return self._value(
            "PUT",
            f"/v1/machines/{segment(name, 'name')}",
            body=of_definition(definition),
            query={"type": type},
            create_only=create_only,
        )

    def put_retention(self, name: str, body: wire.Retention) -> wire.Retention:
        """Sets how long a machine's closed executions are kept. What is closed already goes by it as well."""
        return self._value("PUT", f"/v1/machines/{segment(name, 'name')}/retention", body=of_json(body, "the body"))

    def put_settings(self, name: str, body: wire.MachineSettings) -> wire.MachineProfile:
        """Replaces a machine's settings: what is left out is as by default. The type must be the one that it has."""
        return self._value("PUT", f"/v1/machines/{segment(name, 'name')}/settings", body=of_json(body, "the body"))

    def put_share(self, name: str, body: wire.Share) -> wire.Share:
        """Sets what part of the permits a machine's tasks have, for those that wait from now on."""
        return self._value("PUT", f"/v1/machines/{segment(name, 'name')}/share", body=of_json(body, "the body"))

    def validate_machine(self, definition: Union[str, Mapping[str, Any]]) -> wire.Validation:
        """Checks a definition and keeps nothing. The answer is 200 whether it is valid or not."""
        return self._value("POST", "/v1/definitions/validate", body=of_definition(definition), is_repeatable=True)
