// Calls back: what a function asks of the platform while it runs. A request is a line of JSON, then bytes as they are;
// so is its answer. Everything here is answered before it returns.
import { Buffer } from "steploom:buffer";
import { bytesOf } from "steploom:encoding";
import { FunctionError } from "steploom:failure";
import * as host from "steploom:host";

const LINE_END = 10;

/** What the answer's line says, and its body. */
function ask(line, body = "") {
  const content = typeof body === "string" ? host.encode(body.toWellFormed()) : bytesOf(body);
  const answer = host.ask(JSON.stringify(line), content);
  const end = answer.indexOf(LINE_END);
  const { ok, error } = JSON.parse(host.decode(answer.subarray(0, end), false));
  if (error) throw Object.assign(new FunctionError(error.code, error.message), { code: error.code });
  return { ok, body: Buffer.from(answer.buffer, answer.byteOffset + end + 1, answer.length - end - 1) };
}

/** JSON; what cannot be said in it is null, as in a result. */
const json = (value) => JSON.stringify(value) ?? "null";

export function invoke(name, event) {
  return JSON.parse(ask({ op: "invoke", function: name }, json(event)).body.toString());
}

export function start(machine, input, name) {
  return ask({ op: "start", machine, name }, json(input)).ok.id;
}

export function succeed(token, output) {
  ask({ op: "succeed", token }, json(output));
}

export function fail(token, error, cause) {
  ask({ op: "fail", token, error, cause });
}

export function heartbeat(token) {
  ask({ op: "heartbeat", token });
}

export const objects = {
  read(bucket, key) {
    const { ok, body } = ask({ op: "read", bucket, key });
    return { body, contentType: ok.contentType ?? undefined };
  },
  write(bucket, key, body, contentType) {
    ask({ op: "write", bucket, key, contentType }, body);
  },
  remove(bucket, key) {
    ask({ op: "remove", bucket, key });
  },
  list(bucket, { prefix, after } = {}) {
    return page(ask({ op: "list", bucket, prefix, after }).ok);
  },
};

export const keyvalue = {
  get(store, key) {
    try {
      return ask({ op: "get", store, key }).body;
    } catch (error) {
      if (error.code === "KeyNotFound") return undefined;
      throw error;
    }
  },
  set(store, key, value) {
    ask({ op: "set", store, key }, value);
  },
  delete(store, key) {
    ask({ op: "delete", store, key });
  },
  increment(store, key, by = 1) {
    return ask({ op: "increment", store, key, by }).ok.value;
  },
  keys(store, { prefix, after } = {}) {
    return page(ask({ op: "keys", store, prefix, after }).ok);
  },
};

const page = ({ keys, next }) => ({ keys, next: next ?? undefined });

export function config(key) {
  return ask({ op: "config", key }).ok.value ?? undefined;
}

export function fuel() {
  return host.fuel();
}
