/** What a browser does in node's place is the same. */

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

import * as node from "#client/platform/node.js";
import * as web from "#client/platform/web.js";

// node 18 has it under this name alone.
globalThis.crypto ??= webcrypto as Crypto;

test("both have the same names", () => {
  assert.deepEqual(Object.keys(web).sort(), Object.keys(node).sort());
});

test("both give the same digests", async () => {
  for (const text of ["", "abc", "é🎈"]) {
    const bytes = new TextEncoder().encode(text);
    assert.equal(await web.sha256(bytes), await node.sha256(bytes));
  }
});

test("names are nobody else's, and names to Steploom", () => {
  const names = Array.from({ length: 100 }, () => [node.randomName(), web.randomName()]).flat();
  assert.equal(new Set(names).size, 200);
  assert.ok(names.every((name) => /^[0-9a-f][0-9a-f-]{31,35}$/.test(name)));
});

test("a browser has no files and no environment", async () => {
  assert.equal(web.variable("PATH"), undefined);
  assert.ok(node.variable("PATH") !== undefined);
  await assert.rejects(web.contentOf("a.wasm"), /pass its bytes/);
});
