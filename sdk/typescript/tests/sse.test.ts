/** Reading server-sent events. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Parser, type ServerSent } from "#client/sse.js";

const TEXT = [
  "\ufeff: a comment\r\n\r\n",
  'id: 1\nevent: A\ndata: {"x":\ndata:  "é🎈"}\n\n',
  "data: two\r\ndata: lines\r\n\r\n",
  "data\rdata:\r\rid: 7\0\nevent: empty\n\n",
  "retry: 5\nunknown: 1\nid: 12\ndata: last\n\n",
  "data: never ended\n",
].join("");

const EXPECT: ServerSent[] = [
  { type: "A", id: "1", data: '{"x":\n "é🎈"}' },
  { type: "message", id: "1", data: "two\nlines" },
  { type: "message", id: "1", data: "\n" },
  { type: "message", id: "12", data: "last" },
];

function parse(pieces: Uint8Array[]): ServerSent[] {
  const parser = new Parser(1_000);
  return pieces.flatMap((piece) => parser.push(piece));
}

test("events are read, in whatever pieces they come", () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    assert.deepEqual(parse(pieces), EXPECT, `pieces of ${size} bytes`);
  }
});

test("an event that is too long is refused before it fills the memory", () => {
  const bytes = new TextEncoder().encode("x".repeat(400));
  assert.throws(() => parse([bytes, bytes, bytes]), /more than 1000 characters/);
  const lines = new TextEncoder().encode(`data: ${"x".repeat(400)}\n`);
  assert.throws(() => parse([lines, lines, lines]), /more than 1000 characters/);
});
