import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../../sdk/assemblyscript/function/host.mjs";

const call = await load("build/slug.wasm");

test("titles become slugs", () => {
  for (const [text, slug] of [
    ["Hello, World!", "hello-world"],
    ["  It's 5 o’clock -- or 6?  ", "its-5-oclock-or-6"],
    ["Größe & Maß", "groesse-mass"],
    ["ÅSA çà Đặng", "asa-ca-d-ng"],
    ["e\u0301te\u0301", "ete"],
    ["Αθήνα", "athina"],
    ["Москва, Объект", "moskva-obekt"],
    ["a 🚀 b 漢字 c\u0000d", "a-b-c-d"],
    ["Łódź Þór", "lodz-thor"],
  ]) {
    assert.deepEqual(call({ text }).result, { slug }, text);
  }
});

test("slugs have a length and a separator", () => {
  assert.deepEqual(call({ text: "one two three", length: 8 }).result, { slug: "one-two" });
  assert.deepEqual(call({ text: "one two three", length: 7, separator: "_" }).result, { slug: "one_two" });
  assert.deepEqual(call({ text: "Straße", length: 6 }).result, { slug: "strass" });
  assert.deepEqual(call({ text: "a ".repeat(100_000), length: 3 }).result, { slug: "a-a" });
  assert.equal(call({ text: "a".repeat(1_000_000) }).result.slug.length, 80);
});

test("what cannot be done has a name", () => {
  for (const [event, name] of [
    [{}, "MissingText"],
    [null, "MissingText"],
    [[1], "MissingText"],
    [{ text: 1 }, "MissingText"],
    [{ text: "" }, "NothingLeft"],
    [{ text: "漢字 🚀 --" }, "NothingLeft"],
    [{ text: "ь" }, "NothingLeft"],
    [{ text: "a", separator: "--" }, "InvalidSeparator"],
    [{ text: "a", separator: null }, "InvalidSeparator"],
    [{ text: "a", length: 0 }, "InvalidLength"],
    [{ text: "a", length: -1 }, "InvalidLength"],
    [{ text: "a", length: 1001 }, "InvalidLength"],
    [{ text: "a", length: 1e99 }, "InvalidLength"],
    [{ text: "a", length: "5" }, "InvalidLength"],
  ]) {
    assert.equal(call(event).error?.errorType, name, JSON.stringify(event));
  }
});
