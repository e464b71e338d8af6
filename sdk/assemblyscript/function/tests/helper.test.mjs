// The helper, called as the platform calls it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../host.mjs";

const call = await load("build/behaviours.wasm");

/** `event.name` of `event.in`. */
const member = (inside, name) => call({ do: "member", in: inside, name }).result;

test("an event comes in and goes out as it is", () => {
  for (const event of [null, {}, [], "", 0, true, { name: "Åsa 🚀" }, [[[]]]]) {
    assert.deepEqual(call(event).result, event);
  }
});

test("a large and a deep event pass", () => {
  const text = "é\n".repeat(5 << 18);
  assert.equal(call({ do: "again", text }).result, text);
  assert.equal(call({ do: "size", text: "x".repeat(5 << 20) }).result, 5 << 20);
  const deep = JSON.parse("[".repeat(100) + "]".repeat(100));
  assert.deepEqual(call(deep).result, deep);
  assert.deepEqual(member({ deep, b: 1 }, "b"), { json: 1, text: null });
});

test("text survives reading and writing", () => {
  for (const text of ["", "a", '"', "\\", "\\\\\"", "\b\f\n\r\t\0\x1f\x7f", "/", "é", "🚀", "\u2028", "\\u0041", "</script>"]) {
    assert.equal(call({ do: "again", text }).result, text);
  }
});

test("half of a surrogate pair becomes U+FFFD", () => {
  assert.equal(call({ do: "again", text: "a\ud83d" }).result, "a\ufffd");
});

test("members are found", () => {
  assert.deepEqual(member({ a: "x", b: { a: "y" } }, "a"), { json: "x", text: "x" });
  assert.deepEqual(member({ b: [{ a: 1 }, "}", "\"]"], a: 2 }, "a"), { json: 2, text: null });
  assert.deepEqual(member({ a: { b: [] } }, "a"), { json: { b: [] }, text: null });
  assert.deepEqual(member({ "k\"e\\y\n": "x" }, "k\"e\\y\n"), { json: "x", text: "x" });
  assert.deepEqual(member({ "": 1 }, ""), { json: 1, text: null });
  assert.deepEqual(member({ a: false, ab: true }, "ab"), { json: true, text: null });
});

test("members are found whatever the spaces and escapes, the last of a name", () => {
  const inText = (text) => call({ do: "member of text", in: text, name: "a/b" }).result.json;
  assert.deepEqual(inText('{"a/b":1,"a/b":2}'), 2);
  assert.deepEqual(inText('\n { "x" : [ 1 , {} ] ,\r\n\t"\\u0061\\/b" : { "y" : null } } '), { y: null });
  assert.deepEqual(inText('{"a/b":-1.5e3}'), -1500);
  assert.deepEqual(inText(" { } "), null);
});

test("members that are not there are null", () => {
  const none = { json: null, text: null };
  for (const inside of [{}, { b: "a" }, [], ["a"], "a", "{\"a\":1}", 5, null, undefined]) {
    assert.deepEqual(member(inside, "a"), none);
  }
});

test("an error has a name and a message", () => {
  const { error } = call({ do: "error", message: "é \"\n" });
  assert.deepEqual(error, { errorType: '"Odd"\n', errorMessage: "é \"\n" });
});

test("fields are JSON", () => {
  assert.deepEqual(call({ do: "fields" }).result, {
    text: 'a "b" \\ \n\t\u0001\u001f é 🚀',
    int: Number(-(2n ** 63n)),
    big: Number(2n ** 64n - 1n),
    float: 1.5,
    nan: null,
    infinite: null,
    bool: true,
    '"key"': "",
    list: [1],
  });
});

test("the context is read from variables", () => {
  const deadline = "2999-01-02T03:04:05.678Z";
  const { result } = call({ do: "context" }, {
    STEPLOOM_REQUEST_ID: "r",
    STEPLOOM_FUNCTION: "greet",
    STEPLOOM_VERSION: "3",
    STEPLOOM_ACCOUNT: "000000000000",
    STEPLOOM_DEADLINE: deadline,
    STEPLOOM_RETRY: "2",
    STEPLOOM_EXECUTION: "Åsa",
    STEPLOOM_STATE: "s",
    STEPLOOM_ATTEMPT: "a",
  });
  const { remainingMs, ...rest } = result;
  assert.deepEqual(rest, {
    requestId: "r", function: "greet", version: 3, account: "000000000000", deadline, retry: 2,
    execution: "Åsa", state: "s", attempt: "a",
  });
  const left = Date.parse(deadline) - Date.now();
  assert.ok(remainingMs >= left && remainingMs < left + 600_000, `${remainingMs} of ${left} ms`);
});

test("the context is empty without variables", () => {
  assert.deepEqual(call({ do: "context" }).result, {
    requestId: "", function: "", version: 0, account: "", deadline: "", remainingMs: 0, retry: 0,
    execution: "", state: "", attempt: "",
  });
});

