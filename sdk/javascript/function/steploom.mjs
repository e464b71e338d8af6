// What functions in JavaScript share: errors with a name, log lines with a level and fields, and calls back.
//
//     import { FunctionError, invoke, log } from "./steploom.mjs";
//
//     export function handler(event, context) {
//       log.info("asked", { order: event.order });
//       if (!event.order) throw new FunctionError("OrderUnknown", "there is no order");
//       return invoke("price", { order: event.order });
//     }

/** What the runtime of Steploom has; nothing under Node.js, where tests run. */
const platform = globalThis.process?.getBuiltinModule?.("steploom");

/** An error with a name, which `Retry` and `Catch` match. Any other error's name is that of its class. */
export const FunctionError =
  platform?.FunctionError ??
  class FunctionError extends Error {
    constructor(name, message = "", options = undefined) {
      super(message, options);
      this.name = `${name}`;
    }
  };

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

/** What every call back comes to where nobody is who could answer. */
function nobody() {
  const message = "there is no platform here: calls back are answered where Steploom runs the function";
  throw Object.assign(new FunctionError("NoPlatform", message), { code: "NoPlatform" });
}

/**
 * Calls back: what the function's owner grants it, such as by `steploom deploy --grant invoke=resize`. What is not
 * granted throws a FunctionError whose `code` is `AccessDenied`; under Node.js, in tests, it is `NoPlatform`.
 * `fuel` says how much is left to this call, and needs no grant.
 */
export const { invoke, start, succeed, fail, heartbeat, config, objects, keyvalue, fuel } = platform ?? {
  invoke: nobody,
  start: nobody,
  succeed: nobody,
  fail: nobody,
  heartbeat: nobody,
  config: nobody,
  objects: { read: nobody, write: nobody, remove: nobody, list: nobody },
  keyvalue: { get: nobody, set: nobody, delete: nobody, increment: nobody, keys: nobody },
  fuel: () => Infinity,
};
