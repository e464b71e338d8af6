// What a function imports from "steploom": log lines with a level and fields, errors with a name, the call's context,
// and calls back.
import { context } from "steploom:context";
import { FunctionError } from "steploom:failure";
import { inspect } from "steploom:inspect";
import * as host from "steploom:host";
import * as platform from "steploom:platform";

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

export { context, FunctionError };
export * from "steploom:platform";
export default { FunctionError, log, context, ...platform };
