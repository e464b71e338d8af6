"""What is sent and what comes, named as in the HTTP API.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union


class Activity(TypedDict):
    """An activity."""

    name: str
    """Its name."""
    arn: str
    """What a task's `Resource` names it by."""
    createdAt: str
    """When it was created."""


class _ActivityPage(TypedDict):
    """What `ActivityPage` always has."""

    items: List[Activity]
    """The activities."""


class ActivityPage(_ActivityPage, total=False):
    """A page of activities, by name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class ActivityTask(TypedDict):
    """A task that was given to a worker."""

    taskToken: str
    """By which the task is ended."""
    input: Any
    """The task's input."""


AfterCompletion = Literal["NONE", "DELETE"]
"""What becomes of a schedule that has fired for the last time."""


class _Alias(TypedDict):
    """What `Alias` always has."""

    name: str
    """Its name; not a number."""
    routes: List[AliasRoute]
    """One release or two, and how much of what is started goes to each."""
    createdAt: str
    """When it was made."""
    updatedAt: str
    """When it was changed last."""


class Alias(_Alias, total=False):
    """A name for one release of a machine, or for two between which starts are divided."""

    description: Optional[str]
    """What it is for, for people."""


class AliasRoute(TypedDict):
    """Where an alias sends some of the starts."""

    release: ReleaseNumber
    """A release."""
    weight: int
    """How many of a hundred starts: 0 to 100."""


class Aliases(TypedDict):
    """A machine's aliases, by name."""

    items: List[Alias]
    """The aliases: at most 100."""


class _AllowedHost(TypedDict):
    """What `AllowedHost` always has."""

    host: str
    """Its name, `*.` and the end of its name, or `*`, over HTTPS on port 443 unless a scheme or a port is said:
    `http://api.example.com:8080`.
    """


class AllowedHost(_AllowedHost, total=False):
    """A host that a function may call over HTTP."""

    connection: Optional[str]
    """The connection whose headers and parameters are added to each request there; the function never sees them."""


class AuditEntry(TypedDict):
    """One change of what an account has. Each holds the digest of the one before."""

    account: str
    """Whose thing was changed."""
    n: int
    """Its number in the account, from 1, without gaps."""
    at: str
    """When."""
    actor: str
    """Who: a key's id, `jwt:` and a subject, `anonymous`, or `steploom` for the platform itself."""
    action: str
    """What was done."""
    name: str
    """To what: its name or id."""
    detail: str
    """What else there is to know, such as the version that came of it."""
    requestId: str
    """The request; empty where there was none."""
    previous: str
    """The digest of the record before; zeros for the first."""
    digest: str
    """The digest of this one: SHA-256."""


class AuditHead(TypedDict):
    """The last record, as it is kept apart from the records."""

    n: int
    """Its number."""
    digest: str
    """Its digest."""


class _AuditPage(TypedDict):
    """What `AuditPage` always has."""

    items: List[AuditEntry]
    """The records."""


class AuditPage(_AuditPage, total=False):
    """A page of records, in order."""

    head: Optional[AuditHead]
    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


_Backfill_from = TypedDict("_Backfill_from", {"from": "str"})


class _Backfill(_Backfill_from):
    """What `Backfill` always has."""

    to: str
    """Up to this, which lies in the past."""


class Backfill(_Backfill, total=False):
    """Asks for the due times of a range in the past that were not accepted yet.

    `from`: From this on.
    """

    overlap: Optional[OverlapPolicy]


class Billing(TypedDict):
    """What AWS would bill for an execution."""

    durationMs: int
    """Milliseconds, in whole hundreds."""
    memoryMb: int
    """Megabytes, in multiples of 64."""


class Bucket(TypedDict):
    """A bucket."""

    name: str
    """Its name."""
    createdAt: str
    """When it was created."""


class BucketObject(TypedDict):
    """An object, without its content."""

    key: str
    """Its key."""
    sizeBytes: int
    """Bytes of its content."""
    etag: str
    """Its content's MD5 in hexadecimal digits: what S3 calls the ETag."""
    contentType: str
    """What its content is said to be."""
    modifiedAt: str
    """When it was put."""


class _BucketPage(TypedDict):
    """What `BucketPage` always has."""

    items: List[Bucket]
    """The buckets."""


class BucketPage(_BucketPage, total=False):
    """A page of buckets, by name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class ChangeTags(TypedDict, total=False):
    """Changes labels: first some are set, then some removed."""

    set: Dict[str, str]
    """Those to be set."""
    remove: List[str]
    """Keys of those to be removed; one that is not there is no error."""


ClockGap = Literal["FIRE", "SKIP"]
"""What becomes of a local time that does not exist, because clocks go forward over it."""


class _ClusterNode(TypedDict):
    """What `ClusterNode` always has."""

    id: str
    """Its id, kept in its data folder."""
    isThis: bool
    """Whether it is the one that answers."""
    shards: int
    """Shards that it owns."""


class ClusterNode(_ClusterNode, total=False):
    """A process that works on this database."""

    address: Optional[str]
    """Where other nodes reach it; absent if they cannot."""


class ClusterNodes(TypedDict):
    """The nodes that are there."""

    items: List[ClusterNode]
    """By their ids."""


class Connection(TypedDict):
    """A connection, without its secrets."""

    name: str
    """Its name."""
    arn: str
    """What a task's `ConnectionArn` names it by."""
    auth: str
    """`basic`, `apiKey` or `none`."""
    createdAt: str
    """When it was made or replaced."""


