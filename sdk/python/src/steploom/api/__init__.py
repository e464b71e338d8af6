"""Every operation of the HTTP API.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from .activities import Activities
from .audit import Audit
from .buckets import Buckets
from .connections import Connections
from .executions import Executions
from .functions import Functions
from .keys import Keys
from .logs import Logs
from .machines import Machines
from .node import Node
from .schedules import Schedules
from .stores import Stores
from .tasks import Tasks


class Api(
    Activities,
    Audit,
    Buckets,
    Connections,
    Executions,
    Functions,
    Keys,
    Logs,
    Machines,
    Node,
    Schedules,
    Stores,
    Tasks,
):
    """Every operation of the HTTP API, by the id that it has in the OpenAPI document."""
