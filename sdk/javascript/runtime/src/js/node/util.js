// "node:util": the part that functions use.
import { format, inspect } from "steploom:inspect";

/** A function with a callback as one with a promise. */
export function promisify(original) {
  return function (...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value)));
    });
  };
}

const { TextDecoder, TextEncoder } = globalThis;
export { format, inspect, TextDecoder, TextEncoder };
export default { format, inspect, promisify, TextDecoder, TextEncoder };
