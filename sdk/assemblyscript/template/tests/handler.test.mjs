import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./host.mjs";

const call = await load("build/{{name}}.wasm");

test("greets by name", () => {
  const { result, log } = call({ name: "Ada" });
  assert.deepEqual(result, { greeting: "Hello, Ada!" });
  assert.deepEqual(log, [{ level: "INFO", message: "greeting", name: "Ada", retry: 0 }]);
});

test("fails without a name", () => {
  const { error } = call({});
  assert.equal(error.errorType, "MissingName");
});
