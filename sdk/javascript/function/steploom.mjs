// What functions in JavaScript share: errors with a name, and log lines with a level and fields.
//
//     import { FunctionError, log } from "./steploom.mjs";
//
//     export function handler(event, context) {
//       log.info("asked", { order: event.order });
//       throw new FunctionError("OrderUnknown", `there is no order ${event.order}`);
//     }

/** An error with a name, which `Retry` and `Catch` match. Any other error's name is that of its class. */
export class FunctionError extends Error {
  constructor(name, message = "", options = undefined) {
    super(message, options);
    this.name = `${name}`;
  }
}

/** Writes a line to the log, at the level INFO; `log.debug`, `log.warn` and `log.error` say another. */
export function log(message, fields) {
  write("INFO", message, fields);
}

for (const level of ["debug", "info", "warn", "error"]) {
  log[level] = (message, fields) => write(level.toUpperCase(), message, fields);
}

/** A line is a JSON object on standard error. */
function write(level, message, fields) {
  console.error(JSON.stringify({ level, message: `${message}`, ...fields }));
}
