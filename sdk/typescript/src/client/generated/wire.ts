/**
 * What goes over the wire. Instants are texts as in `2026-07-01T00:00:00Z`.
 *
 * Generated from the server's OpenAPI document by `npm run generate`: do not edit.
 */

import type { Json } from "../json.js";

/** An activity. */
export interface Activity {
  /** Its name. */
  name: string;
  /** What a task's `Resource` names it by. */
  arn: string;
  /** When it was created. */
  createdAt: string;
}

/** A page of activities, by name. */
export interface ActivityPage {
  /** The activities. */
  items: Activity[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** A task that was given to a worker. */
export interface ActivityTask {
  /** By which the task is ended. */
  taskToken: string;
  /** The task's input. */
  input: Json;
}

/** What becomes of a schedule that has fired for the last time. */
export type AfterCompletion = "NONE" | "DELETE";

/** A name for one release of a machine, or for two between which starts are divided. */
export interface Alias {
  /** Its name; not a number. */
  name: string;
  /** What it is for, for people. */
  description?: string;
  /** One release or two, and how much of what is started goes to each. */
  routes: AliasRoute[];
  /** When it was made. */
  createdAt: string;
  /** When it was changed last. */
  updatedAt: string;
}

/** Where an alias sends some of the starts. */
export interface AliasRoute {
  /** A release. */
  release: ReleaseNumber;
  /** How many of a hundred starts: 0 to 100. */
  weight: number;
}

/** A machine's aliases, by name. */
export interface Aliases {
  /** The aliases: at most 100. */
  items: Alias[];
}

/** A host that a function may call over HTTP. */
export interface AllowedHost {
  /**
   * Its name, `*.` and the end of its name, or `*`, over HTTPS on port 443 unless a scheme or a port is said:
   * `http://api.example.com:8080`.
   */
  host: string;
  /** The connection whose headers and parameters are added to each request there; the function never sees them. */
  connection?: string;
}

/** One change of what an account has. Each holds the digest of the one before. */
export interface AuditEntry {
  /** Whose thing was changed. */
  account: string;
  /** Its number in the account, from 1, without gaps. */
  n: number;
  /** When. */
  at: string;
  /** Who: a key's id, `jwt:` and a subject, `anonymous`, or `steploom` for the platform itself. */
  actor: string;
  /** What was done. */
  action: string;
  /** To what: its name or id. */
  name: string;
  /** What else there is to know, such as the version that came of it. */
  detail: string;
  /** The request; empty where there was none. */
  requestId: string;
  /** The digest of the record before; zeros for the first. */
  previous: string;
  /** The digest of this one: SHA-256. */
  digest: string;
}

/** The last record, as it is kept apart from the records. */
export interface AuditHead {
  /** Its number. */
  n: number;
  /** Its digest. */
  digest: string;
}

/** A page of records, in order. */
export interface AuditPage {
  /** The records. */
  items: AuditEntry[];
  /** Where the chain ended just before this page was read; absent while there is no record. */
  head?: AuditHead;
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** Asks for the due times of a range in the past that were not accepted yet. */
export interface Backfill {
  /** From this on. */
  from: string;
  /** Up to this, which lies in the past. */
  to: string;
  /** What happens while an earlier execution still runs; as the schedule has it, if left out. */
  overlap?: OverlapPolicy;
}

/** What AWS would bill for an execution. */
export interface Billing {
  /** Milliseconds, in whole hundreds. */
  durationMs: number;
  /** Megabytes, in multiples of 64. */
  memoryMb: number;
}

/** A bucket. */
export interface Bucket {
  /** Its name. */
  name: string;
  /** When it was created. */
  createdAt: string;
}

/** An object, without its content. */
export interface BucketObject {
  /** Its key. */
  key: string;
  /** Bytes of its content. */
  sizeBytes: number;
  /** Its content's MD5 in hexadecimal digits: what S3 calls the ETag. */
  etag: string;
  /** What its content is said to be. */
  contentType: string;
  /** When it was put. */
  modifiedAt: string;
}

/** A page of buckets, by name. */
export interface BucketPage {
  /** The buckets. */
  items: Bucket[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** Changes labels: first some are set, then some removed. */
export interface ChangeTags {
  /** Those to be set. */
  set?: { [name: string]: string };
  /** Keys of those to be removed; one that is not there is no error. */
  remove?: string[];
}

/** What becomes of a local time that does not exist, because clocks go forward over it. */
export type ClockGap = "FIRE" | "SKIP";

/** A process that works on this database. */
export interface ClusterNode {
  /** Its id, kept in its data folder. */
  id: string;
  /** Where other nodes reach it; absent if they cannot. */
  address?: string;
  /** Whether it is the one that answers. */
  isThis: boolean;
  /** Shards that it owns. */
  shards: number;
}

/** The nodes that are there. */
export interface ClusterNodes {
  /** By their ids. */
  items: ClusterNode[];
}

/** A connection, without its secrets. */
export interface Connection {
  /** Its name. */
  name: string;
  /** What a task's `ConnectionArn` names it by. */
  arn: string;
  /** `basic`, `apiKey` or `none`. */
  auth: string;
  /** When it was made or replaced. */
  createdAt: string;
}

/** How a connection lets its calls prove who they are. */
export type ConnectionAuth = { username: string; password: string; type: "basic" } | { name: string; value: string; type: "apiKey" };

/** A page of connections, by name. */
export interface ConnectionPage {
  /** The connections. */
  items: Connection[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** A parameter that a connection adds to each call. */
export interface ConnectionParameter {
  /** Its name. */
  name: string;
  /** Its value; never shown again. */
  value: string;
}

/** Makes a key. */
export interface CreateKey {
  /** `access`: its secret signs requests, as AWS's keys do. `api`: a bearer token. */
  kind: string;
  /** What people call it, up to 80 characters. */
  name?: string;
  /** What it may do: `admin`, or `AREA[:VERB[:NAME]]`, such as `functions:invoke:team-a-*`. */
  scopes: string[];
  /** From when on it is good for nothing; never if left out. */
  expiresAt?: string;
  /**
   * The account that it reaches; the caller's if left out. Another one only the operator's account 000000000000
   * may name.
   */
  account?: string;
}

/** A key that was made just now, with its secret, which is never shown again. */
export interface CreatedKey extends Key {
  /** Of an access key: the secret to sign with. */
  secretAccessKey?: string;
  /** Of an API key: what goes behind `Authorization: Bearer`. */
  token?: string;
}

/** Where what could not be started is told: one of the three. */
export interface DeadLetter {
  /** A bucket, in which an object is put for each. */
  bucket?: string;
  /** How the keys of those objects begin; nothing if left out. */
  prefix?: string;
  /** A machine, of which an execution is started for each. */
  machine?: string;
  /** The ARN of one of the two; that of anything else, such as a queue of SQS, is kept, and nothing is sent there. */
  arn?: string;
}

/** A definition in its version. */
export interface Definition {
  /** The version. */
  version: number;
  /** When that was made. */
  createdAt: string;
  /** The definition in Amazon States Language. */
  definition: Json;
  /** The variables that each state reads, of those that read any, by the state's name. */
  variableReferences?: { [name: string]: string[] };
}

/** Who is told how an event ended: ARNs of functions or machines. */
export interface Destinations {
  /** Who hears that it went well. */
  onSuccess?: string;
  /** Who hears that it failed for good. */
  onFailure?: string;
}

/** Something to say about a definition. */
export interface Diagnostic {
  /** How bad. */
  severity: Severity;
  /** A stable name. */
  code: string;
  /** Where: a JSON pointer. */
  path: string;
  /** What, for a person. */
  message: string;
}

/** Something that happened in an execution, in AWS's vocabulary. */
export interface Event {
  /** Counts up from 1 within the execution. */
  id: number;
  /** The event that led to this one; 0 for none. */
  previousEventId: number;
  /** When. */
  timestamp: string;
  /** Such as `TaskStateEntered`. */
  type: string;
  /** What belongs to this type: `name`, `input`, `output`, `error`, ... */
  details: { [name: string]: Json };
}

/** How the events of one version or alias of a function are handled. */
export interface EventSettings extends Destinations {
  /**
   * How often an event is tried again that the function failed on: 0 to 2, after about one minute and two. What
   * who invokes has as a default, if left out.
   */
  maxRetries?: number;
  /** Seconds after which an event is not tried any more: 60 to 21,600, which is the default. */
  maxAgeSeconds?: number;
  /** When this was said. */
  changedAt: string;
}

/** An execution. */
export interface Execution extends ExecutionSummary {
  /** The input. */
  input: Json;
  /** The output, once it has succeeded. */
  output?: Json;
  /** The error's name, if it failed or was stopped with one. */
  error?: string;
  /** And its cause. */
  cause?: string;
  /** The trace header that it was started with. */
  traceHeader?: string;
}

/** How many executions of a machine stand like this. */
export interface ExecutionCount {
  /** The machine, or `function:NAME` for asynchronous invocations. */
  machine: string;
  /** How they stand. */
  status: ExecutionStatus;
  /** How many, those in the archive included. */
  count: number;
}

/** How many executions there are, by machine and status. May lag by under a second. */
export interface ExecutionCounts {
  /** The counts; those of nothing are left out. */
  items: ExecutionCount[];
}

/** A page of executions, newest first. May lag by under a second. */
export interface ExecutionPage {
  /** The executions. */
  items: ExecutionSummary[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** How an execution stands. */
export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING" | "PAUSED" | "QUARANTINED" | "EXPIRED";

/** An execution as lists show it. */
export interface ExecutionSummary {
  /** Its id. */
  id: string;
  /** Its name; the id, if the caller gave none. */
  name: string;
  /** What it runs: a machine, or `function:NAME` for an asynchronous invocation. */
  machine: string;
  /** Which version of it. */
  machineVersion: number;
  /** The release that it was started by, if it was. */
  release?: number;
  /** The alias that it was started by, if it was. */
  alias?: string;
  /** How it stands. */
  status: ExecutionStatus;
  /** When it was accepted. */
  startedAt: string;
  /** When it ended. */
  endedAt?: string;
  /** Its labels. */
  tags?: { [name: string]: string };
  /** Its priority, -100 to 100. */
  priority?: number;
  /** How often it was redriven. */
  redriveCount?: number;
  /** When it was redriven last. */
  redrivenAt?: string;
}

/** Ends a task badly. */
export interface FailTask {
  /** The name that `Retry` and `Catch` match; `States.TaskFailed` if left out. */
  error?: string;
  /** Why, for people. */
  cause?: string;
}

/** A time at which a schedule will fire, or would. */
export interface Firing {
  /** When it is due. */
  dueAt: string;
  /** When it fires: that, and its jitter. */
  firesAt: string;
}

/** A due time that could not be started. */
export interface FiringFailure {
  /** When it was due. */
  dueAt: string;
  /** When it was tried last. */
  at: string;
  /** The code of what refused it. */
  code: string;
  /** Why. */
  message: string;
}

/** Times at which a schedule fires next, if nothing changes. */
export interface Firings {
  /** In order. */
  items: Firing[];
}

/** A function with its newest version. */
export interface Function {
  /** Its name. */
  name: string;
  /** When it was created. */
  createdAt: string;
  /** The newest version. */
  latest: FunctionVersion;
}

/** An address and where it leads. */
export interface FunctionAddress extends FunctionUrl {
  /** The address, by the host that it was asked of. */
  url: string;
  /** The same by the names of its account, function and alias. */
  byName: string;
}

/** A function's addresses by alias; its own stands under the empty text. */
export interface FunctionAddresses {
  /** The addresses. */
  items: { [name: string]: FunctionAddress };
}

/** A name for a release, or for two between which invocations are divided. */
export interface FunctionAlias {
  /** Its name; not a number. */
  name: string;
  /** For people. */
  description?: string;
  /** The release; the function's newest version if left out. */
  release?: number;
  /** Where some of the invocations go instead. */
  other?: FunctionRoute;
  /** How often it was changed. */
  changes?: number;
  /** When it was made. */
  createdAt: string;
}

/** A function's aliases, by name. */
export interface FunctionAliases {
  /** The aliases: at most 100. */
  items: FunctionAlias[];
}

/** How the events of a function are handled, by what is invoked: `$LATEST`, a release's number or an alias. */
export interface FunctionEvents {
  /** What was said of them. */
  items: { [name: string]: EventSettings };
}

/** The form of an upload. */
export interface FunctionForm {
  /**
   * The module, as `application/wasm`; or the text of a program whose `runtime` the settings name; or a zip of
   * either.
   */
  module: Uint8Array;
  /** The settings, as `application/json`. */
  settings?: FunctionSettings;
}

/** How a module is called; recognised at upload. */
export type FunctionKind = "command" | "reactor" | "handler" | "http";

/** A page of functions, by name. */
export interface FunctionPage {
  /** The functions. */
  items: Function[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** A version that was published under a number. AWS calls this a version. */
export interface FunctionRelease {
  /** Counts up from 1. */
  number: number;
  /** The version of the function. */
  version: number;
  /** For people, instead of the version's own. */
  description?: string;
  /** When it was published. */
  createdAt: string;
}

/** A function's releases, newest first. */
export interface FunctionReleases {
  /** The releases: at most 1,000. */
  items: FunctionRelease[];
}

/** A release beside that of an alias. */
export interface FunctionRoute {
  /** The release. */
  release: number;
  /** Which part of the invocations goes there: 0 to 1. */
  weight: number;
}

/** What a version may use and what it is given. Everything may be left out. */
export interface FunctionSettings {
  /** For people. */
  description?: string;
  /**
   * The language of a program, such as `javascript` or `python`, if its text was uploaded, or a zip of it; a zip
   * tells it by its files, if this is left out.
   */
  runtime?: string;
  /**
   * The function of a program that is called: `handler` in a single file, `file.function` in a zip. The usual
   * names are looked for if it is left out.
   */
  handler?: string;
  /** Milliseconds of wall time of one invocation: 1 to 900,000. */
  timeoutMs?: number;
  /** Bytes of linear memory: 65,536 to 4 GiB. */
  memoryBytesMax?: number;
  /** Fuel of one invocation: about one a WebAssembly instruction. */
  fuelMax?: number;
  /** Bytes of a result: up to 6 MiB, of kind `http` up to 1 GiB. */
  outputBytesMax?: number;
  /** Bytes of logs kept of one invocation; the rest is counted and dropped. */
  logBytesMax?: number;
  /** Bytes in the invocation's own `/tmp`; 0 gives it none. */
  diskBytesMax?: number;
  /**
   * Attempts by executions that run at once, on each node: 1 to 100,000; more of them wait and do not fail. No
   * limit of its own if left out.
   */
  maxConcurrency?: number;
  /**
   * Whether an attempt by an execution is made once at the most: one of which nobody knows what became is not made
   * again, and fails with `Function.OutcomeUnknown`. As `AtMostOnce` of each `Task` that calls it.
   */
  atMostOnce?: boolean;
  /** Whether a program's instance serves more than one call. */
  reuse?: Reuse;
  /** Calls that an instance serves, if it serves more than one: 1 to 1,000,000. */
  reuseUsesMax?: number;
  /** Seconds for which it does: 1 to 86,400. */
  reuseSecondsMax?: number;
  /** Environment variables; names that start with `STEPLOOM_` are ours. */
  environment?: { [name: string]: string };
  /** Folders of the node that its operator offers (`steploom up --volume NAME=DIR`). */
  volumes?: VolumeMount[];
  /** Hosts that it may call over HTTP; none if left out. */
  allowHosts?: AllowedHost[];
  /**
   * What it may do on the platform while it runs: `config`, `logging`, `keyvalue=STORE`, `objects=BUCKET`,
   * `invoke=FUNCTION`, `start=MACHINE`, `tasks`; nothing if left out.
   */
  grants?: string[];
  /** What else AWS's tools said of it, such as `Runtime` and `Role`: kept, shown to them, and of no effect. */
  lambda?: { [name: string]: Json };
}

/** An address under which a function, or an alias of it, answers HTTP. */
export interface FunctionUrl {
  /** What tells it from others, of all accounts. */
  id: string;
  /** Who may call. */
  auth: UrlAuth;
  /** Which pages of other origins may call. */
  cors?: UrlCors;
  /** When it was made. */
  createdAt: string;
  /** When it was changed. */
  changedAt: string;
}

/** One immutable version. */
export interface FunctionVersion {
  /** Counts up from 1. */
  version: number;
  /** SHA-256 of the module. */
  module: string;
  /** Bytes of the module. */
  moduleBytes: number;
  /** SHA-256 of what was uploaded, if the module was made from that. */
  source?: string;
  /** How it is called. */
  kind: FunctionKind;
  /** What it may use. */
  settings: FunctionSettings;
  /** When it was made. */
  createdAt: string;
}

/** A function's versions, newest first. */
export interface FunctionVersions {
  /** The versions; the newest 1,000. */
  items: FunctionVersion[];
}

/** A page of an execution's history. */
export interface History {
  /** The events. */
  items: Event[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** What to add to a number. */
export interface IncrementValue {
  /** A whole number, below 0 as well; 1 if left out. */
  by?: number;
}

/** What came of adding to a number. */
export interface Incremented {
  /** The number that is there now. */
  value: number;
}

/** What answers at `/`. */
export interface Index {
  /** The product's name. */
  name: string;
  /** Its version. */
  version: string;
  /** Where to go from here, by name. */
  links: { [name: string]: string };
}

/** What became of items. All items of a batch have their iteration's fate. */
export interface ItemCounts {
  /** Items that are known of: all of them, once `isTotal`. */
  total: number;
  /** Whether no more items are to be read. */
  isTotal: boolean;
  /** Those that were not started. */
  pending: number;
  /** Those whose iterations run. */
  running: number;
  /** Those that ended well. */
  succeeded: number;
  /** Those that failed. */
  failed: number;
  /** Those that failed with `States.Timeout`. */
  timedOut: number;
  /** Those given up as the map run ended. */
  aborted: number;
  /** Results that are in files of the `ResultWriter`. */
  resultsWritten: number;
}

/** A key, without its secret. */
export interface Key {
  /** Its id, which is no secret. */
  id: string;
  /** The account that it reaches. */
  account: string;
  /** What it is used as. */
  kind: string;
  /** What people call it; may be empty. */
  name: string;
  /** What it may do. */
  scopes: string[];
  /** How it stands. */
  status: KeyStatus;
  /** When it was made. */
  createdAt: string;
  /** From when on it is good for nothing. */
  expiresAt?: string;
  /** About when it was used last; may lag by an hour. */
  lastUsedAt?: string;
  /** When it was revoked. */
  revokedAt?: string;
}

/** A page of keys, by id. */
export interface KeyPage {
  /** The keys. */
  items: Key[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** How a key stands. */
export type KeyStatus = "active" | "expired" | "revoked";

/** A due time that was accepted. */
export interface LastFiring {
  /** When it was due. */
  dueAt: string;
  /** When it was accepted. */
  at: string;
  /** The execution. */
  execution: string;
  /** The execution's name, which follows from schedule and due time. */
  name: string;
}

/** Which of an execution's events are logged. An event that a level has, those before it have, too. */
export type LogLevel = "ALL" | "ERROR" | "FATAL" | "OFF";

/** A line of a log. */
export interface LogLine {
  /** When it was written. */
  timestamp: string;
  /** The invocation's request id; the execution's id. */
  requestId: string;
  /** The function's or the machine's version. */
  version: number;
  /** Who wrote it. */
  source: LogSource;
  /** The text, without the line's end; control characters are escaped. */
  message: string;
}

/** A page of log lines, oldest first. */
export interface LogPage {
  /** The lines. */
  items: LogLine[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** Who wrote a line. */
export type LogSource = "function" | "platform";

/** A machine with its newest definition. */
export interface Machine extends MachineSummary {
  /** The definition in Amazon States Language. */
  definition: Json;
  /** What its author may want to know, though it is valid. */
  warnings?: Diagnostic[];
}

/** What is logged of a machine's executions. */
export interface MachineLogging {
  /** Which events. */
  level?: LogLevel;
  /** Whether inputs and outputs are logged, too. */
  includeExecutionData?: boolean;
  /** ARNs of log groups, kept for those who ask; the logs are the machine's own here. */
  destinations?: string[];
}

/** A page of machines, by name. */
export interface MachinePage {
  /** The machines. */
  items: MachineSummary[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** What a machine has besides its definitions. */
export interface MachineProfile {
  /** Its settings. */
  settings: MachineSettings;
  /** Its labels. */
  tags?: { [name: string]: string };
  /** Names its definition and settings as they are now; absent as long as they are as they were made. */
  revision?: string;
  /** When definition or settings were changed last. */
  updatedAt: string;
}

/** A machine's settings. What is left out is as by default. */
export interface MachineSettings {
  /** Set when the machine is made, and never changed. */
  type?: MachineType;
  /** The ARN of a role, kept for those who ask: access is by keys here. */
  role?: string;
  /** What is logged. */
  logging?: MachineLogging;
  /** Whether AWS would trace executions, kept for those who ask: tracing is the server's setting here. */
  tracing?: boolean;
}

/** A machine as lists show it. */
export interface MachineSummary {
  /** Its name. */
  name: string;
  /** When it was created. */
  createdAt: string;
  /** The newest version. */
  latest: MachineVersion;
  /** How its executions are kept. */
  type?: MachineType;
}

/** How a machine's executions are kept. */
export type MachineType = "STANDARD" | "EXPRESS";

/** One immutable version of a machine. */
export interface MachineVersion {
  /** Counts up from 1. */
  version: number;
  /** SHA-256 of the definition's text. */
  definitionDigest: string;
  /** When it was made. */
  createdAt: string;
}

/** A machine's versions, newest first. */
export interface MachineVersions {
  /** The versions; the newest 1,000. */
  items: MachineVersion[];
}

/** A map run. */
export interface MapRun {
  /** Whose it is. */
  execution: string;
  /** Its number within the execution. */
  number: number;
  /** The `Map`'s name. */
  state: string;
  /** Its ARN. */
  arn: string;
  /** How it stands. */
  status: MapRunStatus;
  /** When it began. */
  startedAt: string;
  /** When it ended. */
  endedAt?: string;
  /** How often it went on after its end, as its execution was redriven. */
  redriveCount?: number;
  /** When that was last. */
  redrivenAt?: string;
  /** What became of its items. */
  items: ItemCounts;
  /** Iterations in flight at the most. */
  maxConcurrency: number;
  /** `ToleratedFailureCount`, if there is one. */
  toleratedFailureCount?: number;
  /** `ToleratedFailurePercentage`, if there is one. */
  toleratedFailurePercentage?: number;
  /** Items that ended, a second, since it began or was last redriven. */
  itemsPerSecond: number;
  /** When all items will have ended if it goes on like this; not known before all are read. */
  estimatedEndAt?: string;
}

/** How a map run stands. */
export type MapRunStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";

/** The map runs of an execution. */
export interface MapRuns {
  /** Those that run, and the last hundred that ended, in the order in which they began. */
  items: MapRun[];
}

/** A page of objects, by key. */
export interface ObjectPage {
  /** The objects. */
  items: BucketObject[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** What happens at a due time while an execution of the same schedule still runs. */
export type OverlapPolicy = "ALLOW_ALL" | "SKIP" | "BUFFER_ONE" | "BUFFER_ALL" | "CANCEL_OTHER" | "TERMINATE_OTHER";

/** Asks for a task of an activity. */
export interface PollActivity {
  /** The name that the worker gives itself, for the history. */
  worker?: string;
  /** Seconds to wait for a task, 0 to 60; 60 if left out. */
  waitSeconds?: number;
}

/** What every answer of status 400 and above carries. */
export interface Problem {
  /** The HTTP status again. */
  status: number;
  /** A stable name that programs may match. */
  code: string;
  /** What is wrong and what to do, for a person. */
  title: string;
  /** The request's id, to find it in the log. */
  requestId?: string;
  /** Each place that is wrong. */
  problems?: ProblemItem[];
  /** When a function failed: the name that `Retry` and `Catch` would match. */
  error?: string;
  /** When a function failed: why. */
  cause?: string;
  /** When a function failed and told it: where, in the words of its language. */
  stackTrace?: string[];
  /** When a function failed: the invocation's id, under which its logs are found. */
  invocationId?: string;
}

/** One place that is wrong. */
export interface ProblemItem {
  /** A stable name. */
  code: string;
  /** Where. */
  path: string;
  /** What, for a person. */
  message: string;
}

/** Publishes a function's newest version. */
export interface PublishFunction {
  /** For people; at most 256 characters. */
  description?: string;
}

/** Publishes a machine as it is now. */
export interface PublishMachine {
  /** For people; at most 256 characters. */
  description?: string;
  /** Only if the machine's `revision` is still this one; `INITIAL` where it has none yet. */
  revision?: string;
}

/** Makes an alias or changes it. */
export interface PutAlias {
  /** For people; at most 256 characters. */
  description?: string;
  /** One or two releases, whose weights add up to 100. Of an alias that is there they stay as they are if left out. */
  routes?: AliasRoute[];
}

/** Makes a connection, or replaces one. */
export interface PutConnection {
  /** How its calls prove who they are. */
  auth?: ConnectionAuth;
  /** Headers that are added. */
  headers?: ConnectionParameter[];
  /** Query parameters that are added. */
  query?: ConnectionParameter[];
  /** Fields that are added to a body that is an object. */
  body?: ConnectionParameter[];
}

/** What a group of schedules is made with. */
export interface PutScheduleGroup {
  /** Labels: at most 50, keys of up to 128 characters, values of up to 256. */
  tags?: { [name: string]: string };
}

/** Lets an execution that did not end well go on from where it ended. */
export interface RedriveExecution {
  /** The version of the machine that it follows from then on; the same as before, if left out. */
  version?: number;
  /** What the state that failed is given in place of its input. */
  input?: unknown;
  /** The output of the state that failed, which then counts as having ended well. */
  skip?: unknown;
  /**
   * Makes the redrive idempotent: for 15 minutes the same token again changes nothing, and is answered with how
   * the execution stands. 1 to 64 characters.
   */
  clientToken?: string;
}

/**
 * A version of a machine with its settings, published under a number that executions can be started by. AWS calls
 * this a version.
 */
export interface Release {
  /** Counts up from 1; a number is not used twice. */
  number: ReleaseNumber;
  /** The version of the definition. */
  version: number;
  /** What it was published with, for people. */
  description?: string;
  /** The revision of the machine that it is. */
  revision?: string;
  /** The settings. */
  settings: MachineSettings;
  /** When it was published. */
  createdAt: string;
}

/** A release's number within its machine. */
export type ReleaseNumber = number;

/** A machine's releases, newest first. */
export interface Releases {
  /** The releases: at most 1,000. */
  items: Release[];
}

/** How long a machine's closed executions are kept. What is left out is as the server has it for all machines. */
export interface Retention {
  /** Days since they ended: 1 to 36,500. */
  days?: number;
  /** The newest so many, about: they go by segments of the archive. */
  executions?: number;
}

/** Which calls share an instance. */
export type Reuse = "none" | "version";

/** A schedule. */
export interface Schedule {
  /** Its name. */
  name: string;
  /** Its group. */
  group: string;
  /** What AWS's APIs call it. */
  arn: string;
  /** What it is. */
  definition: ScheduleDefinition;
  /** When it was created. */
  createdAt: string;
  /** When it was changed last. */
  modifiedAt: string;
  /** How far it has come. */
  progress: ScheduleProgress;
}

/** What a schedule is. */
export interface ScheduleDefinition {
  /**
   * `at(2026-03-14T01:59:00)`, `rate(5 minutes)`, AWS's `cron(0 9 ? * MON-FRI *)`, the five fields of Unix's cron,
   * or `@daily` and the like.
   */
  expression: string;
  /** The IANA name of the zone in which local times are meant; UTC if left out. */
  timeZone?: string;
  /** For people; up to 512 characters. */
  description?: string;
  /** What it starts. */
  target: ScheduleTarget;
  /** Not due before this. */
  startAt?: string;
  /** Not due after this. */
  endAt?: string;
  /** Whether it fires. */
  state?: ScheduleState;
  /** Seconds over which firings are spread, each by a lot that follows from schedule and due time: 0 to 86,400. */
  jitterSeconds?: number;
  /** What becomes of local times that do not exist. */
  clockGap?: ClockGap;
  /** What happens while an earlier execution still runs. */
  overlap?: OverlapPolicy;
  /**
   * Seconds by which a due time may fire late after nobody was there to fire it; beyond, it is missed. 0 to
   * 31,536,000; 86,400 if left out.
   */
  catchUpSeconds?: number;
  /** After so many firings it is completed. */
  firingsMax?: number;
  /** How often a start that is refused is tried again. */
  retry?: ScheduleRetry;
  /** Where what could not be started is told. */
  deadLetter?: DeadLetter;
  /** What becomes of it after its last firing. */
  afterCompletion?: AfterCompletion;
  /** What AWS's API was given that means nothing here, kept to be given back. */
  aws?: Json;
}

/** A group of schedules. */
export interface ScheduleGroup {
  /** Its name. */
  name: string;
  /** What AWS's APIs call it. */
  arn: string;
  /** How it stands. */
  state: ScheduleGroupState;
  /** Its labels. */
  tags?: { [name: string]: string };
  /** When it was created. */
  createdAt: string;
  /** When it was changed last. */
  modifiedAt: string;
}

/** A page of groups, by name. */
export interface ScheduleGroupPage {
  /** The groups. */
  items: ScheduleGroup[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** How a group stands. */
export type ScheduleGroupState = "ACTIVE" | "DELETING";

/** A page of schedules, by group and name. */
export interface SchedulePage {
  /** The schedules. */
  items: Schedule[];
  /** Pass as `next` to get the page after this; absent on the last. */
  next?: string;
}

/** How far a schedule has come. */
export interface ScheduleProgress {
  /** When it fires next; never, if absent. */
  nextAt?: string;
  /** Due times that were accepted. */
  fired?: number;
  /** Due times that nobody was there for, within the catch-up window. */
  missed?: number;
  /** Due times that passed because of the overlap policy. */
  skipped?: number;
  /** Due times that could not be started, however often it was tried. */
  failed?: number;
  /** The last that was accepted. */
  last?: LastFiring;
  /** The last that could not be started, and why. */
  lastFailure?: FiringFailure;
  /** Executions of it that ran when it was looked last; not followed under `ALLOW_ALL`. */
  running?: string[];
  /** Due times that wait for the end of what runs. */
  buffered?: string[];
  /** Due times whose start is tried again. */
  retrying?: string[];
  /** Ranges that are being filled. */
  backfills?: Backfill[];
  /** When it was found that nothing will be due any more. */
  completedAt?: string;
}

/** How often a start that is refused is tried again. */
export interface ScheduleRetry {
  /** Tries after the first: 0 to 185. */
  attemptsMax?: number;
  /** Seconds after the due time in which it is tried: 60 to 86,400. */
  ageSecondsMax?: number;
}

/** Whether a schedule fires. */
export type ScheduleState = "ENABLED" | "DISABLED";

/** What a schedule starts: a machine's execution or a function's invocation, one of the two. */
export interface ScheduleTarget {
  /** The machine. */
  machine?: string;
  /** The function, invoked asynchronously. */
  function?: string;
  /** A machine's release or alias, or a function's version; the newest when it fires, if left out. */
  qualifier?: string;
  /**
   * The input; `{}` if left out. In its texts `<aws.scheduler.scheduled-time>`, `<aws.scheduler.schedule-arn>`,
   * `<aws.scheduler.execution-id>` and `<aws.scheduler.attempt-number>` stand for what they say.
   */
  input?: Json;
}

/** How events are handled, all of it: what is left out is as if nothing had been said. */
export interface SetEvents {
  /** How often an event is tried again that the function failed on: 0 to 2. */
  maxRetries?: number;
  /** Seconds after which an event is not tried any more: 60 to 21,600. */
  maxAgeSeconds?: number;
  /** Who hears that it went well: the ARN of a function or a machine. */
  onSuccess?: string;
  /** Who hears that it failed for good. */
  onFailure?: string;
}

/** What an alias of a function stands for, all of it. */
export interface SetFunctionAlias {
  /** For people; at most 256 characters. */
  description?: string;
  /** The release; the function's newest version if left out. */
  release?: number;
  /** Where some of the invocations go instead. */
  other?: FunctionRoute;
}

/** Who may call a function by its address, all of it. */
export interface SetUrl {
  /** Who may call; who may invoke the function, if left out. */
  auth?: UrlAuth;
  /** Which pages of other origins may call; none, if left out. */
  cors?: UrlCors;
}

/** How bad a diagnostic is. */
export type Severity = "ERROR" | "WARNING";

/** A slice of all executions, with one owner at a time. */
export interface Shard {
  /** Its number. */
  id: number;
  /** The first of its slots. */
  firstSlot: number;
  /** The last of its slots. */
  lastSlot: number;
  /** The node that owns it; absent while it is between two owners. */
  owner?: string;
  /** How often it was taken: the number that fences former owners. */
  epoch: number;
  /** Records in its journal so far, those that were trimmed included. */
  records: number;
}

/** What became of a shard that was split. */
export interface ShardSplit {
  /** The shards that have its slots now. */
  into: number[];
}

/** All shards. */
export interface Shards {
  /** By their first slots. */
  items: Shard[];
}

/** What part of a node's permits a machine's tasks have while others wait, too. */
export interface Share {
  /**
   * 1 to 1,000; a machine of the weight 3 runs three tasks where one of the weight 1 runs one. 1 if it was never
   * set.
   */
  weight: number;
}

/** Splits a shard. */
export interface SplitShard {
  /** The first slot of the second half; the middle if left out. */
  at?: number;
}

/** What became of one start of a batch. */
export type StartAnswer = { execution: ExecutionSummary; isNew: boolean } | { error: StartError };

/** What became of a batch of starts. */
export interface StartBatch {
  /** An answer for each start, in their order. */
  items: StartAnswer[];
}

/** When an execution has to begin at the latest. */
export type StartBefore = string | number;

/** Why one start of a batch was refused. */
export interface StartError {
  /** The HTTP status that a request of its own would have had: 429 and 503 may be tried again. */
  status: number;
  /** A stable name that programs may match. */
  code: string;
  /** What is wrong and what to do, for a person. */
  message: string;
}

/** Starts an execution. */
export interface StartExecution {
  /** The machine. */
  machine: string;
  /** One of its versions; the newest if left out. */
  version?: number;
  /** A release's number or an alias, in place of a version. */
  qualifier?: string;
  /**
   * A name that makes the start idempotent: while the execution runs, the same name and input give the same
   * answer.
   */
  name?: string;
  /** The input; `{}` if left out. */
  input?: unknown;
  /** Labels for searches: at most 50, keys of up to 128 characters, values of up to 256. */
  tags?: { [name: string]: string };
  /**
   * -100 to 100: its tasks, and its turn where it waits for a limit, go before those of lower priority of the same
   * machine. 0 if left out.
   */
  priority?: number;
  /** It is dropped, with the status EXPIRED, if it has not begun by then: an instant, or seconds from now. */
  startBefore?: StartBefore;
  /**
   * Of the machine's executions with the same key only so many run at once; the others wait as PENDING. 1 to 128
   * characters.
   */
  concurrencyKey?: string;
  /** How many of the key run at once: 1 to 100,000; 1 if left out. */
  concurrencyLimit?: number;
  /** Those of the key run one at a time, in the order in which they were accepted. */
  ordered?: boolean;
  /**
   * It runs in memory as executions of EXPRESS machines do: of its history only the start and the end are kept,
   * and it is run again from its start if its node is lost meanwhile.
   */
  express?: boolean;
  /**
   * By which the caller finds it in traces of its own; kept with the execution and shown. At most 256 characters,
   * all of them ASCII.
   */
  traceHeader?: string;
}

/** Stops an execution. */
export interface StopExecution {
  /** An error's name to be kept with it. */
  error?: string;
  /** Why. */
  cause?: string;
}

/** Keys of a store, by their bytes. */
export interface StoreKeys {
  /** The keys. */
  keys: string[];
  /** Pass as `after` to get the page after this; absent on the last. */
  next?: string;
}

/** Ends a task well. */
export interface SucceedTask {
  /** The task's result; `{}` if left out. */
  output?: unknown;
}

/** An execution that was run while its caller waited. It is kept nowhere: this answer is all there is. */
export interface SyncExecution extends ExecutionSummary {
  /** Its ARN, as the context object has it. */
  arn: string;
  /** The input. */
  input: Json;
  /** The output, if it has succeeded. */
  output?: Json;
  /** The error's name, if it failed. */
  error?: string;
  /** And its cause. */
  cause?: string;
  /** The trace header that it was started with. */
  traceHeader?: string;
  /** What AWS would bill. */
  billing: Billing;
}

/** A machine's labels. */
export interface Tags {
  /** By key. */
  tags: { [name: string]: string };
}

/** What is to be different from now on; what is left out stays. */
export interface UpdateMapRun {
  /** Iterations in flight at the most, up to 10,000; 0 keeps further ones from being started. */
  maxConcurrency?: number;
  /** Items that may fail. */
  toleratedFailureCount?: number;
  /** The part of all items that may fail, 0 to 100. */
  toleratedFailurePercentage?: number;
}

/** Who may call a function by its address. */
export type UrlAuth = "none" | "key";

/** Which pages of other origins may call. */
export interface UrlCors {
  /** Whether with what the browser knows of its user. */
  allowCredentials?: boolean;
  /** Headers that they may send; `*` is all. */
  allowHeaders?: string[];
  /** Methods that they may use; `*` is all. */
  allowMethods?: string[];
  /** Where they may come from; `*` is anywhere. */
  allowOrigins?: string[];
  /** Headers of the answer that they may read. */
  exposeHeaders?: string[];
  /** Seconds for which a browser may rely on this. */
  maxAge?: number;
}

/** What a definition was found to be. */
export interface Validation {
  /** Whether it would be taken. */
  valid: boolean;
  /** Errors and warnings, all at once. */
  diagnostics: Diagnostic[];
}

/** A volume that a function sees, read-only. */
export interface VolumeMount {
  /** The volume's name, as its operator offers it. */
  name: string;
  /** Where the function finds it: an absolute path. */
  path: string;
}

/** What narrows or changes `list_activities`. */
export interface ListActivitiesQuery {
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `list_audit`. */
export interface ListAuditQuery {
  /** Only changes of what has this name or id. */
  name?: string;
  /** How many at the most, 1 to 1,000; 50 if left out. */
  limit?: number;
  /** What the page before gave as `next`: the number of its last record. */
  next?: string;
}

/** What narrows or changes `list_buckets`. */
export interface ListBucketsQuery {
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `list_objects`. */
export interface ListObjectsQuery {
  /** Only those whose key begins so. */
  prefix?: string;
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `list_connections`. */
export interface ListConnectionsQuery {
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `list_executions`. */
export interface ListExecutionsQuery {
  /** Only those of this machine. */
  machine?: string;
  /** Only those that stand like this. */
  status?: ExecutionStatus;
  /** Only those whose name starts with this. */
  namePrefix?: string;
  /** Only those that were accepted then or later. */
  since?: string;
  /** Only those that were accepted before. */
  until?: string;
  /** Only those with this tag, as `key=value`; the key ends at the first `=`. */
  tag?: string;
  /**
   * Only those that were started by this release's number or alias of the machine, which must be named; in place
   * of a tag.
   */
  qualifier?: string;
  /** Only those that ended with the error of this name. */
  error?: string;
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `count_executions`. */
export interface CountExecutionsQuery {
  /** Only those of this machine. */
  machine?: string;
}

/** What narrows or changes `run_execution`. */
export interface RunExecutionQuery {
  /** Which of its events: ALL, ERROR, FATAL or OFF; none if left out. */
  logLevel?: "ALL" | "ERROR" | "FATAL" | "OFF";
  /** Whether with inputs, outputs, and all data between states. */
  includeExecutionData?: boolean;
}

/** What narrows or changes `follow_events`. */
export interface FollowEventsQuery {
  /** Only events with a greater id; the header `Last-Event-ID` goes before it. */
  after?: number;
}

/** What narrows or changes `get_history`. */
export interface GetHistoryQuery {
  /** How many events: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** Newest first. */
  reverse?: boolean;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `list_functions`. */
export interface ListFunctionsQuery {
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `put_function`. */
export interface PutFunctionQuery {
  /** Fail with `FunctionExists` if there is one already */
  createOnly?: boolean;
}

/** What narrows or changes `put_function_alias`. */
export interface PutFunctionAliasQuery {
  /** Fail with `AliasExists` if there is one */
  createOnly?: boolean;
}

/** What narrows or changes `delete_function_events`. */
export interface DeleteFunctionEventsQuery {
  /** Those of this release or alias; those of the function as it is, if left out. */
  qualifier?: string;
}

/** What narrows or changes `put_function_events`. */
export interface PutFunctionEventsQuery {
  /** Those of this release or alias; those of the function as it is, if left out. */
  qualifier?: string;
}

/** What narrows or changes `invoke_function`. */
export interface InvokeFunctionQuery {
  /**
   * A release's number or an alias; of a function that was never published, a version's number. The newest version
   * if left out.
   */
  qualifier?: string;
}

/** What narrows or changes `invoke_function_async`. */
export interface InvokeFunctionAsyncQuery {
  /** A name that makes the invocation idempotent, as an execution's name does. */
  name?: string;
  /**
   * A release's number or an alias; of a function that was never published, a version's number. The newest version
   * if left out.
   */
  qualifier?: string;
}

/** What narrows or changes `read_logs`. */
export interface ReadLogsQuery {
  /** Only those of this invocation. */
  requestId?: string;
  /** Only those from then on; the last hour if left out and no request id is given. */
  since?: string;
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `delete_function_url`. */
export interface DeleteFunctionUrlQuery {
  /** That of this alias; that of the function as it is, if left out. */
  alias?: string;
}

/** What narrows or changes `put_function_url`. */
export interface PutFunctionUrlQuery {
  /** That of this alias; that of the function as it is, if left out. */
  alias?: string;
}

/** What narrows or changes `list_keys`. */
export interface ListKeysQuery {
  /** How many at the most, 1 to 1,000; 50 if left out. */
  limit?: number;
  /** What the page before gave as `next`. */
  next?: string;
  /** The account; the caller's if left out. */
  account?: string;
}

/** What narrows or changes `revoke_key`. */
export interface RevokeKeyQuery {
  /** The account; the caller's if left out. */
  account?: string;
}

/** What narrows or changes `list_machines`. */
export interface ListMachinesQuery {
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `put_machine`. */
export interface PutMachineQuery {
  /**
   * STANDARD or EXPRESS: fail with `MachineTypeFixed` if there is a machine of the other type. If left out, a
   * machine keeps its type, and a new one is STANDARD.
   */
  type?: "STANDARD" | "EXPRESS";
  /** Fail with `MachineExists` if there is one with another definition or type */
  createOnly?: boolean;
}

/** What narrows or changes `put_alias`. */
export interface PutAliasQuery {
  /** Fail with `AliasExists` if there is one that differs */
  createOnly?: boolean;
}

/** What narrows or changes `read_machine_logs`. */
export interface ReadMachineLogsQuery {
  /** Only those of this invocation. */
  requestId?: string;
  /** Only those from then on; the last hour if left out and no request id is given. */
  since?: string;
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `list_schedule_groups`. */
export interface ListScheduleGroupsQuery {
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `put_schedule_group`. */
export interface PutScheduleGroupQuery {
  /** Fail with `ScheduleGroupExists` if there is one */
  createOnly?: boolean;
}

/** What narrows or changes `list_schedules`. */
export interface ListSchedulesQuery {
  /** Only those of this group. */
  group?: string;
  /** Only those whose names begin so. */
  namePrefix?: string;
  /** Only those that stand so. */
  state?: "ENABLED" | "DISABLED";
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
  /** From the page before. */
  next?: string;
}

/** What narrows or changes `delete_schedule`. */
export interface DeleteScheduleQuery {
  /** The group; `default` if left out. */
  group?: string;
}

/** What narrows or changes `get_schedule`. */
export interface GetScheduleQuery {
  /** The group; `default` if left out. */
  group?: string;
}

/** What narrows or changes `put_schedule`. */
export interface PutScheduleQuery {
  /** The group; `default` if left out. */
  group?: string;
  /** Fail with `ScheduleExists` if there is one */
  createOnly?: boolean;
}

/** What narrows or changes `backfill_schedule`. */
export interface BackfillScheduleQuery {
  /** The group; `default` if left out. */
  group?: string;
}

/** What narrows or changes `list_firings`. */
export interface ListFiringsQuery {
  /** The group; `default` if left out. */
  group?: string;
  /** How many: 1 to 100; 10 if left out. */
  limit?: number;
  /** Those that are due after this; after what is decided already, if left out. */
  after?: string;
}

/** What narrows or changes `pause_schedule`. */
export interface PauseScheduleQuery {
  /** The group; `default` if left out. */
  group?: string;
}

/** What narrows or changes `resume_schedule`. */
export interface ResumeScheduleQuery {
  /** The group; `default` if left out. */
  group?: string;
}

/** What narrows or changes `list_store_keys`. */
export interface ListStoreKeysQuery {
  /** Only those that begin so. */
  prefix?: string;
  /** Only those behind this key; `next` of the page before. */
  after?: string;
  /** How many: 1 to 1,000; 100 if left out. */
  limit?: number;
}
