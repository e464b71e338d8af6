/** The client keeps pace with the server's document. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { Api, Client } from "steploom";

import { type Document, methodOf, routesOf } from "../tools/document.js";
import { FOLDER, generate } from "../tools/generate.js";
import { FIELDS, REPEATABLE, STREAMS, TIMEOUT_MS } from "../tools/hints.js";
import { Server } from "./support/serve.js";

let server: Server;
let document: Document;

before(async () => {
  server = await Server.start();
  const { api } = new Client({ endpoint: server.url });
  document = (await api.openapiDocument()) as unknown as Document;
});

after(() => server.stop());

test("every operation has a method, and every method an operation", () => {
  const operations = routesOf(document).map(({ operation }) => methodOf(operation));
  const methods = Object.getOwnPropertyNames(Api.prototype).filter((name) => name !== "constructor");
  assert.ok(operations.length > 100);
  assert.deepEqual(methods.sort(), operations.sort());
});

test("what is generated is what is committed", async () => {
  for (const [name, text] of Object.entries(generate(document))) {
    const committed = await readFile(new URL(name, FOLDER), "utf8");
    assert.ok(text === committed, `src/client/generated/${name} is old: npm run generate -- ${server.url}`);
  }
});

test("the generator's hints are about operations and fields that there are", () => {
  const ids = new Set(routesOf(document).map(({ operation }) => operation.operationId));
  for (const hints of [REPEATABLE, STREAMS, TIMEOUT_MS]) {
    for (const id of Object.keys(hints)) assert.ok(ids.has(id), id);
  }
  for (const field of Object.keys(FIELDS)) {
    const [name = "", inner = ""] = field.split(".");
    assert.ok(
      document.components.schemas[name]?.properties?.[inner] ??
        JSON.stringify(document.components.schemas[name]).includes(`"${inner}"`),
      field,
    );
  }
});
