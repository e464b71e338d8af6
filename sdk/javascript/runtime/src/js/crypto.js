// `crypto`: randomness of the host, read in each call.
import * as host from "steploom:host";

const BYTES_MAX = 65_536;

export function getRandomValues(view) {
  const isInteger = ArrayBuffer.isView(view) && !(view instanceof DataView) && !(view instanceof Float32Array) && !(view instanceof Float64Array);
  if (!isInteger) throw new TypeError("getRandomValues fills an array of integers, such as a Uint8Array");
  if (view.byteLength > BYTES_MAX) throw new DOMException(`at most ${BYTES_MAX} bytes at once`, "QuotaExceededError");
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(host.randomBytes(view.byteLength));
  return view;
}

export function randomUUID() {
  const bytes = host.randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const crypto = { getRandomValues, randomUUID };

Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true, writable: true });