class ConnectionAuthUsername(TypedDict):
    """A user's name and password, as RFC 7617 has it."""

    username: str
    """The user."""
    password: str
    """The password; never shown again."""
    type: Literal["basic"]


class ConnectionAuthName(TypedDict):
    """A secret in a header."""

    name: str
    """The header's name."""
    value: str
    """Its value; never shown again."""
    type: Literal["apiKey"]


ConnectionAuth = Union[ConnectionAuthUsername, ConnectionAuthName]
"""How a connection lets its calls prove who they are."""


class _ConnectionPage(TypedDict):
    """What `ConnectionPage` always has."""

    items: List[Connection]
    """The connections."""


class ConnectionPage(_ConnectionPage, total=False):
    """A page of connections, by name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class ConnectionParameter(TypedDict):
    """A parameter that a connection adds to each call."""

    name: str
    """Its name."""
    value: str
    """Its value; never shown again."""


class _CreateKey(TypedDict):
    """What `CreateKey` always has."""

    kind: str
    """`access`: its secret signs requests, as AWS's keys do. `api`: a bearer token."""
    scopes: List[str]
    """What it may do: `admin`, or `AREA[:VERB[:NAME]]`, such as `functions:invoke:team-a-*`."""


class CreateKey(_CreateKey, total=False):
    """Makes a key."""

    name: str
    """What people call it, up to 80 characters."""
    expiresAt: Optional[str]
    """From when on it is good for nothing; never if left out."""
    account: Optional[str]
    """The account that it reaches; the caller's if left out. Another one only the operator's account 000000000000
    may name.
    """


class _Key(TypedDict):
    """What `Key` always has."""

    id: str
    """Its id, which is no secret."""
    account: str
    """The account that it reaches."""
    kind: str
    """What it is used as."""
    name: str
    """What people call it; may be empty."""
    scopes: List[str]
    """What it may do."""
    status: KeyStatus
    """How it stands."""
    createdAt: str
    """When it was made."""


class Key(_Key, total=False):
    """A key, without its secret."""

    expiresAt: Optional[str]
    """From when on it is good for nothing."""
    lastUsedAt: Optional[str]
    """About when it was used last; may lag by an hour."""
    revokedAt: Optional[str]
    """When it was revoked."""


class CreatedKey(Key, total=False):
    """A key that was made just now, with its secret, which is never shown again."""

    secretAccessKey: Optional[str]
    """Of an access key: the secret to sign with."""
    token: Optional[str]
    """Of an API key: what goes behind `Authorization: Bearer`."""


class DeadLetter(TypedDict, total=False):
    """Where what could not be started is told: one of the three."""

    bucket: Optional[str]
    """A bucket, in which an object is put for each."""
    prefix: Optional[str]
    """How the keys of those objects begin; nothing if left out."""
    machine: Optional[str]
    """A machine, of which an execution is started for each."""
    arn: Optional[str]
    """The ARN of one of the two; that of anything else, such as a queue of SQS, is kept, and nothing is sent
    there.
    """


class _Definition(TypedDict):
    """What `Definition` always has."""

    version: int
    """The version."""
    createdAt: str
    """When that was made."""
    definition: Any
    """The definition in Amazon States Language."""


class Definition(_Definition, total=False):
    """A definition in its version."""

    variableReferences: Dict[str, List[str]]
    """The variables that each state reads, of those that read any, by the state's name."""


class Destinations(TypedDict, total=False):
    """Who is told how an event ended: ARNs of functions or machines."""

    onSuccess: Optional[str]
    """Who hears that it went well."""
    onFailure: Optional[str]
    """Who hears that it failed for good."""


class Diagnostic(TypedDict):
    """Something to say about a definition."""

    severity: Severity
    """How bad."""
    code: str
    """A stable name."""
    path: str
    """Where: a JSON pointer."""
    message: str
    """What, for a person."""


class Event(TypedDict):
    """Something that happened in an execution, in AWS's vocabulary."""

    id: int
    """Counts up from 1 within the execution."""
    previousEventId: int
    """The event that led to this one; 0 for none."""
    timestamp: str
    """When."""
    type: str
    """Such as `TaskStateEntered`."""
    details: Any
    """What belongs to this type: `name`, `input`, `output`, `error`, ..."""


class _EventSettings(Destinations):
    """What `EventSettings` always has."""

    changedAt: str
    """When this was said."""


class EventSettings(_EventSettings, total=False):
    """How the events of one version or alias of a function are handled."""

    maxRetries: Optional[int]
    """How often an event is tried again that the function failed on: 0 to 2, after about one minute and two. What
    who invokes has as a default, if left out.
    """
    maxAgeSeconds: Optional[int]
    """Seconds after which an event is not tried any more: 60 to 21,600, which is the default."""


class _ExecutionSummary(TypedDict):
    """What `ExecutionSummary` always has."""

    id: str
    """Its id."""
    name: str
    """Its name; the id, if the caller gave none."""
    machine: str
    """What it runs: a machine, or `function:NAME` for an asynchronous invocation."""
    machineVersion: int
    """Which version of it."""
    status: ExecutionStatus
    """How it stands."""
    startedAt: str
    """When it was accepted."""


