/** A server that is killed and comes back. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "steploom";

import { Server } from "./support/serve.js";

test("following and waiting span a restart, and no event is lost or told twice", async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const client = new Client({ endpoint: server.url });
  await client.deployMachine("survives", {
    StartAt: "Wait",
    States: { Wait: { Type: "Wait", Seconds: 2, Next: "After" }, After: { Type: "Pass", End: true } },
  });
  const { id } = await client.start("survives", { a: 1 });
  const waits = client.wait(id, { timeoutMs: 60_000 });
  const ids: number[] = [];
  for await (const event of client.follow(id)) {
    ids.push(event.id);
    if (event.type === "WaitStateEntered") {
      await server.kill();
      await server.resume();
    }
  }
  const ended = await waits;
  assert.deepEqual([ended.status, ended.output], ["SUCCEEDED", { a: 1 }]);
  assert.deepEqual(
    ids,
    ids.map((_, at) => at + 1),
  );
  assert.equal(ids.length, 6);
});

test("a batch whose answer is lost with the server starts each once", async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  let losses = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init);
    if (losses > 0 || !String(input).endsWith("/batch")) return answer;
    losses += 1;
    await answer.arrayBuffer();
    await server.kill();
    await server.resume();
    throw new TypeError("fetch failed");
  };
  const client = new Client({ endpoint: server.url, fetch });
  await client.deployMachine("pass", { StartAt: "A", States: { A: { Type: "Pass", End: true } } });
  await client.deployMachine("wait", { StartAt: "A", States: { A: { Type: "Wait", Seconds: 3_600, End: true } } });
  const starts = Array.from({ length: 400 }, (_, at) => ({ machine: at % 2 === 0 ? "pass" : "wait", input: at }));
  const answers = await client.startMany(starts);
  assert.equal(losses, 1);
  assert.ok(
    answers.every(
      (answer, at) => "execution" in answer && answer.isNew && answer.execution.machine === starts[at]!.machine,
    ),
  );
  const count = async (): Promise<number> => {
    const { items } = await client.api.countExecutions();
    return items.reduce((sum, { count }) => sum + count, 0);
  };
  while ((await count()) < 400) await new Promise((resolve) => setTimeout(resolve, 50));
  // Lists lag by up to a second: what had been started twice would show by then.
  const { id } = await client.start("wait", {}, { name: "last" });
  while ((await count()) < 401) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await count(), 401);
  await client.stop(id);
});
