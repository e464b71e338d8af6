/** The client: what people do most, a method each; `api` has a plain method for everything else. */

import { Api } from "./generated/api.js";
import { startMany } from "./batch.js";
import {
  deployFunction,
  deployMachine,
  type DeployedFunction,
  type DeployFunctionOptions,
  type DeployMachineOptions,
  type Module,
} from "./deploy.js";
import { type Answer, invoke, invokeAsync, type InvokeAsyncOptions, type InvokeOptions } from "./invoke.js";
import type { Json } from "./json.js";
import { items } from "./pages.js";
import { checkName } from "./path.js";
import { type ClientOptions, resolve } from "./settings.js";
import {
  type ExecutionOf,
  run,
  type RunOptions,
  start,
  type Started,
  type StartOptions,
  type SyncExecutionOf,
} from "./start.js";
import type { Stream, StreamOptions } from "./stream.js";
import { type CallOptions, Transport } from "./transport.js";
import { wait } from "./wait.js";
import type * as wire from "./generated/wire.js";

/** A client of one Steploom. It holds no connection of its own: there is nothing to close. */
export class Client {
  /** One plain method for each operation of the HTTP API. */
  readonly api: Api;
  readonly #transport: Transport;

  /**
   * A client of the Steploom at `endpoint`; if that is left out, at `STEPLOOM_ENDPOINT`, else at
   * `http://127.0.0.1:8080`. Nothing is sent yet.
   *
   * Throws `InvalidError` `InvalidOption` for what makes no sense.
   */
  constructor(options: ClientOptions = {}) {
    this.#transport = new Transport(resolve(options));
    this.api = new Api(this.#transport);
  }

  /** Where it looks for Steploom. */
  get endpoint(): string {
    return this.#transport.settings.endpoint;
  }

  /**
   * Uploads a module as a function, or as a new version of one; it can be invoked from now on. If the newest
   * version is of the same module and settings, nothing is uploaded.
   */
  deployFunction(
    name: string,
    module: Module,
    settings: wire.FunctionSettings = {},
    options: DeployFunctionOptions = {},
  ): Promise<DeployedFunction> {
    return deployFunction(this.api, name, module, settings, options);
  }

  /**
   * Keeps a definition as a machine, or as a new version of one; the same text again makes no new
   * version. `definition` is an object, or a text of JSON or YAML.
   *
   * Throws `InvalidError` with each place that is wrong in `problems`.
   */
  deployMachine(name: string, definition: object | string, options: DeployMachineOptions = {}): Promise<wire.Machine> {
    return deployMachine(this.#transport, name, definition, options);
  }

  /**
   * Invokes a function and waits for its answer. Never repeated: the function may have run.
   *
   * Throws `FunctionFailedError` when the function failed, with `error` and `cause`.
   */
  invoke<R = Json>(name: string, event: unknown = {}, options: InvokeOptions = {}): Promise<Answer<R>> {
    return invoke<R>(this.#transport, name, event, options);
  }

  /** Invokes a function later, durably: an execution whose output will be the function's answer. */
  invokeAsync(name: string, event: unknown = {}, options: InvokeAsyncOptions = {}): Promise<wire.Execution> {
    return invokeAsync(this.api, name, event, options);
  }

  /**
   * Starts an execution; it survives a crash from now on. With a `name`, the same start again changes nothing
   * while it runs (`isNew` is false). Without one, each call starts one execution, however often it is sent.
   *
   * Throws `ConflictError` `ExecutionAlreadyExists` when the name is taken by another input or an execution
   * that has ended.
   */
  start(machine: string, input: unknown = {}, options: StartOptions = {}): Promise<Started> {
    return start(this.api, machine, input, options);
  }

  /**
   * Starts any number of executions, in requests of at most 5,000 and 32 MiB, one after the other. A start may
   * have 272 KiB. The answers are in the order of the starts; one that is refused (`"error" in answer`) leaves
   * the others alone.
   *
   * Throws `BatchError` with the answers so far when a later request fails for good.
   */
  startMany(
    starts: Iterable<wire.StartExecution> | AsyncIterable<wire.StartExecution>,
    options: CallOptions = {},
  ): Promise<wire.StartAnswer[]> {
    return startMany(this.#transport, this.api, starts, options);
  }

  /**
   * Runs an execution in memory while the caller waits, five minutes at the most, and gives how it ended: one
   * that fails is no error. Nothing of it is kept. Never repeated.
   *
   * Throws `InvalidError` `MachineNotExpress` when the machine has what EXPRESS machines may not have.
   */
  run<R = Json>(machine: string, input: unknown = {}, options: RunOptions = {}): Promise<SyncExecutionOf<R>> {
    return run<R>(this.api, machine, input, options);
  }

  /**
   * Waits until an execution has ended, however it did, and gives it; for ever, if no `timeoutMs` is given.
   *
   * Throws `TimedOutError`; the execution goes on.
   */
  wait<R = Json>(id: string, options: CallOptions = {}): Promise<ExecutionOf<R>> {
    return wait<R>(this.#transport, this.api, id, options);
  }

  /** One execution as it stands, with input and output; reads what was just written. */
  describe(id: string, options: CallOptions = {}): Promise<wire.Execution> {
    return this.api.getExecution(id, options);
  }

  /** The same by its name. `machine` is a machine's name, or `function:NAME` for an asynchronous invocation. */
  async describeByName(machine: string, name: string, options: CallOptions = {}): Promise<wire.Execution> {
    checkName(typeof machine === "string" ? machine.replace(/^function:/, "") : machine, "a machine's name");
    return this.api.getExecutionByName(machine, checkName(name, "an execution's name"), options);
  }

  /** Ends an execution, with an error's name and a cause if given. One that had ended already is left as it is. */
  stop(id: string, reason: wire.StopExecution = {}, options: CallOptions = {}): Promise<wire.Execution> {
    return this.api.stopExecution(id, reason, options);
  }

  /** Executions, newest first, page by page. May lag by under a second. */
  list(
    query: wire.ListExecutionsQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<wire.ExecutionSummary, undefined> {
    return items((page) => this.api.listExecutions(page, options), query);
  }

  /** An execution's events up to now, page by page. */
  history(
    id: string,
    query: wire.GetHistoryQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<wire.Event, undefined> {
    return items((page) => this.api.getHistory(id, page, options), query);
  }

  /**
   * Follows an execution: its events with an id above `after` (0: all), then those to come, until it has
   * ended. The line may break meanwhile: no event is lost or told twice.
   */
  follow(id: string, { after = 0, ...options }: { after?: number } & StreamOptions = {}): Stream<wire.Event> {
    return this.api.followEvents(id, { after }, options);
  }

  /** A function's log, oldest line first, page by page: the last hour, unless the query says otherwise. */
  logs(
    name: string,
    query: wire.ReadLogsQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<wire.LogLine, undefined> {
    return items((page) => this.api.readLogs(checkName(name, "a function's name"), page, options), query);
  }

  /**
   * Follows a function's log: lines that are written once this has returned. When the line breaks it goes on
   * from when it is back; what was written meanwhile is in {@link logs}.
   */
  async followLogs(name: string, options: StreamOptions = {}): Promise<Stream<wire.LogLine>> {
    return this.api.followLogs(checkName(name, "a function's name"), options).begin();
  }
}
