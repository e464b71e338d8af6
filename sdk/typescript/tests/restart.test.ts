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

test("a batch sent to a server that is killed under it starts each once", async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const client = new Client({ endpoint: server.url, retry: { attemptsMax: 100, pauseMsMax: 200 } });
  await client.deployMachine("pass", { StartAt: "A", States: { A: { Type: "Pass", End: true } } });
  const sent = client.startMany(Array.from({ length: 3_000 }, (_, at) => ({ machine: "pass", input: at })));
  await server.kill();
  await server.resume();
  const answers = await sent;
  assert.ok(answers.every((answer) => "execution" in answer && answer.isNew));
  const counts = async (): Promise<number> => {
    const { items } = await client.api.countExecutions({ machine: "pass" });
    return items.reduce((sum, { count }) => sum + count, 0);
  };
  while ((await counts()) < 3_000) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await counts(), 3_000);
});
