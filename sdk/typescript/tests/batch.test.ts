/** Many starts: how they are split, sent again, and answered. */

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test, type TestContext } from "node:test";

import { BatchError, Client, UnauthenticatedError, type wire } from "steploom";

import { answer, type Asked, Fake, hangUp, problem, type Step } from "./support/fake.js";

async function fake(t: TestContext, ...steps: Step[]): Promise<{ client: Client; server: Fake }> {
  const server = await Fake.start(...steps);
  t.after(() => server.stop());
  return { server, client: new Client({ endpoint: server.url, retry: { pauseMsFirst: 1, pauseMsMax: 1 } }) };
}

function linesOf(asked: Asked): wire.StartExecution[] {
  return asked.body
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Answers each start by its input: a status that refuses it, or nothing. */
function byInput(socket: Socket, asked: Asked): void {
  const items = linesOf(asked).map(({ machine, name, input }) =>
    typeof input === "number" && input >= 400
      ? { error: { status: input, code: "X", message: "x" } }
      : { execution: { id: name, name, machine, machineVersion: 1, status: "RUNNING" }, isNew: true },
  );
  socket.end(answer(200, { items }));
}

function refusals(answers: wire.StartAnswer[]): (number | undefined)[] {
  return answers.map((one) => ("error" in one ? one.error.status : undefined));
}

test("starts are split into requests of 5,000 and of 32 MiB", async (t) => {
  const { client, server } = await fake(t, byInput);
  const many = await client.startMany(Array.from({ length: 12_001 }, () => ({ machine: "m" })));
  assert.equal(many.length, 12_001);
  assert.deepEqual(
    server.asked.map((asked) => linesOf(asked).length),
    [5_000, 5_000, 2_001],
  );
  const large = "x".repeat(12 * 1024 * 1024);
  await client.startMany(Array.from({ length: 5 }, () => ({ machine: "m", input: large })));
  assert.deepEqual(
    server.asked.slice(3).map((asked) => linesOf(asked).length),
    [2, 2, 1],
  );
  assert.ok(server.asked.every((asked) => asked.headers["content-type"] === "application/x-ndjson"));
});

test("they may come from anything that can be gone through", async (t) => {
  const { client } = await fake(t, byInput);
  async function* starts(): AsyncGenerator<wire.StartExecution> {
    yield { machine: "m", name: "a" };
    yield { machine: "m", name: "b" };
  }
  const answers = await client.startMany(starts());
  assert.deepEqual(
    answers.map((one) => "execution" in one && one.execution.name),
    ["a", "b"],
  );
  assert.deepEqual(await client.startMany(new Set<wire.StartExecution>()), []);
});

test("each has its own answer, also one that cannot be sent", async (t) => {
  const { client, server } = await fake(t, byInput);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const answers = await client.startMany([
    { machine: "m" },
    { machine: "m", input: 404 },
    { machine: "m", input: circle },
    { machine: "m", input: Infinity },
    { machine: "m", input: "x".repeat(33 * 1024 * 1024) },
    null as never,
    { machine: "m" },
  ]);
  assert.deepEqual(refusals(answers), [undefined, 404, 400, 400, 413, 400, undefined]);
  assert.equal(linesOf(server.asked[0]!).length, 3);
});

test("what the server has no room for is sent again, and that alone", async (t) => {
  let room = 0;
  const grows: Step = (socket, asked) => {
    const items = linesOf(asked).map(({ name, machine }) =>
      Number(name) < room
        ? { execution: { id: name, name, machine, machineVersion: 1, status: "RUNNING" }, isNew: true }
        : { error: { status: 429, code: "TooManyRequests", message: "later" } },
    );
    room += 2;
    socket.end(answer(200, { items }));
  };
  const { client, server } = await fake(t, grows);
  const starts = Array.from({ length: 4 }, (_, at) => ({ machine: "m", name: String(at) }));
  assert.deepEqual(refusals(await client.startMany(starts)), [undefined, undefined, undefined, undefined]);
  assert.deepEqual(
    server.asked.map((asked) => linesOf(asked).map(({ name }) => name)),
    [
      ["0", "1", "2", "3"],
      ["0", "1", "2", "3"],
      ["2", "3"],
    ],
  );
  room = -100;
  assert.deepEqual(refusals(await client.startMany(starts)), [429, 429, 429, 429]);
  assert.equal(server.asked.length, 3 + 4);
});

test("a broken line is made again under the same names", async (t) => {
  const { client, server } = await fake(t, hangUp, byInput);
  const answers = await client.startMany([{ machine: "m" }, { machine: "m", name: "b" }]);
  assert.equal(server.asked[0]!.body, server.asked[1]!.body);
  assert.deepEqual(refusals(answers), [undefined, undefined]);
  const names = linesOf(server.asked[0]!).map(({ name }) => name);
  assert.equal(new Set(names).size, 2);
  assert.equal(names[1], "b");
});

test("a start of ours that has ended meanwhile is found; a caller's is a conflict", async (t) => {
  const taken = { error: { status: 409, code: "ExecutionAlreadyExists", message: "taken" } };
  const { client } = await fake(
    t,
    hangUp,
    answer(200, { items: [taken, taken] }),
    answer(200, { id: "x", status: "SUCCEEDED" }),
  );
  const answers = await client.startMany([{ machine: "m" }, { machine: "m", name: "b" }]);
  assert.deepEqual(answers, [{ execution: { id: "x", status: "SUCCEEDED" }, isNew: true }, taken]);
});

test("a request that fails for good leaves the answers before it", async (t) => {
  const { client } = await fake(t, byInput, problem(401, "MissingAuthenticationToken"));
  const starts = Array.from({ length: 5_001 }, () => ({ machine: "m" }));
  const error = await client.startMany(starts).catch((error: unknown) => error);
  assert.ok(error instanceof BatchError);
  assert.equal(error.answers.length, 5_000);
  assert.ok(error.cause instanceof UnauthenticatedError);
  await assert.rejects(client.startMany(starts), UnauthenticatedError);
});

test("an answer for each start, or none makes sense", async (t) => {
  const { client } = await fake(t, answer(200, { items: [] }));
  await assert.rejects(client.startMany([{ machine: "m" }]), { name: "ProtocolError" });
});