class ExecutionSummary(_ExecutionSummary, total=False):
    """An execution as lists show it."""

    release: Optional[int]
    """The release that it was started by, if it was."""
    alias: Optional[str]
    """The alias that it was started by, if it was."""
    endedAt: Optional[str]
    """When it ended."""
    tags: Dict[str, str]
    """Its labels."""
    priority: int
    """Its priority, -100 to 100."""
    redriveCount: int
    """How often it was redriven."""
    redrivenAt: Optional[str]
    """When it was redriven last."""


class _Execution(ExecutionSummary):
    """What `Execution` always has."""

    input: Any
    """The input."""


class Execution(_Execution, total=False):
    """An execution."""

    output: Any
    """The output, once it has succeeded."""
    error: Optional[str]
    """The error's name, if it failed or was stopped with one."""
    cause: Optional[str]
    """And its cause."""
    traceHeader: Optional[str]
    """The trace header that it was started with."""


class ExecutionCount(TypedDict):
    """How many executions of a machine stand like this."""

    machine: str
    """The machine, or `function:NAME` for asynchronous invocations."""
    status: ExecutionStatus
    """How they stand."""
    count: int
    """How many, those in the archive included."""


class ExecutionCounts(TypedDict):
    """How many executions there are, by machine and status. May lag by under a second."""

    items: List[ExecutionCount]
    """The counts; those of nothing are left out."""


class _ExecutionPage(TypedDict):
    """What `ExecutionPage` always has."""

    items: List[ExecutionSummary]
    """The executions."""


class ExecutionPage(_ExecutionPage, total=False):
    """A page of executions, newest first. May lag by under a second."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


ExecutionStatus = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING", "PAUSED", "QUARANTINED", "EXPIRED"]
"""How an execution stands."""


class FailTask(TypedDict, total=False):
    """Ends a task badly."""

    error: Optional[str]
    """The name that `Retry` and `Catch` match; `States.TaskFailed` if left out."""
    cause: Optional[str]
    """Why, for people."""


class Firing(TypedDict):
    """A time at which a schedule will fire, or would."""

    dueAt: str
    """When it is due."""
    firesAt: str
    """When it fires: that, and its jitter."""


class FiringFailure(TypedDict):
    """A due time that could not be started."""

    dueAt: str
    """When it was due."""
    at: str
    """When it was tried last."""
    code: str
    """The code of what refused it."""
    message: str
    """Why."""


class Firings(TypedDict):
    """Times at which a schedule fires next, if nothing changes."""

    items: List[Firing]
    """In order."""


class Function(TypedDict):
    """A function with its newest version."""

    name: str
    """Its name."""
    createdAt: str
    """When it was created."""
    latest: FunctionVersion
    """The newest version."""


class _FunctionUrl(TypedDict):
    """What `FunctionUrl` always has."""

    id: str
    """What tells it from others, of all accounts."""
    auth: UrlAuth
    """Who may call."""
    createdAt: str
    """When it was made."""
    changedAt: str
    """When it was changed."""


class FunctionUrl(_FunctionUrl, total=False):
    """An address under which a function, or an alias of it, answers HTTP."""

    cors: Optional[UrlCors]


class FunctionAddress(FunctionUrl):
    """An address and where it leads."""

    url: str
    """The address, by the host that it was asked of."""
    byName: str
    """The same by the names of its account, function and alias."""


class FunctionAddresses(TypedDict):
    """A function's addresses by alias; its own stands under the empty text."""

    items: Dict[str, FunctionAddress]
    """The addresses."""


class _FunctionAlias(TypedDict):
    """What `FunctionAlias` always has."""

    name: str
    """Its name; not a number."""
    createdAt: str
    """When it was made."""


class FunctionAlias(_FunctionAlias, total=False):
    """A name for a release, or for two between which invocations are divided."""

    description: str
    """For people."""
    release: Optional[int]
    """The release; the function's newest version if left out."""
    other: Optional[FunctionRoute]
    changes: int
    """How often it was changed."""


class FunctionAliases(TypedDict):
    """A function's aliases, by name."""

    items: List[FunctionAlias]
    """The aliases: at most 100."""


class FunctionEvents(TypedDict):
    """How the events of a function are handled, by what is invoked: `$LATEST`, a release's number or an alias."""

    items: Dict[str, EventSettings]
    """What was said of them."""


class _FunctionForm(TypedDict):
    """What `FunctionForm` always has."""

    module: str
    """The module, as `application/wasm`; or the text of a program whose `runtime` the settings name; or a zip of
    either.
    """


class FunctionForm(_FunctionForm, total=False):
    """The form of an upload."""

    settings: Optional[FunctionSettings]


FunctionKind = Literal["command", "reactor", "handler", "http"]
"""How a module is called; recognised at upload."""


class _FunctionPage(TypedDict):
    """What `FunctionPage` always has."""

    items: List[Function]
    """The functions."""


class FunctionPage(_FunctionPage, total=False):
    """A page of functions, by name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class _FunctionRelease(TypedDict):
    """What `FunctionRelease` always has."""

    number: int
    """Counts up from 1."""
    version: int
    """The version of the function."""
    createdAt: str
    """When it was published."""


class FunctionRelease(_FunctionRelease, total=False):
    """A version that was published under a number. AWS calls this a version."""

    description: Optional[str]
    """For people, instead of the version's own."""


