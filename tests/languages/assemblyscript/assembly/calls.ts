// Calls back, as ../../calls.json wants them.

import {
  Answer, Fields, Reply, config, fail, fuel, heartbeat, invoke, keyvalue, member, objects, quote, start, succeed, text,
} from "./steploom";

export function callBack(what: string, event: string): Answer {
  const name = textOf(event, "name");
  const key = textOf(event, "key");
  const json = member(event, "value");
  const value = json === null ? "null" : json;
  if (what == "fuel") {
    const left = fuel();
    return Answer.result(new Fields().set("value", 0 < fuel() && fuel() < left).toString());
  }
  if (what == "invoke") {
    const reply = invoke(name, value);
    return passedOn(reply, new Fields().json("value", reply.text));
  }
  if (what == "start") {
    const first = start(name, value, key);
    const second = start(name, value, key);
    return passedOn(second, new Fields().set("value", first.id.length > 0 && first.id == second.id));
  }
  if (what == "config") {
    const reply = config(key);
    return passedOn(reply, new Fields().json("value", textOrNull(reply)));
  }
  if (what == "objects") return useObjects(name, key, textOf(event, "value"));
  if (what == "keyvalue") return useKeyvalue(name, key, textOf(event, "value"));
  if (what == "tasks") {
    if (key == "succeed") return passedOn(succeed(name, value), new Fields());
    if (key == "fail") return passedOn(fail(name, "Late", "too late"), new Fields());
    return passedOn(heartbeat(name), new Fields());
  }
  return Answer.error("UnknownProbe", `there is no probe "${what}"`);
}

/** What a call failed with becomes the function's error. */
function passedOn(reply: Reply, result: Fields): Answer {
  return reply.isError ? Answer.error(reply.code, reply.message) : Answer.result(result.toString());
}

function useObjects(bucket: string, key: string, body: string): Answer {
  const written = objects.write(bucket, key, String.UTF8.encode(body), "text/plain");
  if (written.isError) return passedOn(written, new Fields());
  const object = objects.read(bucket, key);
  const page = objects.list(bucket, key);
  const removed = objects.remove(bucket, key);
  if (removed.isError) return passedOn(removed, new Fields());
  const left = objects.list(bucket, key);
  return passedOn(left, new Fields()
    .set("body", object.text)
    .set("contentType", object.contentType)
    .json("keys", listOf(page.keys))
    .json("left", listOf(left.keys)));
}

function useKeyvalue(store: string, key: string, value: string): Answer {
  const absent = keyvalue.get(store, key);
  if (absent.isError) return passedOn(absent, new Fields());
  keyvalue.set(store, key, String.UTF8.encode(value));
  const found = keyvalue.get(store, key);
  const page = keyvalue.keys(store, key);
  keyvalue.delete(store, key);
  const sum = keyvalue.increment(store, key, -5);
  if (sum.isError) return passedOn(sum, new Fields());
  return passedOn(keyvalue.delete(store, key), new Fields()
    .json("absent", textOrNull(absent))
    .json("value", textOrNull(found))
    .json("keys", listOf(page.keys))
    .set("sum", sum.sum));
}

function textOrNull(reply: Reply): string {
  return reply.found ? quote(reply.text) : "null";
}

function listOf(texts: string[]): string {
  return "[" + texts.map<string>((text: string): string => quote(text)).join(",") + "]";
}

/** A member's text; empty if there is none. */
function textOf(event: string, name: string): string {
  const found = text(member(event, name));
  return found === null ? "" : found;
}
