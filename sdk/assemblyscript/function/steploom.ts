/**
 * What a function of Steploom in AssemblyScript is made with: it takes events and gives results,
 * errors with names, the call's context, and log lines with levels and fields.
 *
 * The file that is compiled names its handler and passes the host's two functions on:
 *
 *     import { Answer, Context, handle } from "./steploom";
 *     export { steploom_alloc, steploom_handle } from "./steploom";
 *
 *     handle((call: Context, event: string): Answer => Answer.result(event));
 *
 * Compiled with `--exportStart _initialize --use abort=assembly/steploom/abort` it is a module of
 * kind reactor. The host makes a fresh instance for every call, so globals keep nothing from one
 * call to the next. AssemblyScript has no exceptions: an error is an answer; `throw` and a failed
 * check end the call with `Function.Trap`, and what they say is in the log. It has no JSON either:
 * events and results are text, read with `member` and `text`, written with `Fields` and `quote`.
 */

/** Answers one event, which is JSON that the host has checked. */
export type Handler = (call: Context, event: string) => Answer;

let handler: Handler | null = null;

/** Makes `answers` the one that answers events. Call it once, outside of any function. */
export function handle(answers: Handler): void {
  handler = answers;
}

function answerTo(event: string): Answer {
  const answers = handler;
  if (answers !== null) return answers(new Context(), event);
  return Answer.error("NoHandler", "nothing handles events: call handle() in the file that is compiled");
}

/** What a handler gives: a result or an error with a name. */
export class Answer {
  private constructor(
    /** JSON. */
    readonly json: string,
    readonly isError: bool,
  ) {}

  /** A result, as JSON. Text that is no JSON fails the call with `Function.InvalidOutput`. */
  static result(json: string): Answer {
    return new Answer(json, false);
  }

  /**
   * An error. `Retry` and `Catch` of a state machine match its `name`, of at most 256 bytes;
   * `message` is the cause, of at most 32 KiB. The rest of either is cut. Names that begin with
   * `Function.` or `States.` are the platform's.
   */
  static error(name: string, message: string): Answer {
    const shape = new Fields().set("errorType", name).set("errorMessage", message);
    return new Answer(shape.toString(), true);
  }
}

/**
 * What a function learns of the call that it answers; a text is empty where there is nothing to
 * say. Calls back to the platform will be methods of it.
 */
export class Context {
  /** The invocation's id, under which its log is found. */
  get requestId(): string {
    return said("STEPLOOM_REQUEST_ID");
  }

  /** The function's name. */
  get functionName(): string {
    return said("STEPLOOM_FUNCTION");
  }

  /** Which upload of the function runs, counted from 1. */
  get version(): i32 {
    return whole("STEPLOOM_VERSION");
  }

  /** Who owns the function. */
  get account(): string {
    return said("STEPLOOM_ACCOUNT");
  }

  /** When the call must end, in RFC 3339. */
  get deadline(): string {
    return said("STEPLOOM_DEADLINE");
  }

  /** How much time is left before the deadline, in milliseconds; 0 if it is over or unknown. */
  get remainingMs(): i64 {
    const deadline = this.deadline;
    return deadline.length ? max<i64>(0, Date.fromString(deadline).getTime() - nowMs()) : 0;
  }

  /** How often the step was retried before; 0 outside of a step. */
  get retry(): i32 {
    return whole("STEPLOOM_RETRY");
  }

  /** The execution's name; empty outside of a step. */
  get execution(): string {
    return said("STEPLOOM_EXECUTION");
  }

  /** The state of the machine; empty outside of a step. */
  get state(): string {
    return said("STEPLOOM_STATE");
  }

  /**
   * The attempt's id; empty outside of a step. It is the same when the attempt is made again after
   * a crash of the server, so that a function with effects elsewhere can recognise it.
   */
  get attempt(): string {
    return said("STEPLOOM_ATTEMPT");
  }
}

function said(name: string): string {
  const value = variable(name);
  return value === null ? "" : value;
}