class FunctionReleases(TypedDict):
    """A function's releases, newest first."""

    items: List[FunctionRelease]
    """The releases: at most 1,000."""


class FunctionRoute(TypedDict):
    """A release beside that of an alias."""

    release: int
    """The release."""
    weight: float
    """Which part of the invocations goes there: 0 to 1."""


_FunctionSettings_lambda = TypedDict("_FunctionSettings_lambda", {"lambda": "Any"}, total=False)


class FunctionSettings(_FunctionSettings_lambda, total=False):
    """What a version may use and what it is given. Everything may be left out.

    `lambda`: What else AWS's tools said of it, such as `Runtime` and `Role`: kept, shown to them, and of no
    effect.
    """

    description: str
    """For people."""
    runtime: Optional[str]
    """The language of a program, such as `javascript` or `python`, if its text was uploaded, or a zip of it; a zip
    tells it by its files, if this is left out.
    """
    handler: Optional[str]
    """The function of a program that is called: `handler` in a single file, `file.function` in a zip. The usual
    names are looked for if it is left out.
    """
    timeoutMs: int
    """Milliseconds of wall time of one invocation: 1 to 900,000."""
    memoryBytesMax: int
    """Bytes of linear memory: 65,536 to 4 GiB."""
    fuelMax: int
    """Fuel of one invocation: about one a WebAssembly instruction."""
    outputBytesMax: int
    """Bytes of a result: up to 6 MiB, of kind `http` up to 1 GiB."""
    logBytesMax: int
    """Bytes of logs kept of one invocation; the rest is counted and dropped."""
    diskBytesMax: int
    """Bytes in the invocation's own `/tmp`; 0 gives it none."""
    maxConcurrency: Optional[int]
    """Attempts by executions that run at once, on each node: 1 to 100,000; more of them wait and do not fail. No
    limit of its own if left out.
    """
    atMostOnce: bool
    """Whether an attempt by an execution is made once at the most: one of which nobody knows what became is not
    made again, and fails with `Function.OutcomeUnknown`. As `AtMostOnce` of each `Task` that calls it.
    """
    reuse: Reuse
    """Whether a program's instance serves more than one call."""
    reuseUsesMax: int
    """Calls that an instance serves, if it serves more than one: 1 to 1,000,000."""
    reuseSecondsMax: int
    """Seconds for which it does: 1 to 86,400."""
    environment: Dict[str, str]
    """Environment variables; names that start with `STEPLOOM_` are ours."""
    volumes: List[VolumeMount]
    """Folders of the node that its operator offers (`steploom up --volume NAME=DIR`)."""
    allowHosts: List[AllowedHost]
    """Hosts that it may call over HTTP; none if left out."""
    grants: List[str]
    """What it may do on the platform while it runs: `config`, `logging`, `keyvalue=STORE`, `objects=BUCKET`,
    `invoke=FUNCTION`, `start=MACHINE`, `tasks`; nothing if left out.
    """


class _FunctionVersion(TypedDict):
    """What `FunctionVersion` always has."""

    version: int
    """Counts up from 1."""
    module: str
    """SHA-256 of the module."""
    moduleBytes: int
    """Bytes of the module."""
    kind: FunctionKind
    """How it is called."""
    settings: FunctionSettings
    """What it may use."""
    createdAt: str
    """When it was made."""


class FunctionVersion(_FunctionVersion, total=False):
    """One immutable version."""

    source: Optional[str]
    """SHA-256 of what was uploaded, if the module was made from that."""


class FunctionVersions(TypedDict):
    """A function's versions, newest first."""

    items: List[FunctionVersion]
    """The versions; the newest 1,000."""


class _History(TypedDict):
    """What `History` always has."""

    items: List[Event]
    """The events."""


class History(_History, total=False):
    """A page of an execution's history."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class IncrementValue(TypedDict, total=False):
    """What to add to a number."""

    by: int
    """A whole number, below 0 as well; 1 if left out."""


class Incremented(TypedDict):
    """What came of adding to a number."""

    value: int
    """The number that is there now."""


class Index(TypedDict):
    """What answers at `/`."""

    name: str
    """The product's name."""
    version: str
    """Its version."""
    links: Dict[str, str]
    """Where to go from here, by name."""


class ItemCounts(TypedDict):
    """What became of items. All items of a batch have their iteration's fate."""

    total: int
    """Items that are known of: all of them, once `isTotal`."""
    isTotal: bool
    """Whether no more items are to be read."""
    pending: int
    """Those that were not started."""
    running: int
    """Those whose iterations run."""
    succeeded: int
    """Those that ended well."""
    failed: int
    """Those that failed."""
    timedOut: int
    """Those that failed with `States.Timeout`."""
    aborted: int
    """Those given up as the map run ended."""
    resultsWritten: int
    """Results that are in files of the `ResultWriter`."""


class _KeyPage(TypedDict):
    """What `KeyPage` always has."""

    items: List[Key]
    """The keys."""


class KeyPage(_KeyPage, total=False):
    """A page of keys, by id."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


KeyStatus = Literal["active", "expired", "revoked"]
"""How a key stands."""


class LastFiring(TypedDict):
    """A due time that was accepted."""

    dueAt: str
    """When it was due."""
    at: str
    """When it was accepted."""
    execution: str
    """The execution."""
    name: str
    """The execution's name, which follows from schedule and due time."""


