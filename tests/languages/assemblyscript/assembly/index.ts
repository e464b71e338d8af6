// A probe: does what the event says, be it good or bad, for the tables in ../../.

import { Answer, Context, Fields, debug, error, handle, info, member, quote, text, warn } from "./steploom";
import { callBack } from "./calls";
export { steploom_alloc, steploom_handle } from "./steploom"; // for the host

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

handle((call: Context, event: string): Answer => {
  const what = textOf(event, "do");
  if (what == "echo") return echo(member(event, "value"));
  if (what == "fail") return Answer.error(textOf(event, "error"), textOf(event, "message"));
  if (what == "panic") throw new Error("as the event says");
  if (what == "exit") proc_exit(3);
  if (what == "loop") while (true) {}
  if (what == "bomb") bomb();
  if (what == "deep") return Answer.result(deep(0).toString());
  if (what == "context") return Answer.result(shown(call));
  if (what == "log") {
    debug("one");
    info("two", new Fields().set("n", 2));
    warn("three");
    error("four");
    return Answer.result("{}");
  }
  return callBack(what, event);
});

function echo(value: string | null): Answer {
  return Answer.result(new Fields().json("value", value === null ? "null" : value).toString());
}

/** A member's text; empty if there is none. */
function textOf(event: string, name: string): string {
  const found = text(member(event, name));
  return found === null ? "" : found;
}

/** Text as JSON, null where it is empty. */
function orNull(text: string): string {
  return text.length ? quote(text) : "null";
}

/** Takes memory until it is refused. */
function bomb(): void {
  const taken = new Array<Uint8Array>();
  while (true) taken.push(new Uint8Array(1 << 20).fill(1));
}

/** Returns only after more calls than any stack has room for. */
function deep(level: i32): i32 {
  return level == -1 ? 0 : deep(level + 1) + level;
}

function shown(call: Context): string {
  return new Fields()
    .set("function", call.functionName)
    .set("version", call.version)
    .set("retry", call.retry)
    .json("execution", orNull(call.execution))
    .json("state", orNull(call.state))
    .toString();
}
