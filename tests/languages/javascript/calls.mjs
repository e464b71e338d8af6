// Calls back, as ../calls.json wants them.

import {
  FunctionError, config, fail, fuel, heartbeat, invoke, keyvalue, objects, start, succeed,
} from "./steploom.mjs";

export function callBack(event) {
  const { do: what, name, key, value } = event ?? {};
  switch (what) {
    case "fuel": {
      const left = fuel();
      return { value: 0 < fuel() && fuel() < left };
    }
    case "invoke":
      return { value: invoke(name, value) };
    case "start": {
      const id = start(name, value, key);
      return { value: id.length > 0 && start(name, value, key) === id };
    }
    case "config":
      return { value: config(key) ?? null };
    case "objects":
      return useObjects(name, key, value);
    case "keyvalue":
      return useKeyvalue(name, key, value);
    case "tasks":
      if (key === "succeed") return succeed(name, value);
      return key === "fail" ? fail(name, "Late", "too late") : heartbeat(name);
  }
  throw new FunctionError("UnknownProbe", `there is no probe ${what}`);
}

function useObjects(bucket, key, text) {
  objects.write(bucket, key, text, "text/plain");
  const { body, contentType } = objects.read(bucket, key);
  const { keys } = objects.list(bucket, { prefix: key });
  objects.remove(bucket, key);
  return { body: body.toString(), contentType, keys, left: objects.list(bucket, { prefix: key }).keys };
}

function useKeyvalue(store, key, text) {
  const absent = keyvalue.get(store, key) ?? null;
  keyvalue.set(store, key, text);
  const value = keyvalue.get(store, key).toString();
  const { keys } = keyvalue.keys(store, { prefix: key });
  keyvalue.delete(store, key);
  const sum = keyvalue.increment(store, key, -5);
  keyvalue.delete(store, key);
  return { absent, value, keys, sum };
}
