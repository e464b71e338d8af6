/** What only node can do, and bun and deno in its place. `web.ts` has the same names. */

import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";

/** Who we say we are. */
export const userAgent: string | undefined = "steploom-typescript/0.1.0";

/** A variable of the environment; `undefined` if it is not set or empty. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** A file's content. Throws what node throws, such as `ENOENT`. */
export async function contentOf(path: string | URL): Promise<Uint8Array> {
  return readFile(path);
}

/** A text that nobody else has: 122 random bits. */
export function randomName(): string {
  return randomUUID();
}

/** The SHA-256 of bytes, in small hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  return createHash("sha256").update(bytes).digest("hex");
}