function whole(name: string): i32 {
  const value = variable(name);
  return value === null ? 0 : I32.parseInt(value);
}

// --- JSON: the least of it

/** The members of a JSON object, in the order in which they are set: a result, or a line's fields. */
export class Fields {
  private members: string = "";

  /** Adds text, a number or a bool. Numbers that JSON does not have, such as NaN, become null. */
  set<T>(name: string, value: T): Fields {
    if (isString<T>()) return this.json(name, quote(value as string));
    if (isBoolean<T>()) return this.json(name, value ? "true" : "false");
    if (isInteger<T>()) return this.json(name, value.toString());
    if (isFloat<T>()) return this.json(name, isFinite(value) ? value.toString() : "null");
    ERROR("a field is text, a number or a bool; use json() for anything else");
  }

  /** Adds what is JSON already, such as what `member` gave. */
  json(name: string, json: string): Fields {
    if (this.members.length) this.members += ",";
    this.members += quote(name) + ":" + json;
    return this;
  }

  /** The JSON object. */
  toString(): string {
    return "{" + this.members + "}";
  }
}

/** Writes text as a JSON string, with its quotation marks. */
export function quote(text: string): string {
  let units = 2;
  for (let i = 0; i < text.length; i++) units += escapedUnits(text.charCodeAt(i));
  if (units == text.length + 2) return '"' + text + '"';
  const out = new StaticArray<u16>(units);
  put(out, 0, Unit.QUOTE);
  let to = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const width = escapedUnits(unit);
    if (width == 1) {
      put(out, to, unit);
    } else {
      put(out, to, Unit.BACKSLASH);
      put(out, to + 1, width == 2 ? unit : Unit.U);
    }
    if (width == 6) {
      put(out, to + 2, Unit.ZERO);
      put(out, to + 3, Unit.ZERO);
      put(out, to + 4, hexDigit(unit >> 4));
      put(out, to + 5, hexDigit(unit & 15));
    }
    to += width;
  }
  put(out, to, Unit.QUOTE);
  return textOf(out, units);
}

/**
 * The member of a JSON object under a name, as JSON; the last if there are several, null if there
 * is none or `json` is no object. Reads nested ones in turn: `member(member(event, "a"), "b")`.
 * `json` must be valid, as events are.
 */
export function member(json: string | null, name: string): string | null {
  if (json === null) return null;
  let at = skipSpace(json, 0);
  if (unitAt(json, at) != Unit.OPEN_OBJECT) return null;
  let from = -1;
  let to = -1;
  at = skipSpace(json, at + 1);
  while (unitAt(json, at) == Unit.QUOTE) {
    const keyEnd = skipString(json, at);
    const value = skipSpace(json, skipSpace(json, keyEnd) + 1); // behind the colon
    const valueEnd = skipValue(json, value);
    if (isKey(json, at, keyEnd, name)) {
      from = value;
      to = valueEnd;
    }
    at = skipSpace(json, valueEnd);
    if (unitAt(json, at) == Unit.COMMA) at = skipSpace(json, at + 1);
  }
  return from < 0 ? null : json.substring(from, to);
}

/** What a JSON string says, without quotation marks and escapes; null if `json` is no string. */
export function text(json: string | null): string | null {
  if (json === null) return null;
  const from = skipSpace(json, 0);
  if (unitAt(json, from) != Unit.QUOTE) return null;
  const to = skipString(json, from) - 1;
  if (json.indexOf("\\", from) < 0) return json.substring(from + 1, to);
  const out = new StaticArray<u16>(to - from);
  let units = 0;
  for (let at = from + 1; at < to; at++) {
    let unit = unitAt(json, at);
    if (unit == Unit.BACKSLASH) {
      unit = unitAt(json, ++at);
      if (unit == Unit.U) {
        unit = <i32>U32.parseInt(json.substring(at + 1, at + 5), 16);
        at += 4;
      } else {
        unit = unescaped(unit);
      }
    }
    put(out, units++, unit);
  }
  return textOf(out, units);
}

