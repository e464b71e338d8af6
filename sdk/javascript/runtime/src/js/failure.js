// Errors as the platform has them: JSON with `errorType`, `errorMessage` and, if there is one, `stackTrace`.
import { inspect } from "steploom:inspect";

/** What JavaScript calls an error that was given no name of its own. */
const PLAIN = "Error";
/** How a line of a stack begins that is of a built-in module, whatever its form. */
const INTERNAL = /\((steploom|node):|^at (steploom|node):|^at \S+ \(native\)$/;
const FRAMES_MAX = 50;

let place;

/** Makes the pattern once, before the memory is kept. */
export function compilePlaces() {
  place = /^\s*at (?:.*\()?([^()\s][^()]*?):(\d+)(?::(\d+))?\)?\s*$/m;
}

/** An error with a name, which `Retry` and `Catch` of a state machine match. */
export class FunctionError extends Error {
  constructor(name, message = "", options = undefined) {
    super(message, options);
    Object.defineProperty(this, "name", { value: `${name}`, configurable: true, writable: true });
  }
}

/** The same of the runtime's own. */
export function named(name, message) {
  const error = new Error(message);
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return error;
}

/** The JSON of whatever was thrown. */
export function describe(thrown) {
  try {
    return JSON.stringify(shape(thrown));
  } catch {
    return '{"errorType":"Error","errorMessage":"what was thrown cannot be read"}';
  }
}

/** The JSON of the error that a result is which cannot be JSON. */
export function misfit(error) {
  return describe(named("InvalidResult", `the result cannot be JSON: ${error?.message ?? error}`));
}

function shape(thrown) {
  const isObject = thrown !== null && typeof thrown === "object";
  if (!isObject || !("message" in thrown)) {
    return { errorType: PLAIN, errorMessage: typeof thrown === "string" ? thrown : inspect(thrown) };
  }
  const errorType = nameOf(thrown);
  const errorMessage = `${thrown.message}`;
  const frames = typeof thrown.stack === "string" ? thrown.stack.split("\n").map((line) => line.trim()) : [];
  if (thrown instanceof SyntaxError && frames.length > 0) return syntax(errorType, errorMessage, thrown.stack);
  const shown = frames.filter((line) => line.startsWith("at ") && !INTERNAL.test(line)).slice(0, FRAMES_MAX);
  const error = { errorType, errorMessage };
  if (thrown.cause !== undefined) error.cause = shapeOfCause(thrown.cause, 0);
  if (shown.length > 0) error.stackTrace = [`${errorType}: ${errorMessage}`, ...shown];
  return error;
}

function shapeOfCause(cause, depth) {
  const isError = cause !== null && typeof cause === "object" && "message" in cause;
  if (!isError) return typeof cause === "string" ? cause : inspect(cause);
  const shaped = { errorType: nameOf(cause), errorMessage: `${cause.message}` };
  if (cause.cause !== undefined && depth < 5) shaped.cause = shapeOfCause(cause.cause, depth + 1);
  return shaped;
}

/** The error's name; that of its class, if it was given none. */
function nameOf(error) {
  const name = typeof error.name === "string" && error.name !== "" ? error.name : PLAIN;
  if (name !== PLAIN || Object.hasOwn(error, "name")) return name;
  const maker = error.constructor?.name;
  return error instanceof Error && typeof maker === "string" && maker !== "" ? maker : name;
}

/** A syntax error says where it is. */
function syntax(errorType, errorMessage, stack) {
  const found = place.exec(stack);
  if (!found || INTERNAL.test(stack.split("\n")[0].trim())) return { errorType, errorMessage };
  const [, file, line, column] = found;
  return {
    errorType,
    errorMessage: `${file}:${line}${column ? `:${column}` : ""}: ${errorMessage}`,
    file,
    line: Number(line),
    ...(column ? { column: Number(column) } : {}),
  };
}
