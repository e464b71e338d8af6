/** What the document does not say of its operations. */

/** POST, PATCH and DELETE that may be done twice, and what may not be, as a condition on the arguments of the method. */
export const REPEATABLE: Record<string, string> = {
  // Who waits for this asks again themselves.
  readyz: "false",
  start_execution: "body.name !== undefined",
  start_executions: "body.every((start) => start.name !== undefined)",
  invoke_function_async: "query.name !== undefined",
  redrive_execution: "body.clientToken !== undefined",
  stop_execution: "true",
  pause_execution: "true",
  resume_execution: "true",
  release_execution: "true",
  update_map_run: "true",
  stop_map_run: "true",
  validate_machine: "true",
  publish_machine: "true",
  publish_function: "true",
  change_tags: "true",
  change_function_tags: "true",
  change_activity_tags: "true",
  heartbeat_task: "true",
  pause_schedule: "true",
  resume_schedule: "true",
  revoke_key: "true",
  delete_object: "true",
  delete_value: "true",
};

/** Milliseconds that an answer may take, where that is more than usual. */
export const TIMEOUT_MS: Record<string, string> = {
  // The module is sent and compiled meanwhile.
  put_function: "600_000",
  // The longest that a function may run, and a minute for the rest.
  invoke_function: "960_000",
  // The longest that such an execution may run, and a minute for the rest.
  run_execution: "360_000",
  // What the server waits for a task, and some more.
  poll_activity: "((body.waitSeconds ?? 60) + 15) * 1_000",
};

/** What the events of a stream hold, and after which id it begins, if they have ids. */
export const STREAMS: Record<string, { item: string; after?: string }> = {
  follow_events: { item: "Event", after: "query.after ?? 0" },
  follow_logs: { item: "LogLine" },
  follow_machine_logs: { item: "LogLine" },
};

/** Fields whose schema says less than is known. */
export const FIELDS: Record<string, string> = {
  "Event.details": "{ [name: string]: Json }",
  "FunctionSettings.lambda": "{ [name: string]: Json }",
};

/** Bodies whose schema says less than is known: any JSON is one. */
export const ANY_BODY = new Set(["invoke_function", "invoke_function_async", "put_machine", "validate_machine"]);