/** UTF-16 units that JSON is made of. */
const enum Unit {
  QUOTE = 0x22,
  COMMA = 0x2c,
  ZERO = 0x30,
  A = 0x61,
  BACKSLASH = 0x5c,
  U = 0x75,
  OPEN_LIST = 0x5b,
  CLOSE_LIST = 0x5d,
  OPEN_OBJECT = 0x7b,
  CLOSE_OBJECT = 0x7d,
}

/** The UTF-16 unit at a place, -1 behind the end. */
function unitAt(json: string, at: i32): i32 {
  return json.charCodeAt(at);
}

/** How many units a unit takes in a JSON string. */
function escapedUnits(unit: i32): i32 {
  if (unit == Unit.QUOTE || unit == Unit.BACKSLASH) return 2;
  return unit < 0x20 ? 6 : 1;
}

function hexDigit(value: i32): i32 {
  return value < 10 ? Unit.ZERO + value : Unit.A + value - 10;
}

function put(units: StaticArray<u16>, at: i32, unit: i32): void {
  units[at] = <u16>unit;
}

/** What the unit after a backslash stands for. */
function unescaped(unit: i32): i32 {
  switch (unit) {
    case 0x62: return 0x08; // b
    case 0x66: return 0x0c; // f
    case 0x6e: return 0x0a; // n
    case 0x72: return 0x0d; // r
    case 0x74: return 0x09; // t
    default: return unit; // " \ /
  }
}

function skipSpace(json: string, at: i32): i32 {
  while (isSpace(unitAt(json, at))) at++;
  return at;
}

function isSpace(unit: i32): bool {
  return unit == 0x20 || unit == 0x0a || unit == 0x0d || unit == 0x09;
}

/** From a string's first quotation mark to behind its last. */
function skipString(json: string, at: i32): i32 {
  for (at++; at < json.length; at++) {
    const unit = unitAt(json, at);
    if (unit == Unit.QUOTE) return at + 1;
    if (unit == Unit.BACKSLASH) at++;
  }
  return at;
}

/** From a value's first unit to behind its last. */
function skipValue(json: string, at: i32): i32 {
  let depth = 0;
  while (at < json.length) {
    const unit = unitAt(json, at);
    if (unit == Unit.QUOTE) {
      at = skipString(json, at);
      if (!depth) return at;
      continue;
    }
    const opens = unit == Unit.OPEN_OBJECT || unit == Unit.OPEN_LIST;
    const closes = unit == Unit.CLOSE_OBJECT || unit == Unit.CLOSE_LIST;
    if (!depth && (closes || unit == Unit.COMMA || unit <= 0x20)) return at;
    at++;
    if (opens) depth++;
    if (closes && --depth == 0) return at;
  }
  return at;
}

function isKey(json: string, from: i32, to: i32, name: string): bool {
  const key = json.substring(from, to);
  return key.includes("\\") ? text(key)! == name : key == '"' + name + '"';
}

function textOf(units: StaticArray<u16>, length: i32): string {
  return String.UTF16.decodeUnsafe(changetype<usize>(units), length << 1);
}

// --- The log: a line of JSON on standard error

/** Writes a line for whoever looks for a fault: `{"level":"DEBUG","message":"…",fields…}`. */
export function debug(message: string, fields: Fields | null = null): void {
  log("DEBUG", message, fields);
}

/** Writes a line of what goes its way. */
export function info(message: string, fields: Fields | null = null): void {
  log("INFO", message, fields);
}

/** Writes a line of what is odd, though the function goes on. */
export function warn(message: string, fields: Fields | null = null): void {
  log("WARN", message, fields);
}

/** Writes a line of what failed. */
export function error(message: string, fields: Fields | null = null): void {
  log("ERROR", message, fields);
}

