/** What a browser can do of what `node.ts` can. */

/** A browser says itself who it is. */
export const userAgent: string | undefined = undefined;

/** There is no environment. */
export function variable(_name: string): string | undefined {
  return undefined;
}

/** There are no files. */
export async function contentOf(path: string | URL): Promise<Uint8Array> {
  throw new TypeError(`there are no files here to read '${path}' from: pass its bytes`);
}

/** A text that nobody else has: 128 random bits. */
export function randomName(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** The SHA-256 of bytes, in small hexadecimal digits; `undefined` on a page that did not come over TLS. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
