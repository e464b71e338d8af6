/** Servers that are away, busy, slow or not ours. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";

import {
  Client,
  type ClientOptions,
  DeniedError,
  ExhaustedError,
  FunctionFailedError,
  InternalError,
  InvalidError,
  ProtocolError,
  SteploomError,
  TimedOutError,
  UnauthenticatedError,
  UnavailableError,
  UnreachableError,
} from "steploom";

import { answer, Fake, hangUp, problem, sayNothing, type Step } from "./support/fake.js";

/** Pauses that tests need not wait for. */
const RETRY = { pauseMsFirst: 1, pauseMsMax: 1 };

const EXECUTION = {
  id: "00070000-018b-cfe5-6800-000000000001",
  name: "n",
  machine: "m",
  machineVersion: 1,
  status: "RUNNING",
};
const PAGE = answer(200, { items: [] });

async function fake(
  t: TestContext,
  options: ClientOptions,
  ...steps: Step[]
): Promise<{ client: Client; server: Fake }> {
  const server = await Fake.start(...steps);
  t.after(() => server.stop());
  return { server, client: new Client({ endpoint: server.url, retry: RETRY, ...options }) };
}

test("what may be repeated is repeated when the line breaks or the server is busy", async (t) => {
  const { client, server } = await fake(
    t,
    {},
    hangUp,
    problem(503, "Unavailable"),
    problem(429, "TooManyRequests"),
    PAGE,
  );
  assert.deepEqual(await client.api.listFunctions(), { items: [] });
  assert.equal(server.asked.length, 4);
});

test("a page of a proxy that says 503 is tried again as well", async (t) => {
  const { client, server } = await fake(t, {}, answer(503, "<html>"), PAGE);
  await client.api.listMachines();
  assert.equal(server.asked.length, 2);
});

test("an answer that breaks off is asked for again", async (t) => {
  const broken = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
  const { client, server } = await fake(t, {}, broken, PAGE);
  await client.api.listFunctions();
  assert.equal(server.asked.length, 2);
});

test("a start without a name gets one, and is repeated under it", async (t) => {
  const { client, server } = await fake(t, {}, hangUp, answer(200, EXECUTION));
  const started = await client.start("m", { a: 1 });
  assert.equal(started.isNew, true);
  const [first, second] = server.asked.map((asked) => asked.body);
  assert.equal(first, second);
  const { name, ...rest } = JSON.parse(first!);
  assert.deepEqual(rest, { machine: "m", input: { a: 1 } });
  assert.match(name, /^[0-9a-f-]{32,36}$/);
});

test("a start of ours that has ended meanwhile is found by its name", async (t) => {
  const ended = { ...EXECUTION, status: "SUCCEEDED" };
  const { client, server } = await fake(t, {}, hangUp, problem(409, "ExecutionAlreadyExists"), answer(200, ended));
  const started = await client.start("m");
  assert.equal(started.status, "SUCCEEDED");
  assert.equal(started.isNew, true);
  const { name } = JSON.parse(server.asked[0]!.body);
  assert.equal(server.asked[2]!.line, `GET /v1/machines/m/executions/${name}`);
});

test("an invocation for later is found in the same way", async (t) => {
  const { client, server } = await fake(t, {}, hangUp, problem(409, "ExecutionAlreadyExists"), answer(200, EXECUTION));
  assert.equal((await client.invokeAsync("f")).id, EXECUTION.id);
  assert.match(server.asked[2]!.line, /^GET \/v1\/machines\/function%3Af\/executions\/[0-9a-f-]+$/);
});

test("a conflict under a name of the caller's is the caller's", async (t) => {
  const { client, server } = await fake(t, {}, problem(409, "ExecutionAlreadyExists"));
  await assert.rejects(client.start("m", {}, { name: "a" }), { name: "ConflictError", code: "ExecutionAlreadyExists" });
  await assert.rejects(client.invokeAsync("f", {}, { name: "a" }), { name: "ConflictError" });
  assert.equal(server.asked.length, 2);
});

test("what may not be repeated is not", async (t) => {
  const { client, server } = await fake(t, {}, problem(503, "Unavailable"));
  const calls: (() => Promise<unknown>)[] = [
    () => client.invoke("f"),
    () => client.run("m"),
    () => client.api.startExecution({ machine: "m" }),
    () => client.api.startExecutions([{ machine: "m", name: "a" }, { machine: "m" }]),
    () => client.api.putMachine("m", {}, { createOnly: true }),
    () => client.api.deleteMachine("m"),
    () => client.api.redriveExecution("id"),
    () => client.api.createKey({ scopes: ["admin"] } as never),
  ];
  for (const [index, call] of calls.entries()) {
    await assert.rejects(call, UnavailableError, String(call));
    assert.equal(server.asked.length, index + 1, String(call));
  }
});

test("patience ends", async (t) => {
  const { client, server } = await fake(t, {}, problem(503, "Unavailable"));
  await assert.rejects(client.api.listFunctions(), UnavailableError);
  assert.equal(server.asked.length, 4);
  const once = new Client({ endpoint: server.url, retry: { attemptsMax: 1 } });
  await assert.rejects(once.api.listFunctions(), UnavailableError);
  assert.equal(server.asked.length, 5);
});

test("a server that asks for more patience than we have is not asked again", async (t) => {
  const { client, server } = await fake(t, {}, problem(429, "TooManyRequests", { "retry-after": "31" }));
  const error = await client.api.listFunctions().catch((error: unknown) => error);
  assert.ok(error instanceof ExhaustedError);
  assert.equal(error.retryAfterMs, 31_000);
  assert.equal(server.asked.length, 1);
});

