/** The client against a real server. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { Client, FunctionFailedError, hasEnded, items, NotFoundError, type wire } from "steploom";

import { echo, fail, loop } from "./support/modules.js";
import { Server } from "./support/serve.js";

const PASS = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
const WAIT = { StartAt: "A", States: { A: { Type: "Wait", Seconds: 3_600, End: true } } };

let server: Server;
let client: Client;

before(async () => {
  server = await Server.start();
  client = new Client({ endpoint: server.url });
  await client.deployFunction("echo", echo);
  await client.deployMachine("pass", PASS);
  await client.deployMachine("wait", WAIT);
});

after(() => server.stop());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Lists lag by up to a second: asks until they show so many. */
async function listed(query: wire.ListExecutionsQuery, count: number): Promise<wire.ExecutionSummary[]> {
  for (;;) {
    const found = await all(client.list(query));
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a function answers, and the head of its answer says the rest", async () => {
  const event = { text: "é🎈", list: [1, null, true], nested: { a: "\u0000" } };
  const answer = await client.invoke<typeof event>("echo", event, {
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  });
  assert.deepEqual(answer.result, event);
  assert.equal(answer.version, 1);
  assert.ok(answer.requestId.length > 0 && answer.fuelUsed > 0 && Number.isInteger(answer.durationUs));
  assert.deepEqual((await client.invoke("echo")).result, {});
  assert.equal((await client.invoke("echo", null, { qualifier: 1 })).result, null);
});

test("a function that fails is an error with its name and cause", async () => {
  await client.deployFunction("fail", fail);
  const failed = await client
    .invoke("fail", { errorType: "Bad.Day", errorMessage: "it rains" })
    .catch((error: unknown) => error);
  assert.ok(failed instanceof FunctionFailedError);
  assert.deepEqual([failed.status, failed.error, failed.cause], [502, "Bad.Day", "it rains"]);
  const log = await all(client.logs("fail", { requestId: failed.invocationId! }));
  assert.ok(log.length > 0 && log.every((line) => line.requestId === failed.invocationId));

  await client.deployFunction("loop", loop, { timeoutMs: 50 });
  const late = await client.invoke("loop").catch((error: unknown) => error);
  assert.ok(late instanceof FunctionFailedError);
  assert.deepEqual([late.status, late.error], [504, "States.Timeout"]);
});

test("deploying the same function again changes nothing", async () => {
  const settings = { timeoutMs: 5_000, environment: { B: "2", A: "1" }, atMostOnce: false, description: "" };
  const check = async (settings: wire.FunctionSettings, version: number, isNewVersion: boolean): Promise<void> => {
    const deployed = await client.deployFunction("twice", echo, settings);
    assert.deepEqual(
      [deployed.latest.version, deployed.isNewVersion],
      [version, isNewVersion],
      JSON.stringify(settings),
    );
  };
  await check(settings, 1, true);
  await check({ environment: { A: "1", B: "2" }, timeoutMs: 5_000 }, 1, false);
  await check({}, 2, true);
  await check({}, 2, false);
  await check({ memoryBytesMax: 65_536 }, 3, true);
  assert.equal((await client.deployFunction("twice", fail, { memoryBytesMax: 65_536 })).latest.version, 4);
  const always = await client.deployFunction("twice", fail, { memoryBytesMax: 65_536 }, { always: true });
  assert.deepEqual([always.latest.version, always.isNewVersion], [5, true]);
});

test("a function comes from a path, a URL of a file, or any bytes", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "steploom-typescript-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "echo.wasm");
  await writeFile(path, echo);
  for (const module of [path, pathToFileURL(path), echo.buffer, Buffer.from(echo)]) {
    assert.equal((await client.deployFunction("from", module)).latest.version, 1);
  }
  await assert.rejects(client.deployFunction("from", join(folder, "absent.wasm")), { code: "ENOENT" });
});

test("a machine comes from an object, or a text of JSON or YAML; the same text again changes nothing", async () => {
  const yaml = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n";
  const check = async (definition: object | string, version: number): Promise<void> => {
    const { latest, definition: kept } = await client.deployMachine("texts", definition);
    assert.equal(latest.version, version, JSON.stringify(definition));
    assert.deepEqual(kept, PASS);
  };
  await check(PASS, 1);
  await check(structuredClone(PASS), 1);
  await check(JSON.stringify(PASS), 1);
  await check(`\n ${JSON.stringify(PASS, undefined, 2)}`, 2);
  await check(yaml, 3);
  await check(yaml, 3);
});

