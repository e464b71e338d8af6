// What a function imports from "steploom": log lines with a level and fields, errors with a name, the call's context.
import { context } from "steploom:context";
import { inspect } from "steploom:inspect";
import * as host from "steploom:host";

/** An error with a name, which `Retry` and `Catch` of a state machine match. */
export class FunctionError extends Error {
  constructor(name, message = "", options = undefined) {
    super(message, options);
    Object.defineProperty(this, "name", { value: `${name}`, configurable: true, writable: true });
  }
}

/** Logs at level INFO; `log.debug`, `log.info`, `log.warn` and `log.error` say the level. */
export function log(message, fields) {
  write("INFO", message, fields);
}

for (const level of ["debug", "info", "warn", "error"]) {
  log[level] = { [level]: (message, fields) => write(level.toUpperCase(), message, fields) }[level];
}

/** One JSON object a line, on standard error. */
function write(level, message, fields) {
  const line = { level, message: typeof message === "string" ? message : inspect(message) };
  for (const [name, value] of Object.entries(fields ?? {})) line[name] = jsonable(value);
  host.write(2, `${JSON.stringify(line)}\n`);
}

/** A field's value; text where it cannot be JSON. */
function jsonable(value) {
  if (value instanceof Error) {
    return { errorType: value.name, errorMessage: value.message };
  }
  try {
    return JSON.stringify(value) === undefined ? null : value;
  } catch {
    return inspect(value);
  }
}

export { context };
export default { FunctionError, log, context };