LogLevel = Literal["ALL", "ERROR", "FATAL", "OFF"]
"""Which of an execution's events are logged. An event that a level has, those before it have, too."""


class LogLine(TypedDict):
    """A line of a log."""

    timestamp: str
    """When it was written."""
    requestId: str
    """The invocation's request id; the execution's id."""
    version: int
    """The function's or the machine's version."""
    source: LogSource
    """Who wrote it."""
    message: str
    """The text, without the line's end; control characters are escaped."""


class _LogPage(TypedDict):
    """What `LogPage` always has."""

    items: List[LogLine]
    """The lines."""


class LogPage(_LogPage, total=False):
    """A page of log lines, oldest first."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


LogSource = Literal["function", "platform"]
"""Who wrote a line."""


class _MachineSummary(TypedDict):
    """What `MachineSummary` always has."""

    name: str
    """Its name."""
    createdAt: str
    """When it was created."""
    latest: MachineVersion
    """The newest version."""


class MachineSummary(_MachineSummary, total=False):
    """A machine as lists show it."""

    type: MachineType
    """How its executions are kept."""


class _Machine(MachineSummary):
    """What `Machine` always has."""

    definition: Any
    """The definition in Amazon States Language."""


class Machine(_Machine, total=False):
    """A machine with its newest definition."""

    warnings: List[Diagnostic]
    """What its author may want to know, though it is valid."""


class MachineLogging(TypedDict, total=False):
    """What is logged of a machine's executions."""

    level: LogLevel
    """Which events."""
    includeExecutionData: bool
    """Whether inputs and outputs are logged, too."""
    destinations: List[str]
    """ARNs of log groups, kept for those who ask; the logs are the machine's own here."""


class _MachinePage(TypedDict):
    """What `MachinePage` always has."""

    items: List[MachineSummary]
    """The machines."""


class MachinePage(_MachinePage, total=False):
    """A page of machines, by name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class _MachineProfile(TypedDict):
    """What `MachineProfile` always has."""

    settings: MachineSettings
    """Its settings."""
    updatedAt: str
    """When definition or settings were changed last."""


class MachineProfile(_MachineProfile, total=False):
    """What a machine has besides its definitions."""

    tags: Dict[str, str]
    """Its labels."""
    revision: Optional[str]
    """Names its definition and settings as they are now; absent as long as they are as they were made."""


class MachineSettings(TypedDict, total=False):
    """A machine's settings. What is left out is as by default."""

    type: MachineType
    """Set when the machine is made, and never changed."""
    role: Optional[str]
    """The ARN of a role, kept for those who ask: access is by keys here."""
    logging: MachineLogging
    """What is logged."""
    tracing: bool
    """Whether AWS would trace executions, kept for those who ask: tracing is the server's setting here."""


MachineType = Literal["STANDARD", "EXPRESS"]
"""How a machine's executions are kept."""


class MachineVersion(TypedDict):
    """One immutable version of a machine."""

    version: int
    """Counts up from 1."""
    definitionDigest: str
    """SHA-256 of the definition's text."""
    createdAt: str
    """When it was made."""


class MachineVersions(TypedDict):
    """A machine's versions, newest first."""

    items: List[MachineVersion]
    """The versions; the newest 1,000."""


class _MapRun(TypedDict):
    """What `MapRun` always has."""

    execution: str
    """Whose it is."""
    number: int
    """Its number within the execution."""
    state: str
    """The `Map`'s name."""
    arn: str
    """Its ARN."""
    status: MapRunStatus
    """How it stands."""
    startedAt: str
    """When it began."""
    items: ItemCounts
    """What became of its items."""
    maxConcurrency: int
    """Iterations in flight at the most."""
    itemsPerSecond: float
    """Items that ended, a second, since it began or was last redriven."""


class MapRun(_MapRun, total=False):
    """A map run."""

    endedAt: Optional[str]
    """When it ended."""
    redriveCount: int
    """How often it went on after its end, as its execution was redriven."""
    redrivenAt: Optional[str]
    """When that was last."""
    toleratedFailureCount: Optional[int]
    """`ToleratedFailureCount`, if there is one."""
    toleratedFailurePercentage: Optional[float]
    """`ToleratedFailurePercentage`, if there is one."""
    estimatedEndAt: Optional[str]
    """When all items will have ended if it goes on like this; not known before all are read."""


MapRunStatus = Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]
"""How a map run stands."""


class MapRuns(TypedDict):
    """The map runs of an execution."""

    items: List[MapRun]
    """Those that run, and the last hundred that ended, in the order in which they began."""


class _ObjectPage(TypedDict):
    """What `ObjectPage` always has."""

    items: List[BucketObject]
    """The objects."""


class ObjectPage(_ObjectPage, total=False):
    """A page of objects, by key."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


OverlapPolicy = Literal["ALLOW_ALL", "SKIP", "BUFFER_ONE", "BUFFER_ALL", "CANCEL_OTHER", "TERMINATE_OTHER"]
"""What happens at a due time while an execution of the same schedule still runs."""


class PollActivity(TypedDict, total=False):
    """Asks for a task of an activity."""

    worker: Optional[str]
    """The name that the worker gives itself, for the history."""
    waitSeconds: Optional[int]
    """Seconds to wait for a task, 0 to 60; 60 if left out."""


class _Problem(TypedDict):
    """What `Problem` always has."""

    status: int
    """The HTTP status again."""
    code: str
    """A stable name that programs may match."""
    title: str
    """What is wrong and what to do, for a person."""


class Problem(_Problem, total=False):
    """What every answer of status 400 and above carries."""

    requestId: Optional[str]
    """The request's id, to find it in the log."""
    problems: List[ProblemItem]
    """Each place that is wrong."""
    error: Optional[str]
    """When a function failed: the name that `Retry` and `Catch` would match."""
    cause: Optional[str]
    """When a function failed: why."""
    stackTrace: List[str]
    """When a function failed and told it: where, in the words of its language."""
    invocationId: Optional[str]
    """When a function failed: the invocation's id, under which its logs are found."""


