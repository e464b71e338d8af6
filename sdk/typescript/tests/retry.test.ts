/** When to try again, and after how long. The modules are not exported: they are read where they are built. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ExhaustedError, InvalidError, ProtocolError, UnreachableError } from "steploom";

import { Attempts, isPassing, parseRetryAfter, pause, RETRY_DEFAULT } from "#client/retry.js";

const exhausted = (retryAfterMs?: number): ExhaustedError =>
  new ExhaustedError({ status: 429, code: "TooManyRequests", title: "later" }, retryAfterMs);

test("the bound of a pause doubles up to the longest, and chance takes any part of it", () => {
  const retry = { ...RETRY_DEFAULT, attemptsMax: 10 };
  const most = new Attempts(retry, () => 1);
  const half = new Attempts(retry, () => 0.5);
  const none = new Attempts(retry, () => 0);
  const expect = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, undefined];
  for (const ms of expect) {
    assert.equal(most.pauseMs(), ms);
    assert.equal(half.pauseMs(), ms && ms / 2);
    assert.equal(none.pauseMs(), ms && 0);
  }
});

test("the server's wish goes before if it is longer", () => {
  const attempts = new Attempts(RETRY_DEFAULT, () => 1);
  assert.equal(attempts.pauseMs(exhausted(7_000)), 7_000);
  assert.equal(attempts.pauseMs(exhausted(50)), 200);
  const patient = new Attempts(RETRY_DEFAULT, () => 1);
  assert.equal(patient.pauseMs(exhausted(31_000)), undefined);
});

test("time is bounded as well as number", () => {
  const hasty = new Attempts({ ...RETRY_DEFAULT, timeMsMax: 5_000 }, () => 1);
  assert.equal(hasty.pauseMs(exhausted(10_000)), undefined);
  const once = new Attempts({ ...RETRY_DEFAULT, attemptsMax: 1 });
  assert.equal(once.pauseMs(), undefined);
});

test("what passes and what does not", () => {
  assert.ok(isPassing(exhausted()));
  assert.ok(isPassing(new UnreachableError("http://x", new Error("cut"))));
  assert.ok(isPassing(new ProtocolError("a page of a proxy", 503)));
  assert.ok(!isPassing(new ProtocolError("a page of a proxy", 502)));
  assert.ok(!isPassing(new InvalidError({ status: 400, code: "X", title: "x" })));
  assert.ok(!isPassing(new Error("x")));
});

test("Retry-After is seconds or an instant", () => {
  assert.equal(parseRetryAfter(null), undefined);
  assert.equal(parseRetryAfter("3"), 3_000);
  assert.equal(parseRetryAfter("soon"), undefined);
  assert.equal(parseRetryAfter("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  assert.ok(parseRetryAfter(new Date(Date.now() + 3_600_000).toUTCString())! > 3_000_000);
});

test("a pause ends when its caller wants", async () => {
  const controller = new AbortController();
  const paused = pause(2 ** 30, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(paused, /enough/);
  await assert.rejects(pause(2 ** 30, controller.signal), /enough/);
});
