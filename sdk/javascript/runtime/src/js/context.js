// What a handler learns of its call, from the environment of the call. One object, made before the memory is kept;
// each property is read when it is asked for.
import { variables } from "steploom:process";

const said = (name) => variables()[`STEPLOOM_${name}`];
const number = (name) => Number.parseInt(said(name) ?? "0", 10) || 0;

const READERS = {
  requestId: () => said("REQUEST_ID") ?? "",
  functionName: () => said("FUNCTION") ?? "",
  functionVersion: () => said("VERSION") ?? "",
  account: () => said("ACCOUNT") ?? "",
  deadline: () => (said("DEADLINE") === undefined ? undefined : new Date(said("DEADLINE"))),
  retry: () => number("RETRY"),
  execution: () => said("EXECUTION"),
  state: () => said("STATE"),
  attempt: () => said("ATTEMPT"),
  awsRequestId: () => said("REQUEST_ID") ?? "",
};

/** The handler's second argument. */
export const context = {};

for (const [name, read] of Object.entries(READERS)) {
  Object.defineProperty(context, name, {
    enumerable: true,
    configurable: true,
    get: read,
    set(value) {
      Object.defineProperty(context, name, { value, enumerable: true, configurable: true, writable: true });
    },
  });
}

/** Milliseconds until the call must end; 0 if that is over or unknown. */
context.getRemainingTimeInMillis = function getRemainingTimeInMillis() {
  const deadline = said("DEADLINE");
  return deadline === undefined ? 0 : Math.max(0, Date.parse(deadline) - Date.now());
};

/** There is one call in an instance, so nothing of an earlier one needs to go. */
export function freshen() {}
