/** Streams that break and come back, and waiting. */

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import {
  Client,
  type ClientOptions,
  ProtocolError,
  TimedOutError,
  UnavailableError,
  UnreachableError,
  type wire,
} from "steploom";

import { answer, END, event, events, Fake, hangUp, problem, type Step } from "./support/fake.js";

const RETRY = { pauseMsFirst: 1, pauseMsMax: 1 };
const ID = "00070000-018b-cfe5-6800-000000000001";

async function fake(
  t: TestContext,
  options: ClientOptions,
  ...steps: Step[]
): Promise<{ client: Client; server: Fake }> {
  const server = await Fake.start(...steps);
  t.after(() => server.stop());
  return { server, client: new Client({ endpoint: server.url, retry: RETRY, ...options }) };
}

async function ids(events: AsyncIterable<wire.Event>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of events) ids.push(id);
  return ids;
}

/** Sends this and keeps the line open. */
function keepOpen(text: string): Step {
  return (socket) => void socket.write(text);
}

function execution(status: string): string {
  return answer(200, { id: ID, name: "n", machine: "m", machineVersion: 1, status });
}

test("a cut stream is taken up after the last event that was seen", async (t) => {
  const half = event(3).slice(0, 20);
  const { client, server } = await fake(
    t,
    {},
    events(event(1), event(2), half),
    hangUp,
    problem(503, "Unavailable"),
    events(event(3), END),
  );
  assert.deepEqual(await ids(client.follow(ID)), [1, 2, 3]);
  assert.deepEqual(
    server.asked.map((asked) => asked.headers["last-event-id"]),
    ["0", "2", "2", "2"],
  );
  assert.equal(server.asked[0]!.line, `GET /v1/executions/${ID}/events`);
  assert.equal(server.asked[0]!.headers.accept, "text/event-stream");
});

test("it begins after the event that the caller names", async (t) => {
  const { client, server } = await fake(t, {}, events(event(8), END));
  assert.deepEqual(await ids(client.follow(ID, { after: 7 })), [8]);
  assert.equal(server.asked[0]!.headers["last-event-id"], "7");
});

test("a problem on the way that passes is waited for; another one ends the stream", async (t) => {
  const error = (status: number, code: string): string =>
    `event: error\ndata: ${JSON.stringify({ status, code, title: "x" })}\n\n`;
  const { client, server } = await fake(
    t,
    {},
    events(event(1), error(503, "Unavailable")),
    events(event(2), error(500, "Corrupt")),
  );
  const stream = client.follow(ID);
  assert.equal((await stream.next()).value?.id, 1);
  assert.equal((await stream.next()).value?.id, 2);
  await assert.rejects(stream.next(), { name: "InternalError", code: "Corrupt" });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(server.asked.length, 2);
});

test("a stream that does not begin is given up like a call", async (t) => {
  const { client, server } = await fake(t, {}, problem(503, "Unavailable"));
  await assert.rejects(ids(client.follow(ID)), UnavailableError);
  assert.equal(server.asked.length, 4);
  await assert.rejects(client.followLogs("f"), UnavailableError);
  assert.equal(server.asked.length, 8);
});

test("one that has begun is waited for, as long as calls are tried at all", async (t) => {
  const away = Array.from({ length: 9 }, () => hangUp);
  const { client } = await fake(t, {}, events(event(1)), ...away, events(event(2), END));
  assert.deepEqual(await ids(client.follow(ID)), [1, 2]);
  const hasty = await fake(t, { retry: { ...RETRY, timeMsMax: 0 } }, events(event(1)));
  await assert.rejects(ids(hasty.client.follow(ID)), UnreachableError);
  const once = await fake(t, { retry: { attemptsMax: 1 } }, events(event(1)));
  await assert.rejects(ids(once.client.follow(ID)), UnreachableError);
  assert.equal(once.server.asked.length, 1);
});