class ProblemItem(TypedDict):
    """One place that is wrong."""

    code: str
    """A stable name."""
    path: str
    """Where."""
    message: str
    """What, for a person."""


class PublishFunction(TypedDict, total=False):
    """Publishes a function's newest version."""

    description: Optional[str]
    """For people; at most 256 characters."""


class PublishMachine(TypedDict, total=False):
    """Publishes a machine as it is now."""

    description: Optional[str]
    """For people; at most 256 characters."""
    revision: Optional[str]
    """Only if the machine's `revision` is still this one; `INITIAL` where it has none yet."""


class PutAlias(TypedDict, total=False):
    """Makes an alias or changes it."""

    description: Optional[str]
    """For people; at most 256 characters."""
    routes: List[AliasRoute]
    """One or two releases, whose weights add up to 100. Of an alias that is there they stay as they are if left
    out.
    """


class PutConnection(TypedDict, total=False):
    """Makes a connection, or replaces one."""

    auth: Optional[ConnectionAuth]
    headers: List[ConnectionParameter]
    """Headers that are added."""
    query: List[ConnectionParameter]
    """Query parameters that are added."""
    body: List[ConnectionParameter]
    """Fields that are added to a body that is an object."""


class PutScheduleGroup(TypedDict, total=False):
    """What a group of schedules is made with."""

    tags: Dict[str, str]
    """Labels: at most 50, keys of up to 128 characters, values of up to 256."""


class RedriveExecution(TypedDict, total=False):
    """Lets an execution that did not end well go on from where it ended."""

    version: Optional[int]
    """The version of the machine that it follows from then on; the same as before, if left out."""
    input: Any
    """What the state that failed is given in place of its input."""
    skip: Any
    """The output of the state that failed, which then counts as having ended well."""
    clientToken: Optional[str]
    """Makes the redrive idempotent: for 15 minutes the same token again changes nothing, and is answered with how
    the execution stands. 1 to 64 characters.
    """


class _Release(TypedDict):
    """What `Release` always has."""

    number: ReleaseNumber
    """Counts up from 1; a number is not used twice."""
    version: int
    """The version of the definition."""
    settings: MachineSettings
    """The settings."""
    createdAt: str
    """When it was published."""


class Release(_Release, total=False):
    """A version of a machine with its settings, published under a number that executions can be started by. AWS
    calls this a version.
    """

    description: Optional[str]
    """What it was published with, for people."""
    revision: Optional[str]
    """The revision of the machine that it is."""


ReleaseNumber = int
"""A release's number within its machine."""


class Releases(TypedDict):
    """A machine's releases, newest first."""

    items: List[Release]
    """The releases: at most 1,000."""


class Retention(TypedDict, total=False):
    """How long a machine's closed executions are kept. What is left out is as the server has it for all machines."""

    days: Optional[int]
    """Days since they ended: 1 to 36,500."""
    executions: Optional[int]
    """The newest so many, about: they go by segments of the archive."""


Reuse = Literal["none", "version"]
"""Which calls share an instance."""


class Schedule(TypedDict):
    """A schedule."""

    name: str
    """Its name."""
    group: str
    """Its group."""
    arn: str
    """What AWS's APIs call it."""
    definition: ScheduleDefinition
    """What it is."""
    createdAt: str
    """When it was created."""
    modifiedAt: str
    """When it was changed last."""
    progress: ScheduleProgress
    """How far it has come."""


class _ScheduleDefinition(TypedDict):
    """What `ScheduleDefinition` always has."""

    expression: str
    """`at(2026-03-14T01:59:00)`, `rate(5 minutes)`, AWS's `cron(0 9 ? * MON-FRI *)`, the five fields of Unix's
    cron, or `@daily` and the like.
    """
    target: ScheduleTarget
    """What it starts."""


class ScheduleDefinition(_ScheduleDefinition, total=False):
    """What a schedule is."""

    timeZone: str
    """The IANA name of the zone in which local times are meant; UTC if left out."""
    description: Optional[str]
    """For people; up to 512 characters."""
    startAt: Optional[str]
    """Not due before this."""
    endAt: Optional[str]
    """Not due after this."""
    state: ScheduleState
    """Whether it fires."""
    jitterSeconds: int
    """Seconds over which firings are spread, each by a lot that follows from schedule and due time: 0 to 86,400."""
    clockGap: ClockGap
    """What becomes of local times that do not exist."""
    overlap: OverlapPolicy
    """What happens while an earlier execution still runs."""
    catchUpSeconds: int
    """Seconds by which a due time may fire late after nobody was there to fire it; beyond, it is missed. 0 to
    31,536,000; 86,400 if left out.
    """
    firingsMax: Optional[int]
    """After so many firings it is completed."""
    retry: ScheduleRetry
    """How often a start that is refused is tried again."""
    deadLetter: Optional[DeadLetter]
    afterCompletion: AfterCompletion
    """What becomes of it after its last firing."""
    aws: Any
    """What AWS's API was given that means nothing here, kept to be given back."""


