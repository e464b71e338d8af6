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
 * say.
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
  const start = startOf(text);
  const end = endOf(text);
  let size = end - start + 2 * UNIT;
  for (let at = start; at < end; at += UNIT) {
    const escape = escapeOf(load<u16>(at));
    if (escape) size += escape == Unit.U ? 5 * UNIT : UNIT;
  }
  if (size == end - start + 2 * UNIT) return '"' + text + '"';
  const out = heap.alloc(size);
  let to = put(out, Unit.QUOTE);
  for (let at = start; at < end; at += UNIT) {
    const unit = load<u16>(at);
    const escape = escapeOf(unit);
    to = escape ? putEscaped(to, unit, escape) : put(to, unit);
  }
  put(to, Unit.QUOTE);
  const quoted = textAt(out, out + size);
  heap.free(out);
  return quoted;
}

/**
 * The member of a JSON object under a name, as JSON; the last if there are several, null if there
 * is none or `json` is no object. Reads nested ones in turn: `member(member(event, "a"), "b")`.
 * `json` must be valid, as events are.
 */
export function member(json: string | null, name: string): string | null {
  if (json === null) return null;
  const end = endOf(json);
  let at = skipSpace(startOf(json), end);
  if (unitAt(at, end) != Unit.OPEN_OBJECT) return null;
  let found: usize = 0;
  let foundEnd: usize = 0;
  at = skipSpace(at + UNIT, end);
  while (unitAt(at, end) == Unit.QUOTE) {
    const keyEnd = skipString(at, end);
    const value = skipSpace(skipSpace(keyEnd, end) + UNIT, end); // behind the colon
    const valueEnd = skipValue(value, end);
    if (unquoted(at, keyEnd) == name) {
      found = value;
      foundEnd = valueEnd;
    }
    at = skipSpace(valueEnd, end);
    if (unitAt(at, end) == Unit.COMMA) at = skipSpace(at + UNIT, end);
  }
  return found ? textAt(found, foundEnd) : null;
}

/**
 * What a JSON string says, without quotation marks and escapes; null if `json` is null or no
 * string. `json` must be valid, as what `member` gives is.
 */
export function text(json: string | null): string | null {
  if (json === null) return null;
  const end = endOf(json);
  const at = skipSpace(startOf(json), end);
  return unitAt(at, end) == Unit.QUOTE ? unquoted(at, skipString(at, end)) : null;
}

// Below, a place is an address in memory, and an end the one behind the last unit. Nothing moves
// there, and a function's arguments stay while it runs.

/** Bytes of a UTF-16 unit. */
const UNIT: usize = 2;

/** UTF-16 units that JSON is made of. */
const enum Unit {
  QUOTE = 0x22,
  COMMA = 0x2c,
  ZERO = 0x30,
  OPEN_LIST = 0x5b,
  BACKSLASH = 0x5c,
  CLOSE_LIST = 0x5d,
  A = 0x61,
  B = 0x62,
  F = 0x66,
  N = 0x6e,
  R = 0x72,
  T = 0x74,
  U = 0x75,
  OPEN_OBJECT = 0x7b,
  CLOSE_OBJECT = 0x7d,
}

function startOf(text: string): usize {
  return changetype<usize>(text);
}

function endOf(text: string): usize {
  return changetype<usize>(text) + <usize>text.length * UNIT;
}

function textAt(at: usize, end: usize): string {
  return String.UTF16.decodeUnsafe(at, end - at);
}

/** The unit at a place, -1 at the end. */
function unitAt(at: usize, end: usize): i32 {
  return at < end ? load<u16>(at) : -1;
}

function skipSpace(at: usize, end: usize): usize {
  while (isSpace(unitAt(at, end))) at += UNIT;
  return at;
}

function isSpace(unit: i32): bool {
  return unit == 0x20 || unit == 0x0a || unit == 0x0d || unit == 0x09;
}

/** From a string's first quotation mark to behind its last. */
function skipString(at: usize, end: usize): usize {
  for (at += UNIT; at < end; at += UNIT) {
    const unit = load<u16>(at);
    if (unit == Unit.QUOTE) return at + UNIT;
    if (unit == Unit.BACKSLASH) at += UNIT;
  }
  return end;
}