test("one that has begun with nothing is waited for as well, but not for ever", async (t) => {
  const away = Array.from({ length: 9 }, () => hangUp);
  const { client } = await fake(t, {}, events(), ...away, events(event(1), END));
  assert.deepEqual(await ids(client.follow(ID)), [1]);
  const empty = await fake(t, { retry: { ...RETRY, timeMsMax: 100 } }, events());
  await assert.rejects(ids(empty.client.follow(ID)), UnreachableError);
});

test("a stream that falls silent is taken up again", async (t) => {
  const step: Step = (socket, { headers }) => {
    if (headers["last-event-id"] === "0") socket.write(events(event(1)));
    else socket.end(events(event(2), END));
  };
  const { client, server } = await fake(t, { silenceMsMax: 200, retry: { ...RETRY, attemptsMax: 50 } }, step);
  assert.deepEqual(await ids(client.follow(ID)), [1, 2]);
  assert.ok(server.asked.length >= 2);
});

test("whoever leaves a stream closes its line", async (t) => {
  const { client, server } = await fake(t, {}, keepOpen(events(event(1), event(2))));
  for await (const _ of client.follow(ID)) break;
  await server.closed();
  assert.equal(server.asked.length, 1);
});

test("a stream is ended under somebody who waits for it", async (t) => {
  const { client, server } = await fake(t, {}, keepOpen(events(event(1))));
  const stream = client.follow(ID);
  await stream.next();
  const waits = stream.next();
  await new Promise(setImmediate);
  await stream.return();
  assert.deepEqual(await waits, { done: true, value: undefined });
  await server.closed();
});

test("a caller's signal ends a stream, with its reason", async (t) => {
  const { client, server } = await fake(t, {}, keepOpen(events(event(1))));
  const controller = new AbortController();
  const stream = client.follow(ID, { signal: controller.signal });
  await stream.next();
  const waits = stream.next();
  await new Promise(setImmediate);
  controller.abort(new Error("enough"));
  await assert.rejects(waits, /enough/);
  await server.closed();
});

test("what is no stream of events makes no sense", async (t) => {
  const bad = ["id: 1\nevent: X\ndata: {\n\n", "id: x\nevent: X\ndata: {}\n\n", "event: error\ndata: x\n\n"];
  const { client } = await fake(t, {}, answer(200, {}), ...bad.map((text) => events(text)));
  for (let step = 0; step <= bad.length; step++) await assert.rejects(ids(client.follow(ID)), ProtocolError);
});

test("an event that is too large ends the stream", async (t) => {
  const { client } = await fake(t, { answerBytesMax: 1_000 }, events(`data: ${"x".repeat(2_000)}`));
  await assert.rejects(ids(client.follow(ID)), ProtocolError);
});

test("waiting follows the events that come, and reads how it ended", async (t) => {
  const newest = answer(200, { items: [{ id: 41 }] });
  const { client, server } = await fake(
    t,
    {},
    execution("PENDING"),
    newest,
    events(event(42), END),
    execution("SUCCEEDED"),
  );
  assert.equal((await client.wait(ID)).status, "SUCCEEDED");
  assert.equal(server.asked[2]!.headers["last-event-id"], "41");
});

test("PENDING, PAUSED and QUARANTINED are no ends", async (t) => {
  const steps = ["PENDING", "PAUSED", "QUARANTINED", "RUNNING"].flatMap((status) => [
    execution(status),
    answer(200, { items: [] }),
    events(event(1), END),
  ]);
  const { client } = await fake(t, {}, ...steps, execution("EXPIRED"));
  assert.equal((await client.wait(ID)).status, "EXPIRED");
});

test("waiting ends in time", async (t) => {
  const { client, server } = await fake(
    t,
    {},
    execution("RUNNING"),
    answer(200, { items: [] }),
    keepOpen(events(event(1))),
  );
  await assert.rejects(
    client.wait(ID, { timeoutMs: 100 }),
    (error) => error instanceof TimedOutError && error.timeoutMs === 100,
  );
  await server.closed();
});

test("events that end without the execution make no sense for long", async (t) => {
  const turn = [execution("RUNNING"), answer(200, { items: [] }), events(END)];
  const { client } = await fake(t, {}, ...turn, ...turn, ...turn, ...turn);
  await assert.rejects(client.wait(ID), ProtocolError);
});
