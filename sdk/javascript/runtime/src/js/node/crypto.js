// "node:crypto": randomness only.
import { Buffer } from "steploom:buffer";
import { crypto, getRandomValues, randomUUID } from "steploom:crypto";
import * as host from "steploom:host";

export function randomBytes(size) {
  return Buffer.from(host.randomBytes(size).buffer);
}

/** A whole number from `min` up to `max`, which is left out. */
export function randomInt(min, max) {
  const [low, high] = max === undefined ? [0, min] : [min, max];
  const range = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range <= 0 || range > 2 ** 48) {
    throw new RangeError("randomInt needs whole numbers, the second one larger by at most 2 ** 48");
  }
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const drawn = host.randomBytes(6).reduce((number, byte) => number * 256 + byte, 0);
    if (drawn < limit) return low + (drawn % range);
  }
}

export const webcrypto = crypto;
export { getRandomValues, randomUUID };
export default { getRandomValues, randomBytes, randomInt, randomUUID, webcrypto };
