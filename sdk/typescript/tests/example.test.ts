/** The examples run as they stand. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { environment, Server } from "./support/serve.js";

const ROOT = new URL("../../", import.meta.url);

let server: Server;

before(async () => {
  server = await Server.start();
});

after(() => server.stop());

/** The lines that a program prints. */
async function printed(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: environment({ STEPLOOM_ENDPOINT: server.url }),
  });
  return stdout.trim().split("\n");
}

test("order: deploys, starts, follows and waits", async () => {
  const lines = await printed(fileURLToPath(new URL("build/examples/order.js", ROOT)));
  const types = lines.slice(0, -1).map((line) => line.split(/ +/)[2]);
  assert.deepEqual(types, [
    "ExecutionStarted",
    "WaitStateEntered",
    "WaitStateExited",
    "PassStateEntered",
    "PassStateExited",
    "ExecutionSucceeded",
  ]);
  assert.equal(lines.at(-1), "SUCCEEDED: book costs 25");
});

test("the ten lines of the README", async () => {
  const readme = await readFile(new URL("README.md", ROOT), "utf8");
  const [, block = ""] = readme.match(/```js\n(.*?)```/s) ?? [];
  const lines = await printed("--input-type=module", "--eval", block);
  assert.equal(lines[0], "1 ExecutionStarted");
  assert.equal(lines.at(-1), "SUCCEEDED { text: 'Hello, Ada!' }");
});