/** From a value's first unit to behind its last. */
function skipValue(at: usize, end: usize): usize {
  let depth = 0;
  while (at < end) {
    const unit: i32 = load<u16>(at);
    if (unit == Unit.QUOTE) {
      at = skipString(at, end);
      if (!depth) return at;
      continue;
    }
    const opens = unit == Unit.OPEN_OBJECT || unit == Unit.OPEN_LIST;
    const closes = unit == Unit.CLOSE_OBJECT || unit == Unit.CLOSE_LIST;
    if (!depth && (closes || unit == Unit.COMMA || isSpace(unit))) return at;
    at += UNIT;
    if (opens) depth++;
    if (closes && --depth == 0) return at;
  }
  return end;
}

/** What the JSON string between two places says. */
function unquoted(at: usize, end: usize): string {
  at += UNIT;
  end -= UNIT;
  if (!hasEscape(at, end)) return textAt(at, end);
  const out = heap.alloc(end - at);
  let to = out;
  for (; at < end; at += UNIT) {
    let unit: i32 = load<u16>(at);
    if (unit == Unit.BACKSLASH) {
      at += UNIT;
      unit = unitAt(at, end);
      if (unit == Unit.U) {
        unit = <i32>U32.parseInt(textAt(at + UNIT, at + 5 * UNIT), 16);
        at += 4 * UNIT;
      } else {
        unit = unescaped(unit);
      }
    }
    to = put(to, unit);
  }
  const said = textAt(out, to);
  heap.free(out);
  return said;
}

function hasEscape(at: usize, end: usize): bool {
  while (at < end && load<u16>(at) != Unit.BACKSLASH) at += UNIT;
  return at < end;
}

/** What a unit becomes behind a backslash, U for four digits; 0 if it needs no escape. */
function escapeOf(unit: i32): i32 {
  if (unit == Unit.QUOTE || unit == Unit.BACKSLASH) return unit;
  if (unit >= 0x20) return 0;
  switch (unit) {
    case 0x08: return Unit.B;
    case 0x09: return Unit.T;
    case 0x0a: return Unit.N;
    case 0x0c: return Unit.F;
    case 0x0d: return Unit.R;
    default: return Unit.U;
  }
}

/** What a unit behind a backslash stands for, if it is not U. */
function unescaped(unit: i32): i32 {
  switch (unit) {
    case Unit.B: return 0x08;
    case Unit.T: return 0x09;
    case Unit.N: return 0x0a;
    case Unit.F: return 0x0c;
    case Unit.R: return 0x0d;
    default: return unit;
  }
}

/** Writes a unit and gives the place behind it. */
function put(at: usize, unit: i32): usize {
  store<u16>(at, <u16>unit);
  return at + UNIT;
}

function putEscaped(at: usize, unit: i32, escape: i32): usize {
  at = put(put(at, Unit.BACKSLASH), escape);
  if (escape != Unit.U) return at;
  at = put(put(at, Unit.ZERO), Unit.ZERO);
  return put(put(at, hexDigit(unit >> 4)), hexDigit(unit & 15));
}

