/** The examples run as they stand. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { environment, Server } from "./support/serve.js";

test("order: deploys, starts, follows and waits", async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const program = fileURLToPath(new URL("../examples/order.js", import.meta.url));
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [program], { env: environment({ STEPLOOM_ENDPOINT: server.url }) });
  const lines = stdout.trim().split("\n");
  const types = lines.slice(0, -1).map((line) => line.split(/ +/)[2]);
  assert.deepEqual(types, ["ExecutionStarted", "WaitStateEntered", "WaitStateExited", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
  assert.equal(lines.at(-1), "SUCCEEDED: book costs 25");
});
