/** What a client is set to. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inspect } from "node:util";

import { Client, InvalidError } from "steploom";

import { environment } from "./support/serve.js";

function endpointOf(endpoint: string): string | undefined {
  try {
    return new Client({ endpoint }).endpoint;
  } catch (error) {
    assert.ok(error instanceof InvalidError, String(error));
    assert.equal(error.code, "InvalidOption");
    return undefined;
  }
}

test("endpoints", () => {
  const check = (endpoint: string, expect: string | undefined): void =>
    assert.equal(endpointOf(endpoint), expect, endpoint);
  check("http://127.0.0.1:8470", "http://127.0.0.1:8470");
  check("http://127.0.0.1:8470/", "http://127.0.0.1:8470");
  check("https://steploom.test/a/", "https://steploom.test/a");
  check("127.0.0.1:8470", undefined);
  check("localhost", undefined);
  check("ftp://localhost", undefined);
  check("http://localhost/?a=b", undefined);
  check("http://me:secret@localhost/", undefined);
  check("", undefined);
});

test("options that make no sense are refused", () => {
  for (const options of [
    { timeoutMs: 0 },
    { timeoutMs: NaN },
    { silenceMsMax: -1 },
    { answerBytesMax: 0 },
    { retry: { attemptsMax: 0 } },
  ]) {
    assert.throws(() => new Client(options), { name: "InvalidError", code: "InvalidOption" }, JSON.stringify(options));
  }
});

test("a key is not shown", () => {
  const apiKey = "steploom_ID_SECRET";
  assert.ok(!inspect(new Client({ apiKey }), { depth: 9, showHidden: true }).includes("SECRET"));
  assert.throws(
    () => new Client({ apiKey: "SECRET\r\nx: y" }),
    (error) => error instanceof InvalidError && !inspect(error).includes("SECRET"),
  );
});

test("the environment says where, if the caller does not", () => {
  const script = 'import { Client } from "steploom"; console.log(new Client().endpoint)';
  const endpoint = (more: Record<string, string>): string =>
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: new URL("../..", import.meta.url),
      encoding: "utf8",
      env: environment(more),
    }).trim();
  assert.equal(endpoint({}), "http://127.0.0.1:8080");
  assert.equal(endpoint({ STEPLOOM_ENDPOINT: "http://localhost:1/x/" }), "http://localhost:1/x");
});