class _ScheduleGroup(TypedDict):
    """What `ScheduleGroup` always has."""

    name: str
    """Its name."""
    arn: str
    """What AWS's APIs call it."""
    state: ScheduleGroupState
    """How it stands."""
    createdAt: str
    """When it was created."""
    modifiedAt: str
    """When it was changed last."""


class ScheduleGroup(_ScheduleGroup, total=False):
    """A group of schedules."""

    tags: Dict[str, str]
    """Its labels."""


class _ScheduleGroupPage(TypedDict):
    """What `ScheduleGroupPage` always has."""

    items: List[ScheduleGroup]
    """The groups."""


class ScheduleGroupPage(_ScheduleGroupPage, total=False):
    """A page of groups, by name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


ScheduleGroupState = Literal["ACTIVE", "DELETING"]
"""How a group stands."""


class _SchedulePage(TypedDict):
    """What `SchedulePage` always has."""

    items: List[Schedule]
    """The schedules."""


class SchedulePage(_SchedulePage, total=False):
    """A page of schedules, by group and name."""

    next: Optional[str]
    """Pass as `next` to get the page after this; absent on the last."""


class ScheduleProgress(TypedDict, total=False):
    """How far a schedule has come."""

    nextAt: Optional[str]
    """When it fires next; never, if absent."""
    fired: int
    """Due times that were accepted."""
    missed: int
    """Due times that nobody was there for, within the catch-up window."""
    skipped: int
    """Due times that passed because of the overlap policy."""
    failed: int
    """Due times that could not be started, however often it was tried."""
    last: Optional[LastFiring]
    lastFailure: Optional[FiringFailure]
    running: List[str]
    """Executions of it that ran when it was looked last; not followed under `ALLOW_ALL`."""
    buffered: List[str]
    """Due times that wait for the end of what runs."""
    retrying: List[str]
    """Due times whose start is tried again."""
    backfills: List[Backfill]
    """Ranges that are being filled."""
    completedAt: Optional[str]
    """When it was found that nothing will be due any more."""


class ScheduleRetry(TypedDict, total=False):
    """How often a start that is refused is tried again."""

    attemptsMax: int
    """Tries after the first: 0 to 185."""
    ageSecondsMax: int
    """Seconds after the due time in which it is tried: 60 to 86,400."""


ScheduleState = Literal["ENABLED", "DISABLED"]
"""Whether a schedule fires."""


class ScheduleTarget(TypedDict, total=False):
    """What a schedule starts: a machine's execution or a function's invocation, one of the two."""

    machine: Optional[str]
    """The machine."""
    function: Optional[str]
    """The function, invoked asynchronously."""
    qualifier: Optional[str]
    """A machine's release or alias, or a function's version; the newest when it fires, if left out."""
    input: Any
    """The input; `{}` if left out. In its texts `<aws.scheduler.scheduled-time>`, `<aws.scheduler.schedule-arn>`,
    `<aws.scheduler.execution-id>` and `<aws.scheduler.attempt-number>` stand for what they say.
    """


class SetEvents(TypedDict, total=False):
    """How events are handled, all of it: what is left out is as if nothing had been said."""

    maxRetries: Optional[int]
    """How often an event is tried again that the function failed on: 0 to 2."""
    maxAgeSeconds: Optional[int]
    """Seconds after which an event is not tried any more: 60 to 21,600."""
    onSuccess: Optional[str]
    """Who hears that it went well: the ARN of a function or a machine."""
    onFailure: Optional[str]
    """Who hears that it failed for good."""


class SetFunctionAlias(TypedDict, total=False):
    """What an alias of a function stands for, all of it."""

    description: str
    """For people; at most 256 characters."""
    release: Optional[int]
    """The release; the function's newest version if left out."""
    other: Optional[FunctionRoute]


class SetUrl(TypedDict, total=False):
    """Who may call a function by its address, all of it."""

    auth: UrlAuth
    """Who may call; who may invoke the function, if left out."""
    cors: Optional[UrlCors]


Severity = Literal["ERROR", "WARNING"]
"""How bad a diagnostic is."""


class _Shard(TypedDict):
    """What `Shard` always has."""

    id: int
    """Its number."""
    firstSlot: int
    """The first of its slots."""
    lastSlot: int
    """The last of its slots."""
    epoch: int
    """How often it was taken: the number that fences former owners."""
    records: int
    """Records in its journal so far, those that were trimmed included."""


class Shard(_Shard, total=False):
    """A slice of all executions, with one owner at a time."""

    owner: Optional[str]
    """The node that owns it; absent while it is between two owners."""


class ShardSplit(TypedDict):
    """What became of a shard that was split."""

    into: List[int]
    """The shards that have its slots now."""


class Shards(TypedDict):
    """All shards."""

    items: List[Shard]
    """By their first slots."""


class Share(TypedDict):
    """What part of a node's permits a machine's tasks have while others wait, too."""

    weight: int
    """1 to 1,000; a machine of the weight 3 runs three tasks where one of the weight 1 runs one. 1 if it was never
    set.
    """