function hexDigit(value: i32): i32 {
  return value < 10 ? Unit.ZERO + value : Unit.A + value - 10;
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

// --- Calls back: what a function asks of the platform while it runs. Its owner grants each, such as
// by `steploom deploy --grant invoke=resize`. What is not granted has the code AccessDenied, and its
// message says what grants it; in tests, where there is no platform, the code is NoPlatform.

/** What the platform said to a call. `Answer.error(reply.code, reply.message)` passes an error on. */
export class Reply {
  constructor(
    /** What went wrong; empty where all went well. */
    readonly code: string,
    /** The same for people. */
    readonly message: string,
    /** What there is to say beside the body, as JSON. */
    readonly said: string,
    /** A result, an object, a value. */
    readonly body: ArrayBuffer,
    /** Whether there is what was asked for: a value of a store, a variable. */
    readonly found: bool = true,
  ) {}

  get isError(): bool {
    return this.code.length > 0;
  }

  /** The body as text. */
  get text(): string {
    return String.UTF8.decode(this.body);
  }

  /** The id of the execution that was started. */
  get id(): string {
    return textOf(this.said, "id");
  }

  /** The sum that `keyvalue.increment` came to. */
  get sum(): i64 {
    const value = member(this.said, "value");
    return value === null ? 0 : I64.parseInt(value);
  }

  /** What kind of bytes an object has, such as `image/png`; empty if nobody said so. */
  get contentType(): string {
    return textOf(this.said, "contentType");
  }

  /** The page of keys that was listed, in their order. */
  get keys(): string[] {
    const keys = new Array<string>();
    const json = member(this.said, "keys");
    if (json === null) return keys;
    const end = endOf(json);
    let at = skipSpace(startOf(json) + UNIT, end);
    while (unitAt(at, end) == Unit.QUOTE) {
      const keyEnd = skipString(at, end);
      keys.push(unquoted(at, keyEnd));
      at = skipSpace(keyEnd, end);
      if (unitAt(at, end) == Unit.COMMA) at = skipSpace(at + UNIT, end);
    }
    return keys;
  }

  /** What the next page is asked for `after`; empty behind the last page. */
  get next(): string {
    return textOf(this.said, "next");
  }
}

/** Invokes a function and waits: its result is the reply's `text`, its error the `code`. 6 MiB each at most. Grant: `invoke=NAME`. */
export function invoke(name: string, event: string): Reply {
  return ask(new Fields().set("op", "invoke").set("function", name), utf8(event));
}

/**
 * Starts an execution, which goes on by itself; the reply has its `id`. While one of that name runs, the
 * same name and input give the same id. Grant: `start=MACHINE`.
 */
export function start(machine: string, input: string, name: string = ""): Reply {
  const line = new Fields().set("op", "start").set("machine", machine);
  return ask(name.length ? line.set("name", name) : line, utf8(input));
}

/** Ends the task that waits for this token, with its output. Grant: `tasks`. */
export function succeed(token: string, output: string): Reply {
  return ask(new Fields().set("op", "succeed").set("token", token), utf8(output));
}

/** Ends it badly: `Retry` and `Catch` match `name`. Grant: `tasks`. */
export function fail(token: string, name: string, cause: string): Reply {
  return ask(new Fields().set("op", "fail").set("token", token).set("error", name).set("cause", cause));
}

/** Says that it is still being worked on. Grant: `tasks`. */
export function heartbeat(token: string): Reply {
  return ask(new Fields().set("op", "heartbeat").set("token", token));
}

/** A variable of the function's own (`deploy --env`): `text`, if it is `found`. Grant: `config`. */
export function config(key: string): Reply {
  const reply = ask(new Fields().set("op", "config").set("key", key));
  const value = text(member(reply.said, "value"));
  return new Reply(reply.code, reply.message, reply.said, utf8(value === null ? "" : value), value !== null);
}

/** How much fuel is left to this call; about one goes with each instruction. Needs no grant. */
export function fuel(): i64 {
  return host_fuel();
}

/** Objects of a bucket: bytes under a key, 16 MiB at most. Grant: `objects=BUCKET`. */
export class objects {
  /** The reply has `body` and `contentType`; one that is not there is an error. */
  static read(bucket: string, key: string): Reply {
    return ask(request("read", "bucket", bucket).set("key", key));
  }

  /** One that is there is replaced. */
  static write(bucket: string, key: string, body: ArrayBuffer, contentType: string = ""): Reply {
    const line = request("write", "bucket", bucket).set("key", key);
    return ask(contentType.length ? line.set("contentType", contentType) : line, body);
  }

  /** There may be none. */
  static remove(bucket: string, key: string): Reply {
    return ask(request("remove", "bucket", bucket).set("key", key));
  }

  /** A page of the `keys` that begin with `prefix`, from the first one or, for the `next` page, behind `after`. */
  static list(bucket: string, prefix: string = "", after: string = ""): Reply {
    return ask(page(request("list", "bucket", bucket), prefix, after));
  }
}

/** Values of a store, by keys. Grant: `keyvalue=STORE`. */
export class keyvalue {
  /** The reply has the value as `body` or `text`, if it is `found`. */
  static get(store: string, key: string): Reply {
    const reply = ask(request("get", "store", store).set("key", key));
    return reply.code == "KeyNotFound" ? new Reply("", "", "", reply.body, false) : reply;
  }

  static set(store: string, key: string, value: ArrayBuffer): Reply {
    return ask(request("set", "store", store).set("key", key), value);
  }

  /** There may be none. */
  static delete(store: string, key: string): Reply {
    return ask(request("delete", "store", store).set("key", key));
  }

  /** Adds to the whole number that a key has, 0 if it has none; nobody comes in between. The reply has the `sum`. */
  static increment(store: string, key: string, by: i64 = 1): Reply {
    return ask(request("increment", "store", store).set("key", key).set("by", by));
  }

  /** A page of `keys`, as of `objects.list`. */
  static keys(store: string, prefix: string = "", after: string = ""): Reply {
    return ask(page(request("keys", "store", store), prefix, after));
  }
}

function request(op: string, name: string, value: string): Fields {
  return new Fields().set("op", op).set(name, value);
}

function page(line: Fields, prefix: string, after: string): Fields {
  line.set("prefix", prefix);
  return after.length ? line.set("after", after) : line;
}

/** A request is a line of JSON, then bytes as they are; so is an answer. */
function ask(line: Fields, body: ArrayBuffer = new ArrayBuffer(0)): Reply {
  const head = utf8(line.toString() + "\n");
  const request = heap.alloc(head.byteLength + body.byteLength);
  memory.copy(request, changetype<usize>(head), head.byteLength);
  memory.copy(request + head.byteLength, changetype<usize>(body), body.byteLength);
  const answer = new ArrayBuffer(<i32>host_call(request, head.byteLength + body.byteLength));
  heap.free(request);
  host_take(changetype<usize>(answer));
  return replyOf(answer);
}

function replyOf(answer: ArrayBuffer): Reply {
  const at = changetype<usize>(answer);
  let end = 0;
  while (end < answer.byteLength && load<u8>(at + end) != 0x0a) end++;
  const said = String.UTF8.decodeUnsafe(at, end);
  const body = answer.slice(min(end + 1, answer.byteLength));
  const good = member(said, "ok");
  if (good !== null) return new Reply("", "", good, body);
  const bad = member(said, "error");
  const code = textOf(bad, "code");
  return new Reply(code.length ? code : "InvalidAnswer", textOf(bad, "message"), "", body);
}

/** What the member says; empty if there is none. */
function textOf(json: string | null, name: string): string {
  const found = text(member(json, name));
  return found === null ? "" : found;
}

// A function that makes no calls back has none of these among its imports.

// @ts-ignore: decorator
@external("steploom", "call")
declare function host_call(request: usize, size: usize): usize;
// @ts-ignore: decorator
@external("steploom", "take")
declare function host_take(to: usize): void;
// @ts-ignore: decorator
@external("steploom", "fuel")
declare function host_fuel(): i64;

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

/** A variable of the environment, such as `steploom deploy --env` sets; null if it is not there. */
export function variable(name: string): string | null {
  environ_sizes_get(place, place + 4);
  const count = load<u32>(place);
  const places = heap.alloc(count * sizeof<usize>() + load<u32>(place + 4));
  environ_get(places, places + count * sizeof<usize>());
  const start = utf8(name + "=");
  const size = <usize>start.byteLength;
  let value: string | null = null;
  for (let i: u32 = 0; i < count && value === null; i++) {
    const at = load<usize>(places + i * sizeof<usize>());
    let end = at;
    while (load<u8>(end)) end++;
    if (end - at < size || memory.compare(at, changetype<usize>(start), size)) continue;
    value = String.UTF8.decodeUnsafe(at + size, end - at - size);
  }
  heap.free(places);
  return value;
}

/** The time, in milliseconds since 1970. `Date.now()` would ask for a browser or Node. */
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
