import assert from "node:assert/strict";
import { test } from "node:test";

import { handler } from "./index.mjs";

test("greets by name", () => {
  assert.deepEqual(handler({ name: "Ada" }), { greeting: "Hello, Ada!" });
});

test("without a name there is nobody to greet", () => {
  for (const event of [{}, { name: null }, null, 7]) {
    assert.throws(() => handler(event), { name: "MissingName" });
  }
});