function log(level: string, message: string, fields: Fields | null): void {
  const start = new Fields().set("level", level).set("message", message).toString();
  const more = fields === null ? "{}" : fields.toString();
  const comma = more.length > 2 ? "," : "";
  write(start.substring(0, start.length - 1) + comma + more.substring(1) + "\n");
}

/** What the compiler calls where a program throws or fails a check; see `--use` above. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const where = (file === null ? "" : file) + ":" + line.toString() + ":" + column.toString();
  error(message === null ? "aborted" : message, new Fields().set("at", where));
  unreachable();
}

/** What the compiler calls for the seed of `Math.random`. */
export function seed(): f64 {
  random_get(place, 8);
  return reinterpret<f64>(load<u64>(place));
}

// --- WASI preview 1, the little that is needed. A function returns 0 or an error's number.

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "environ_sizes_get")
declare function environ_sizes_get(count: usize, bytes: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "environ_get")
declare function environ_get(places: usize, bytes: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(file: i32, parts: usize, count: usize, written: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "clock_time_get")
declare function clock_time_get(clock: i32, precisionNs: i64, time: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "random_get")
declare function random_get(at: usize, size: usize): i32;

const STANDARD_ERROR: i32 = 2;
const REALTIME: i32 = 0;

/** Sixteen bytes for what the host writes and reads. */
const place: usize = memory.data(16, 8);

/** A variable of the environment, such as one that `steploom deploy --env` set; null if it is not there. */
export function variable(name: string): string | null {
  environ_sizes_get(place, place + 4);
  const count = load<u32>(place);
  const places = heap.alloc(count * sizeof<usize>() + load<u32>(place + 4));
  environ_get(places, places + count * sizeof<usize>());
  const start = name + "=";
  let value: string | null = null;
  for (let i: u32 = 0; i < count && value === null; i++) {
    const at = load<usize>(places + i * sizeof<usize>());
    let end = at;
    while (load<u8>(end)) end++;
    const pair = String.UTF8.decodeUnsafe(at, end - at);
    if (pair.startsWith(start)) value = pair.substring(start.length);
  }
  heap.free(places);
  return value;
}

/** The time in milliseconds since 1970. `Date.now()` is not there: it would import what no host but a browser has. */
export function nowMs(): i64 {
  clock_time_get(REALTIME, 1_000_000, place);
  return load<i64>(place) / 1_000_000;
}

function write(line: string): void {
  const bytes = utf8(line);
  let at = changetype<usize>(bytes);
  let left = bytes.byteLength;
  while (left > 0) {
    store<usize>(place, at);
    store<usize>(place + 4, left);
    if (fd_write(STANDARD_ERROR, place, 1, place + 8)) return;
    const written = load<i32>(place + 8);
    if (written <= 0) return;
    at += written;
    left -= written;
  }
}

/** Half of a surrogate pair is no character: it becomes U+FFFD. */
function utf8(text: string): ArrayBuffer {
  const bytes = new ArrayBuffer(String.UTF8.byteLength(text));
  const from = changetype<usize>(text);
  String.UTF8.encodeUnsafe(from, text.length, changetype<usize>(bytes), false, String.UTF8.ErrorMode.REPLACE);
  return bytes;
}

// --- What the host calls

/** In the length of an answer: it is an error. */
const ERROR_BIT: u64 = 1 << 31;

/** The answer, which the host reads after `steploom_handle`. */
let kept: ArrayBuffer = new ArrayBuffer(0);

/** Gives the host `size` bytes to write the event into. */
export function steploom_alloc(size: usize): usize {
  return heap.alloc(size);
}

/** Answers the event of `size` bytes at `at`: the answer's address above its length. */
export function steploom_handle(at: usize, size: usize): u64 {
  const event = String.UTF8.decodeUnsafe(at, size);
  heap.free(at);
  const answer = answerTo(event);
  kept = utf8(answer.json);
  const packed = (<u64>changetype<usize>(kept)) << 32 | <u64>kept.byteLength;
  return answer.isError ? packed | ERROR_BIT : packed;
}
