/** Starting one execution. */

import { randomName } from "#platform";
import type { Api } from "./generated/api.js";
import { isTaken } from "./invoke.js";
import type { Json } from "./json.js";
import { checkName } from "./path.js";
import type { CallOptions } from "./transport.js";
import type { Execution, LogLevel, StartExecution, SyncExecution } from "./generated/wire.js";

/** The terms of a start, without what is started: name, qualifier, tags, priority, and so on. */
export type Terms = Omit<StartExecution, "machine" | "input">;

/** What a caller may say of a start. */
export type StartOptions = Terms & CallOptions;

/** What a caller may say of an execution that it runs in memory. */
export interface RunOptions extends StartOptions {
  /** Which of its events are logged; none if left out. */
  logLevel?: LogLevel;
  /** Whether the log has inputs, outputs, and all data between states. */
  includeExecutionData?: boolean;
}

/** An execution that was started, or found. */
export type Started = Execution & {
  /** Whether this call started it; else it was there already, by the same name and input. */
  isNew: boolean;
};

/** An execution that has ended, or not yet, with an output that its caller knows. */
export type ExecutionOf<R> = Omit<Execution, "output"> & { output?: R };

/** The same of one that ran in memory. */
export type SyncExecutionOf<R> = Omit<SyncExecution, "output"> & { output?: R };

/** Starts an execution. Without a name it gets one of ours, so that a repetition cannot start another. */
export async function start(
  api: Api,
  machine: string,
  input: unknown,
  { signal, timeoutMs, ...terms }: StartOptions,
): Promise<Started> {
  checkName(machine, "a machine's name");
  const name = terms.name === undefined ? randomName() : checkName(terms.name, "an execution's name");
  const options = callOptions(signal, timeoutMs);
  const isOurs = terms.name === undefined;
  try {
    const started = await api.startExecution({ ...terms, machine, name, input }, options);
    return { ...started, isNew: started.isNew || isOurs };
  } catch (error) {
    if (!isOurs || !isTaken(error)) throw error;
    return { ...(await api.getExecutionByName(machine, name, options)), isNew: true };
  }
}

/** Runs an execution in memory while its caller waits. Not repeated. */
export async function run<R = Json>(
  api: Api,
  machine: string,
  input: unknown,
  { signal, timeoutMs, logLevel, includeExecutionData, ...terms }: RunOptions,
): Promise<SyncExecutionOf<R>> {
  checkName(machine, "a machine's name");
  if (terms.name !== undefined) checkName(terms.name, "an execution's name");
  const query = {
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(includeExecutionData === undefined ? {} : { includeExecutionData }),
  };
  const ended = await api.runExecution({ ...terms, machine, input }, query, callOptions(signal, timeoutMs));
  return ended as SyncExecutionOf<R>;
}

function callOptions(signal?: AbortSignal, timeoutMs?: number): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
}