test("a server's wish is granted", async (t) => {
  const { client, server } = await fake(t, {}, problem(503, "Unavailable", { "retry-after": "1" }), PAGE);
  const began = performance.now();
  await client.api.listFunctions();
  assert.ok(performance.now() - began >= 990);
  assert.equal(server.asked.length, 2);
});

test("nobody there says how to start it", async () => {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const endpoint = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  listener.close();
  await once(listener, "close");
  const error = await new Client({ endpoint, retry: RETRY }).describe("x").catch((error: unknown) => error);
  assert.ok(error instanceof UnreachableError);
  assert.equal(error.isRefused, true);
  assert.equal(error.message, `cannot reach Steploom at ${endpoint}; start it with 'steploom up'`);
});

test("a line that broke is no refusal", async (t) => {
  const { client } = await fake(t, {}, hangUp);
  const error = await client.invoke("f").catch((error: unknown) => error);
  assert.ok(error instanceof UnreachableError);
  assert.equal(error.isRefused, false);
});

test("a slow server is given up, and what may be repeated is asked for again", async (t) => {
  let asked = 0;
  const fetch: typeof globalThis.fetch = (input, init) => {
    asked += 1;
    return globalThis.fetch(input, init);
  };
  const { client } = await fake(t, { timeoutMs: 20, fetch }, sayNothing);
  await assert.rejects(client.api.listFunctions(), TimedOutError);
  assert.equal(asked, 4);
  await assert.rejects(client.invoke("f", {}, { timeoutMs: 20 }), {
    name: "TimedOutError",
    message: "POST /v1/functions/f/invoke took longer than 20 ms",
  });
  assert.equal(asked, 5);
});

test("a body that never ends is given up as well", async (t) => {
  const { client } = await fake(t, { timeoutMs: 50, retry: { attemptsMax: 1 } }, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{");
  });
  await assert.rejects(client.api.listFunctions(), TimedOutError);
});

test("a caller gives a call up, and gets its own reason", async (t) => {
  const controller = new AbortController();
  const { client, server } = await fake(t, {}, () => controller.abort(new Error("enough")));
  await assert.rejects(client.api.listFunctions({}, { signal: controller.signal }), /enough/);
  await assert.rejects(client.api.listFunctions({}, { signal: controller.signal }), /enough/);
  assert.equal(server.asked.length, 1);
});

test("an answer that is too large is not read", async (t) => {
  const large = (socket: Socket): void => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
    const pour = (): void => {
      while (!socket.destroyed && socket.write("x".repeat(1_000)));
    };
    socket.on("drain", pour);
    pour();
  };
  const { client, server } = await fake(t, { answerBytesMax: 10_000 }, large);
  await assert.rejects(client.api.listFunctions(), {
    name: "ProtocolError",
    message: "the answer makes no sense: it has more than 10000 bytes (answerBytesMax)",
  });
  await server.closed();
});

test("another server is no Steploom", async (t) => {
  const { client } = await fake(
    t,
    {},
    answer(200, "<html>hello</html>"),
    answer(404, "<html>"),
    answer(500, { status: "x" }),
  );
  for (let step = 0; step < 3; step++) await assert.rejects(client.describe("x"), ProtocolError);
});

test("a redirect is not followed: a key is for this endpoint alone", async (t) => {
  const elsewhere = await Fake.start(PAGE);
  t.after(() => elsewhere.stop());
  const { client } = await fake(t, { apiKey: "k" }, answer(307, "", { location: `${elsewhere.url}/` }));
  await assert.rejects(client.api.listFunctions(), { name: "ProtocolError", status: 307 });
  assert.equal(elsewhere.asked.length, 0);
});

test("an answer of an invocation without its headers makes no sense", async (t) => {
  const { client } = await fake(t, {}, answer(200, {}));
  await assert.rejects(client.invoke("f"), ProtocolError);
});

test("each problem has its class", async (t) => {
  const table: [number, string, typeof InvalidError | typeof FunctionFailedError][] = [
    [400, "InvalidName", InvalidError],
    [401, "MissingAuthenticationToken", UnauthenticatedError],
    [403, "HostNotAllowed", DeniedError],
    [413, "BodyTooLarge", InvalidError],
    [500, "Internal", InternalError],
    [502, "FunctionFailed", FunctionFailedError],
    [504, "FunctionFailed", FunctionFailedError],
  ];
  const { client } = await fake(t, {}, ...table.map(([status, code]) => problem(status, code)));
  for (const [status, code, expect] of table) {
    const error = await client.describe("x").catch((error: unknown) => error);
    assert.ok(error instanceof expect && error instanceof SteploomError, code);
    assert.equal(error.name, expect.name);
    assert.equal((error as InvalidError).status, status);
    assert.equal(error.message, `it is ${code} (${code})`);
    assert.equal((error as InvalidError).requestId, "r");
  }
});

test("a key is sent with each call", async (t) => {
  const { client, server } = await fake(t, { apiKey: "steploom_ID_SECRET" }, PAGE);
  await client.api.listFunctions();
  assert.equal(server.asked[0]!.headers.authorization, "Bearer steploom_ID_SECRET");
  assert.match(server.asked[0]!.headers["user-agent"]!, /^steploom-typescript\/\d/);
});

test("requests go through the caller's own fetch", async () => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    return Response.json({ items: [] });
  };
  const client = new Client({ endpoint: "https://steploom.test/a", fetch });
  await client.api.listMachines({ limit: 7 });
  assert.deepEqual(asked, ["https://steploom.test/a/v1/machines?limit=7"]);
});
