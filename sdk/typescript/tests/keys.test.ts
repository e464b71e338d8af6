/** A server with keys. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "steploom";

import { Server } from "./support/serve.js";

test("a good key is let in, a bad one is not, and a small one not everywhere", async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const open = new Client({ endpoint: server.url });
  const admin = await open.api.createKey({ kind: "api", scopes: ["admin"] });
  const apiKey = admin.token!;
  const client = new Client({ endpoint: server.url, apiKey });
  const reader = await client.api.createKey({ kind: "api", scopes: ["machines:read"] });
  const small = new Client({ endpoint: server.url, apiKey: reader.token! });

  await client.deployMachine("m", { StartAt: "A", States: { A: { Type: "Succeed" } } });
  await small.api.getMachine("m");
  await assert.rejects(small.start("m"), { name: "DeniedError", status: 403 });
  await assert.rejects(open.start("m"), { name: "UnauthenticatedError", status: 401 });
  await assert.rejects(new Client({ endpoint: server.url, apiKey: "nonsense" }).start("m"), {
    name: "UnauthenticatedError",
  });
  const started = await client.start("m");
  assert.equal((await client.wait(started.id)).status, "SUCCEEDED");
  await assert.rejects(
    async () => {
      for await (const _ of small.follow(started.id));
    },
    { name: "DeniedError" },
  );
});