class SplitShard(TypedDict, total=False):
    """Splits a shard."""

    at: Optional[int]
    """The first slot of the second half; the middle if left out."""


class StartError(TypedDict):
    """Why one start of a batch was refused."""

    status: int
    """The HTTP status that a request of its own would have had: 429 and 503 may be tried again."""
    code: str
    """A stable name that programs may match."""
    message: str
    """What is wrong and what to do, for a person."""


class StartAnswerExecution(TypedDict):
    """It was accepted; it survives a crash."""

    execution: ExecutionSummary
    """The execution, without its input."""
    isNew: bool
    """Whether it was started now; else it was there already, by the same name and input."""


class StartAnswerError(TypedDict):
    """It was refused; the others are not concerned."""

    error: StartError
    """Why."""


StartAnswer = Union[StartAnswerExecution, StartAnswerError]
"""What became of one start of a batch."""


class StartBatch(TypedDict):
    """What became of a batch of starts."""

    items: List[StartAnswer]
    """An answer for each start, in their order."""


StartBefore = Union[str, int]
"""When an execution has to begin at the latest."""


class _StartExecution(TypedDict):
    """What `StartExecution` always has."""

    machine: str
    """The machine."""


class StartExecution(_StartExecution, total=False):
    """Starts an execution."""

    version: Optional[int]
    """One of its versions; the newest if left out."""
    qualifier: Optional[str]
    """A release's number or an alias, in place of a version."""
    name: Optional[str]
    """A name that makes the start idempotent: while the execution runs, the same name and input give the same
    answer.
    """
    input: Any
    """The input; `{}` if left out."""
    tags: Dict[str, str]
    """Labels for searches: at most 50, keys of up to 128 characters, values of up to 256."""
    priority: int
    """-100 to 100: its tasks, and its turn where it waits for a limit, go before those of lower priority of the
    same machine. 0 if left out.
    """
    startBefore: Optional[StartBefore]
    concurrencyKey: Optional[str]
    """Of the machine's executions with the same key only so many run at once; the others wait as PENDING. 1 to 128
    characters.
    """
    concurrencyLimit: Optional[int]
    """How many of the key run at once: 1 to 100,000; 1 if left out."""
    ordered: bool
    """Those of the key run one at a time, in the order in which they were accepted."""
    express: bool
    """It runs in memory as executions of EXPRESS machines do: of its history only the start and the end are kept,
    and it is run again from its start if its node is lost meanwhile.
    """
    traceHeader: Optional[str]
    """By which the caller finds it in traces of its own; kept with the execution and shown. At most 256
    characters, all of them ASCII.
    """


class StopExecution(TypedDict, total=False):
    """Stops an execution."""

    error: Optional[str]
    """An error's name to be kept with it."""
    cause: Optional[str]
    """Why."""


class _StoreKeys(TypedDict):
    """What `StoreKeys` always has."""

    keys: List[str]
    """The keys."""


class StoreKeys(_StoreKeys, total=False):
    """Keys of a store, by their bytes."""

    next: Optional[str]
    """Pass as `after` to get the page after this; absent on the last."""


class SucceedTask(TypedDict, total=False):
    """Ends a task well."""

    output: Any
    """The task's result; `{}` if left out."""


class _SyncExecution(ExecutionSummary):
    """What `SyncExecution` always has."""

    arn: str
    """Its ARN, as the context object has it."""
    input: Any
    """The input."""
    billing: Billing
    """What AWS would bill."""


class SyncExecution(_SyncExecution, total=False):
    """An execution that was run while its caller waited. It is kept nowhere: this answer is all there is."""

    output: Any
    """The output, if it has succeeded."""
    error: Optional[str]
    """The error's name, if it failed."""
    cause: Optional[str]
    """And its cause."""
    traceHeader: Optional[str]
    """The trace header that it was started with."""


class Tags(TypedDict):
    """A machine's labels."""

    tags: Dict[str, str]
    """By key."""


class UpdateMapRun(TypedDict, total=False):
    """What is to be different from now on; what is left out stays."""

    maxConcurrency: Optional[int]
    """Iterations in flight at the most, up to 10,000; 0 keeps further ones from being started."""
    toleratedFailureCount: Optional[int]
    """Items that may fail."""
    toleratedFailurePercentage: Optional[float]
    """The part of all items that may fail, 0 to 100."""


UrlAuth = Literal["none", "key"]
"""Who may call a function by its address."""


class UrlCors(TypedDict, total=False):
    """Which pages of other origins may call."""

    allowCredentials: Optional[bool]
    """Whether with what the browser knows of its user."""
    allowHeaders: List[str]
    """Headers that they may send; `*` is all."""
    allowMethods: List[str]
    """Methods that they may use; `*` is all."""
    allowOrigins: List[str]
    """Where they may come from; `*` is anywhere."""
    exposeHeaders: List[str]
    """Headers of the answer that they may read."""
    maxAge: Optional[int]
    """Seconds for which a browser may rely on this."""


class Validation(TypedDict):
    """What a definition was found to be."""

    valid: bool
    """Whether it would be taken."""
    diagnostics: List[Diagnostic]
    """Errors and warnings, all at once."""


class VolumeMount(TypedDict):
    """A volume that a function sees, read-only."""

    name: str
    """The volume's name, as its operator offers it."""
    path: str
    """Where the function finds it: an absolute path."""
