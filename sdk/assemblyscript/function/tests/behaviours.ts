// A function that does what the event's "do" says, for the helper's tests.

import {
  Answer, Context, Fields, Reply, config, debug, error, fail, fuel, handle, heartbeat, info, invoke, keyvalue, member,
  nowMs, objects, quote, start, succeed, text, variable, warn,
} from "../steploom";
export { steploom_alloc, steploom_handle } from "../steploom";

handle((call: Context, event: string): Answer => {
  const what = text(member(event, "do"));
  if (what === null) return Answer.result(event);
  if (what == "member") return memberOf(member(event, "in"), event);
  if (what == "member of text") return memberOf(text(member(event, "in")), event);
  if (what == "again") return again(event);
  if (what == "size") return Answer.result(text(member(event, "text"))!.length.toString());
  if (what == "error") return Answer.error('"Odd"\n', text(member(event, "message"))!);
  if (what == "fields") return Answer.result(fields());
  if (what == "context") return Answer.result(context(call));
  if (what == "variable") return Answer.result(orNull(variable(text(member(event, "name"))!)));
  if (what == "log") return logged();
  if (what == "lines") return manyLines();
  if (what == "chance") return Answer.result(new Fields().set("one", Math.random()).set("now", nowMs()).toString());
  if (what == "throw") throw new Error("thrown on purpose");
  if (what == "index") return Answer.result([1, 2][event.length].toString());
  if (what == "null") return Answer.result(text(event)!);
  if (what == "loop") while (true) {}
  if (what == "bomb") return Answer.result(bomb().toString());
  if (what == "garbage") return Answer.result(garbage().toString());
  if (what == "deep") return Answer.result(deep(1).toString());
  if (what == "nothing") return Answer.result("");
  if (what == "nonsense") return Answer.result("{no JSON");
  if (what == "big") return Answer.result(quote("x".repeat(7 << 20)));
  if (what == "call") return called(text(member(event, "op"))!);
  return Answer.error("Unknown", what);
});

/** Makes a call back and shows its reply. */
function called(op: string): Answer {
  if (op == "fuel") return Answer.result(fuel().toString());
  const reply = replyTo(op);
  if (reply.isError) return Answer.error(reply.code, reply.message);
  const keys = reply.keys.map<string>((key: string): string => quote(key)).join(",");
  return Answer.result(new Fields()
    .set("text", reply.text)
    .set("found", reply.found)
    .set("id", reply.id)
    .set("sum", reply.sum)
    .set("contentType", reply.contentType)
    .json("keys", "[" + keys + "]")
    .set("next", reply.next)
    .toString());
}

function replyTo(op: string): Reply {
  const body = String.UTF8.encode("two\nlines");
  if (op == "invoke") return invoke("resize", '{"a":\n1}');
  if (op == "start") return start("orders", "{}");
  if (op == "start by name") return start("orders", "{}", "o-1");
  if (op == "succeed") return succeed("token", "[1]");
  if (op == "fail") return fail("token", "Late", "too\nlate");
  if (op == "heartbeat") return heartbeat("token");
  if (op == "config") return config("COLOR");
  if (op == "read") return objects.read("photos", "å");
  if (op == "write") return objects.write("photos", "å", body);
  if (op == "write a kind") return objects.write("photos", "å", body, "image/png");
  if (op == "remove") return objects.remove("photos", "å");
  if (op == "list") return objects.list("photos");
  if (op == "list on") return objects.list("photos", "a", "b");
  if (op == "get") return keyvalue.get("sessions", "k");
  if (op == "set") return keyvalue.set("sessions", "k", body);
  if (op == "delete") return keyvalue.delete("sessions", "k");
  if (op == "increment") return keyvalue.increment("sessions", "k", -5);
  return keyvalue.keys("sessions", "a");
}

/** The member that the event's "name" names, and what it says if it is a string. */
function memberOf(json: string | null, event: string): Answer {
  const found = member(json, text(member(event, "name"))!);
  return Answer.result(new Fields().json("json", found === null ? "null" : found).json("text", orNull(text(found))).toString());
}

/** "text", read and written again. */
function again(event: string): Answer {
  return Answer.result(quote(text(member(event, "text"))!));
}

function orNull(said: string | null): string {
  return said === null ? "null" : quote(said);
}

function fields(): string {
  return new Fields()
    .set("text", 'a "b" \\ \n\t\u0001\u001f é 🚀')
    .set("int", i64.MIN_VALUE)
    .set("big", u64.MAX_VALUE)
    .set("float", 1.5)
    .set("nan", NaN)
    .set("infinite", -Infinity)
    .set("bool", true)
    .set('"key"', "")
    .json("list", "[1]")
    .toString();
}

function context(call: Context): string {
  return new Fields()
    .set("requestId", call.requestId)
    .set("function", call.functionName)
    .set("version", call.version)
    .set("account", call.account)
    .set("deadline", call.deadline)
    .set("remainingMs", call.remainingMs)
    .set("retry", call.retry)
    .set("execution", call.execution)
    .set("state", call.state)
    .set("attempt", call.attempt)
    .toString();
}

function logged(): Answer {
  debug("two\nlines");
  info("Åsa", new Fields().set("n", 5));
  warn("half \uD83D of a pair", new Fields());
  error('"e"', new Fields().json("list", "[]"));
  return Answer.result("null");
}

function manyLines(): Answer {
  for (let i = 0; i < 20000; i++) info("line", new Fields().set("i", i));
  return Answer.result("null");
}

function bomb(): i32 {
  const kept = new Array<ArrayBuffer>();
  while (true) kept.push(new ArrayBuffer(1 << 20));
}

/** Makes 1 GiB of garbage, a megabyte at a time. */
function garbage(): i32 {
  let length = 0;
  for (let i = 0; i < 1024; i++) length += new ArrayBuffer(1 << 20).byteLength;
  return length;
}

function deep(n: i32): i32 {
  return n ? deep(n + 1) + deep(n + 2) : 0;
}
