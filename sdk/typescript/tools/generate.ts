/**
 * Writes `src/client/generated/` from the OpenAPI document of a server: that of the first argument, else
 * `STEPLOOM_ENDPOINT`, else `http://127.0.0.1:8080`.
 */

import { mkdir, writeFile } from "node:fs/promises";
import process from "node:process";
import { pathToFileURL } from "node:url";

import type { Document } from "./document.js";
import { operations } from "./operations.js";
import { types } from "./types.js";

/** Where the generated files are. The program runs as `build/tools/generate.js`. */
export const FOLDER = new URL("../../src/client/generated/", import.meta.url);

/** The generated files' texts by name. */
export function generate(document: Document): Record<string, string> {
  return { "api.ts": operations(document), "wire.ts": types(document) };
}

async function main(): Promise<void> {
  const endpoint = process.argv[2] ?? process.env.STEPLOOM_ENDPOINT ?? "http://127.0.0.1:8080";
  const answer = await fetch(`${endpoint}/v1/openapi.json`);
  if (!answer.ok) throw new Error(`${endpoint} answered ${answer.status}`);
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of Object.entries(generate((await answer.json()) as Document))) {
    await writeFile(new URL(name, FOLDER), text);
    console.log(`src/client/generated/${name}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