test("an execution is started, followed, waited for and read", async () => {
  const input = { a: [1, "é"] };
  const started = await client.start("pass", input, { tags: { customer: "7" }, priority: 5 });
  assert.equal(started.isNew, true);
  assert.deepEqual(started.tags, { customer: "7" });
  const events = await all(client.follow(started.id));
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, at) => at + 1),
  );
  assert.equal(events[0]!.type, "ExecutionStarted");
  assert.equal(events.at(-1)!.type, "ExecutionSucceeded");
  assert.deepEqual(await all(client.follow(started.id, { after: 2 })), events.slice(2));
  const ended = await client.wait<typeof input>(started.id, { timeoutMs: 60_000 });
  assert.equal(ended.status, "SUCCEEDED");
  assert.ok(hasEnded(ended));
  assert.deepEqual(ended.output, input);
  assert.deepEqual(await client.describe(started.id), ended);
  assert.deepEqual(await client.describeByName("pass", started.name), ended);
  assert.deepEqual(await all(client.history(started.id, { limit: 2 })), events);
  assert.deepEqual(await all(client.history(started.id, { reverse: true })), [...events].reverse());
});

test("a name makes a start happen once", async () => {
  const first = await client.start("wait", { a: 1 }, { name: "once" });
  const again = await client.start("wait", { a: 1 }, { name: "once" });
  assert.deepEqual([first.isNew, again.isNew, again.id], [true, false, first.id]);
  await assert.rejects(client.start("wait", { a: 2 }, { name: "once" }), {
    name: "ConflictError",
    code: "ExecutionAlreadyExists",
  });
  assert.equal((await client.start("wait")).isNew, true);
});

test("waiting spans a pause, and a stop ends it", async () => {
  const { id } = await client.start("wait");
  await client.api.pauseExecution(id);
  await assert.rejects(client.wait(id, { timeoutMs: 200 }), {
    name: "TimedOutError",
    message: `execution ${id} took longer than 200 ms`,
  });
  assert.equal((await client.describe(id)).status, "PAUSED");
  const waits = client.wait(id, { timeoutMs: 60_000 });
  const stopped = await client.stop(id, { error: "Enough", cause: "we have seen it" });
  assert.equal(stopped.status, "ABORTED");
  assert.deepEqual(await waits, await client.describe(id));
  assert.deepEqual([(await waits).error, (await waits).cause], ["Enough", "we have seen it"]);
  assert.equal((await client.stop(id)).error, "Enough");
});

test("waiting begins before the execution does", async () => {
  const terms = { concurrencyKey: "k", ordered: true };
  const first = await client.start("wait", {}, terms);
  const second = await client.start("wait", {}, terms);
  assert.equal((await client.describe(second.id)).status, "PENDING");
  const waits = client.wait(second.id, { timeoutMs: 60_000 });
  await client.stop(first.id);
  await client.stop(second.id);
  assert.equal((await waits).status, "ABORTED");
});

test("many are started, each with its own answer", async () => {
  await client.deployMachine("many", PASS);
  const starts = Array.from({ length: 5_010 }, (_, at) => ({
    machine: at === 5_005 ? "nobody" : "many",
    input: { at },
  }));
  const answers = await client.startMany(starts);
  assert.equal(answers.length, 5_010);
  const refused = answers.flatMap((answer, at) => ("error" in answer ? [[at, answer.error.code]] : []));
  assert.deepEqual(refused, [[5_005, "MachineNotFound"]]);
  assert.ok(answers.every((answer) => "error" in answer || answer.isNew));
  const last = answers.at(-1)!;
  assert.ok("execution" in last);
  assert.deepEqual((await client.wait(last.execution.id)).output, { at: 5_009 });
  const found = await listed({ machine: "many", limit: 1_000 }, 5_009);
  assert.equal(new Set(found.map(({ id }) => id)).size, 5_009);
});

test("one runs in memory, and how it ended is an answer", async () => {
  const ran = await client.run<{ a: number }>("pass", { a: 1 }, { logLevel: "ALL", includeExecutionData: true });
  assert.deepEqual([ran.status, ran.output], ["SUCCEEDED", { a: 1 }]);
  await client.deployMachine("fails", { StartAt: "A", States: { A: { Type: "Fail", Error: "No", Cause: "way" } } });
  const failed = await client.run("fails");
  assert.deepEqual([failed.status, failed.error, failed.cause], ["FAILED", "No", "way"]);
  await assert.rejects(client.describe(ran.id), NotFoundError);
  assert.ok(
    (await all(items((page) => client.api.readMachineLogs("pass", { requestId: ran.id, ...page })))).length > 0,
  );
});

