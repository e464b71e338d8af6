/** Bad input: clear errors, from the client before anything is sent, or from the real server. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client, InvalidError, NotFoundError } from "steploom";

import { echo } from "./support/modules.js";
import { Server } from "./support/serve.js";

let server: Server;
let client: Client;
let asked = 0;

before(async () => {
  server = await Server.start();
  const fetch: typeof globalThis.fetch = (input, init) => {
    asked += 1;
    return globalThis.fetch(input, init);
  };
  client = new Client({ endpoint: server.url, fetch });
});

after(() => server.stop());

/** What a call is refused with, and whether the server was asked for it. */
async function refusal(call: () => Promise<unknown>): Promise<{ error: InvalidError; wasSent: boolean }> {
  const before = asked;
  const error = await call().then(
    () => assert.fail(`${call} was not refused`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof InvalidError, String(error));
  return { error, wasSent: asked > before };
}

const BAD_NAMES = [
  "",
  ".",
  "..",
  "-a",
  ".a",
  "a..b",
  "a/b",
  "a b",
  "é",
  "a\n",
  "a?b=c",
  "%2e%2e",
  "x".repeat(81),
  null,
  7,
  undefined,
  {},
];

test("names that are none are refused before anything is sent", async () => {
  const methods: ((name: string) => Promise<unknown>)[] = [
    (name) => client.invoke(name),
    (name) => client.invokeAsync(name),
    (name) => client.start(name),
    (name) => client.run(name),
    (name) => client.deployFunction(name, echo),
    (name) => client.deployMachine(name, {}),
    (name) => client.describeByName("m", name),
    (name) => client.describeByName(name, "n"),
    async (name) => client.followLogs(name),
    (name) => client.logs(name).next(),
  ];
  for (const name of BAD_NAMES) {
    for (const method of methods) {
      const { error, wasSent } = await refusal(async () => method(name as string));
      assert.equal(error.code, "InvalidName", `${method} of ${JSON.stringify(name)}`);
      assert.equal(wasSent, false);
    }
  }
});

test("our check of names is the server's", async () => {
  for (const name of [...BAD_NAMES, "a", "A.b-c_9", "x".repeat(80)]) {
    if (typeof name !== "string" || ["", ".", ".."].includes(name)) continue;
    const byServer = await client.api.getMachine(name).catch((error: unknown) => error);
    const byUs = await client.describeByName("m", name).catch((error: unknown) => error);
    assert.equal(byUs instanceof InvalidError, byServer instanceof InvalidError, name);
    assert.ok(byServer instanceof InvalidError || byServer instanceof NotFoundError, String(byServer));
  }
});

test("a text that would leave its place in a path is refused", async () => {
  for (const text of ["", ".", "..", "\ud800"]) {
    const { error, wasSent } = await refusal(async () => client.api.getFunction(text));
    assert.deepEqual([error.code, wasSent], ["InvalidPath", false], JSON.stringify(text));
  }
  const { error, wasSent } = await refusal(() => client.describe("../machines/x"));
  assert.deepEqual([error.status, wasSent], [400, true]);
});

test("what is no JSON is refused before anything is sent", async () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  for (const input of [circle, 7n, () => 1, Symbol("x"), NaN, { deep: [Infinity] }]) {
    for (const call of [
      () => client.invoke("f", input),
      () => client.start("m", input),
      () => client.run("m", input),
    ]) {
      const { error, wasSent } = await refusal(call);
      assert.deepEqual([error.code, wasSent], ["InvalidJson", false]);
    }
  }
});

test("a trace context that no header can carry is refused", async () => {
  const { error, wasSent } = await refusal(() => client.invoke("f", {}, { traceparent: "00\r\nx: y" }));
  assert.deepEqual([error.code, wasSent], ["InvalidHeader", false]);
});

test("a definition that is wrong is refused with each place", async () => {
  const definition = { StartAt: "A", States: { A: { Type: "Pass", Next: "B" } } };
  const { error } = await refusal(() => client.deployMachine("wrong", definition));
  assert.equal(error.code, "InvalidDefinition");
  assert.deepEqual(
    error.problems.map(({ code, path }) => [code, path]),
    [["MISSING_TRANSITION_TARGET", "/States/A/Next"]],
  );
  assert.match(error.message, /\/States\/A\/Next: .*B/);
  for (const text of ["", "{", "{}", "- a", '"x"']) await refusal(() => client.deployMachine("wrong", text));
});

test("a module that is none is refused", async () => {
  for (const module of [new Uint8Array(), new Uint8Array([0, 1, 2]), echo.slice(0, 40)]) {
    await refusal(() => client.deployFunction("bad", module));
  }
  await refusal(() => client.deployFunction("bad", echo, { timeoutMs: 0 }));
  await refusal(() => client.deployFunction("bad", echo, { nonsense: 1 } as never));
});

test("bodies that are too large are refused", async () => {
  await client.deployFunction("echo", echo);
  await client.deployMachine("pass", { StartAt: "A", States: { A: { Type: "Pass", End: true } } });
  const large = "x".repeat(300_000);
  const started = await refusal(() => client.start("pass", large));
  assert.equal(started.error.status, 413);
  const [answer] = await client.startMany([{ machine: "pass", input: large }]);
  assert.ok("error" in answer! && answer.error.status === 413);
  const invoked = await refusal(() => client.invoke("echo", "x".repeat(7 * 1024 * 1024)));
  assert.equal(invoked.error.status, 413);
});

test("terms and queries that make no sense are refused by the server", async () => {
  await refusal(() => client.start("pass", {}, { priority: 101 }));
  await refusal(() => client.start("pass", {}, { nonsense: 1 } as never));
  await refusal(() => client.list({ limit: 0 }).next());
  await refusal(() => client.list({ status: "NONSENSE" as never }).next());
  await refusal(() => client.follow("x").next());
});

test("what is not there is not found", async () => {
  const absent = "00070000-018b-cfe5-6800-000000000001";
  const calls: [() => Promise<unknown>, string][] = [
    [() => client.invoke("absent"), "FunctionNotFound"],
    [() => client.invokeAsync("absent"), "FunctionNotFound"],
    [() => client.start("absent"), "MachineNotFound"],
    [() => client.run("absent"), "MachineNotFound"],
    [() => client.describe(absent), "ExecutionNotFound"],
    [() => client.describeByName("absent", "absent"), "ExecutionNotFound"],
    [() => client.wait(absent), "ExecutionNotFound"],
    [() => client.stop(absent), "ExecutionNotFound"],
    [() => client.follow(absent).next(), "ExecutionNotFound"],
    [() => client.followLogs("absent"), "FunctionNotFound"],
  ];
  for (const [call, code] of calls)
    await assert.rejects(call, { name: "NotFoundError", status: 404, code }, String(call));
});