test("variables are found by their whole name", () => {
  const environment = { AB: "1", A: "x=y", EMPTY: "" };
  assert.equal(call({ do: "variable", name: "A" }, environment).result, "x=y");
  assert.equal(call({ do: "variable", name: "EMPTY" }, environment).result, "");
  assert.equal(call({ do: "variable", name: "B" }, environment).result, null);
});

test("log lines are JSON", () => {
  assert.deepEqual(call({ do: "log" }).log, [
    { level: "DEBUG", message: "two\nlines" },
    { level: "INFO", message: "Åsa", n: 5 },
    { level: "WARN", message: "half \ufffd of a pair" },
    { level: "ERROR", message: '"e"', list: [] },
  ]);
});

test("chance and time are the host's", () => {
  const { one, now } = call({ do: "chance" }).result;
  assert.ok(one >= 0 && one < 1);
  assert.notEqual(call({ do: "chance" }).result.one, one);
  assert.ok(Math.abs(now - Date.now()) < 600_000);
});

/** What a call back asks, and what comes of an answer to it. */
function asked(op, answer = { ok: {} }) {
  let request;
  const outcome = call({ do: "call", op }, {}, (line, body) => {
    request = [line, body.toString()];
    return answer;
  });
  return { request, ...outcome };
}

test("calls back ask for what they say", () => {
  const requests = {
    invoke: [{ op: "invoke", function: "resize" }, '{"a":\n1}'],
    start: [{ op: "start", machine: "orders" }, "{}"],
    "start by name": [{ op: "start", machine: "orders", name: "o-1" }, "{}"],
    succeed: [{ op: "succeed", token: "token" }, "[1]"],
    fail: [{ op: "fail", token: "token", error: "Late", cause: "too\nlate" }, ""],
    heartbeat: [{ op: "heartbeat", token: "token" }, ""],
    config: [{ op: "config", key: "COLOR" }, ""],
    read: [{ op: "read", bucket: "photos", key: "å" }, ""],
    write: [{ op: "write", bucket: "photos", key: "å" }, "two\nlines"],
    "write a kind": [{ op: "write", bucket: "photos", key: "å", contentType: "image/png" }, "two\nlines"],
    remove: [{ op: "remove", bucket: "photos", key: "å" }, ""],
    list: [{ op: "list", bucket: "photos", prefix: "" }, ""],
    "list on": [{ op: "list", bucket: "photos", prefix: "a", after: "b" }, ""],
    get: [{ op: "get", store: "sessions", key: "k" }, ""],
    set: [{ op: "set", store: "sessions", key: "k" }, "two\nlines"],
    delete: [{ op: "delete", store: "sessions", key: "k" }, ""],
    increment: [{ op: "increment", store: "sessions", key: "k", by: -5 }, ""],
    keys: [{ op: "keys", store: "sessions", prefix: "a" }, ""],
  };
  for (const [op, request] of Object.entries(requests)) assert.deepEqual(asked(op).request, request);
});

test("what calls back give is read", () => {
  const nothing = { text: "", found: true, id: "", sum: 0, contentType: "", keys: [], next: "" };
  const given = (op, answer, expect) => assert.deepEqual(asked(op, answer).result, { ...nothing, ...expect });
  given("invoke", { ok: {}, body: '{"a":\n"å"}\n' }, { text: '{"a":\n"å"}\n' });
  given("start", { ok: { id: "e-1" } }, { id: "e-1" });
  given("config", { ok: { value: '"blue"' } }, { text: '"blue"' });
  given("config", { ok: {} }, { found: false });
  given("read", { ok: { contentType: "image/png", sizeBytes: 1 }, body: "x" }, { text: "x", contentType: "image/png" });
  given("list", { ok: { keys: ["a", 'å "b"'], next: "c" } }, { keys: ["a", 'å "b"'], next: "c" });
  given("keys", { ok: { keys: [] } }, {});
  given("get", { error: { code: "KeyNotFound", message: "no" } }, { found: false });
  given("increment", { ok: { value: -(2 ** 53) } }, { sum: -(2 ** 53) });
});

test("what calls back fail with is read", () => {
  const error = { code: "AccessDenied", message: 'deploy it with "--grant"' };
  assert.deepEqual(asked("invoke", { error }).error, { errorType: error.code, errorMessage: error.message });
  assert.equal(call({ do: "call", op: "invoke" }).error.errorType, "NoPlatform");
  assert.equal(call({ do: "call", op: "fuel" }).result, Number(2n ** 63n - 1n));
});

test("garbage is collected", () => {
  assert.equal(call({ do: "garbage" }).result, 2 ** 30);
});

test("what ends a call is in its log", () => {
  const logOf = (what) => {
    try {
      call({ do: what });
    } catch (trap) {
      return trap.log;
    }
    assert.fail("it should have trapped");
  };
  const [thrown] = logOf("throw");
  assert.deepEqual([thrown.level, thrown.message], ["ERROR", "thrown on purpose"]);
  assert.match(thrown.at, /^tests\/behaviours\.ts:\d+:\d+$/);
  assert.equal(logOf("index")[0].message, "Index out of range");
});