test("a function is invoked later, once under a name", async () => {
  const execution = await client.invokeAsync("echo", { later: true });
  assert.deepEqual((await client.wait(execution.id)).output, { later: true });
  assert.deepEqual((await client.describeByName("function:echo", execution.name)).output, { later: true });
  const named = await client.invokeAsync("echo", 1, { name: "nightly", qualifier: 1 });
  assert.equal(named.name, "nightly");
  await client.wait(named.id);
  await assert.rejects(client.invokeAsync("echo", 1, { name: "nightly" }), { name: "ConflictError" });
});

test("a log is followed from now on", async () => {
  await client.deployFunction("logs", fail);
  const before = await client.invoke("logs").catch((error: unknown) => error);
  const lines = await client.followLogs("logs");
  const after = await client.invoke("logs").catch((error: unknown) => error);
  assert.ok(before instanceof FunctionFailedError && after instanceof FunctionFailedError);
  for await (const line of lines) {
    assert.equal(line.requestId, after.invocationId);
    const read = await all(client.logs("logs", { requestId: line.requestId }));
    assert.deepEqual(read[0], line);
    break;
  }
});

test("lists are gone through page by page", async () => {
  for (const name of ["page-a", "page-b", "page-c"]) await client.deployMachine(name, PASS);
  const names = (await all(items((page) => client.api.listMachines(page), { limit: 1 }))).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => name.startsWith("page-")),
    ["page-a", "page-b", "page-c"],
  );
});

test("plain methods: values by key", async () => {
  const { api } = client;
  const value = new Uint8Array([0, 255, 10]);
  await api.putValue("s", "a/é ?#%2F", value);
  assert.deepEqual(await api.getValue("s", "a/é ?#%2F"), value);
  assert.equal((await api.incrementValue("s", "n", { by: -2 })).value, -2);
  assert.equal((await api.incrementValue("s", "n")).value, -1);
  const { keys, next } = await api.listStoreKeys("s", { limit: 1 });
  assert.deepEqual(keys, ["a/é ?#%2F"]);
  assert.deepEqual(await api.listStoreKeys("s", { after: next }), { keys: ["n"] });
  await assert.rejects(api.incrementValue("s", "a/é ?#%2F"), { code: "NotANumber" });
  await api.deleteValue("s", "n");
  await assert.rejects(api.getValue("s", "n"), { code: "KeyNotFound" });
});

test("plain methods: buckets, activities, tags, schedules", async () => {
  const { api } = client;
  assert.equal((await api.putBucket("b")).isNew, true);
  assert.equal((await api.putBucket("b")).isNew, false);
  const content = new Uint8Array([0, 255, 10]);
  await api.putObject("b", "a/é ?#%2F.txt", content, "application/x-test");
  assert.deepEqual(await api.getObject("b", "a/é ?#%2F.txt"), content);
  assert.deepEqual(
    (await api.listObjects("b", { prefix: "a/" })).items.map(({ key }) => key),
    ["a/é ?#%2F.txt"],
  );
  await api.deleteObject("b", "a/é ?#%2F.txt");
  await api.deleteBucket("b");

  await api.putActivity("approve");
  assert.equal(await api.pollActivity("approve", { waitSeconds: 0 }), undefined);
  const definition = {
    StartAt: "A",
    States: { A: { Type: "Task", Resource: "arn:aws:states:us-east-1:000000000000:activity:approve", End: true } },
  };
  await client.deployMachine("approves", definition);
  const { id } = await client.start("approves", { order: 1 });
  const task = await api.pollActivity("approve", { worker: "desk-7", waitSeconds: 20 });
  assert.deepEqual(task?.input, { order: 1 });
  await api.heartbeatTask(task!.taskToken);
  await api.succeedTask(task!.taskToken, { output: { approved: true } });
  assert.deepEqual((await client.wait(id)).output, { approved: true });

  assert.deepEqual((await api.changeTags("pass", { set: { team: "a" }, remove: [] })).tags, { team: "a" });
  const schedule = { expression: "rate(1 hour)", target: { machine: "pass", input: { hourly: true } } };
  assert.equal((await api.putSchedule("hourly", schedule)).isNew, true);
  assert.equal((await api.putSchedule("hourly", schedule)).isNew, false);
  await assert.rejects(api.putSchedule("hourly", schedule, { createOnly: true }), { name: "ConflictError" });
  assert.equal((await api.listFirings("hourly", { limit: 2 })).items.length, 2);
  await api.deleteSchedule("hourly");

  await api.deleteMachine("approves");
  await assert.rejects(api.getMachine("approves"), { name: "NotFoundError", code: "MachineNotFound" });
});

test("the process itself", async () => {
  await client.api.healthz();
  await client.api.readyz();
  assert.match(await client.api.metrics(), /^# /m);
  assert.ok((await client.api.index()).version.length > 0);
  assert.equal((await client.api.listNodes()).items.length, 1);
});
