// "node:timers/promises".
import { setImmediate as immediately, setTimeout as later } from "steploom:timers";

export const setTimeout = (delay, value) => new Promise((resolve) => later(resolve, delay, value));
export const setImmediate = (value) => new Promise((resolve) => immediately(resolve, value));
export const scheduler = { wait: (delay) => setTimeout(delay) };
export default { setTimeout, setImmediate, scheduler };
