// From an event to an answer: finds the handler when the function is loaded, calls it, and waits for what it promises.
import { compilePlaces, describe, misfit, named } from "steploom:failure";
import { context, freshen as freshenContext } from "steploom:context";
import { freshen as freshenProcess } from "steploom:process";
import { freshen as freshenTimers, runTimers } from "steploom:timers";
import { requireFile } from "steploom:commonjs";
import * as host from "steploom:host";
import "steploom:buffer";
import "steploom:clone";
import "steploom:console";
import "steploom:crypto";
import "steploom:encoding";
import "steploom:url";

const PENDING = 0;
const RESULT = 1;
const FAILURE = 2;

let handler;
let state = PENDING;
let answer = "";
const rejections = new Map();

/** Loads the file that has the handler. */
export function open(entry, name) {
  load(entry, name).then(
    (found) => {
      handler = found;
      settle(RESULT, "null");
    },
    (error) => settle(FAILURE, describe(error)),
  );
}

async function load(entry, name) {
  const path = host.find("", `./${entry}`);
  const all = host.kind(path) === "module" ? await import(`file:${path}`) : requireFile(path);
  return pick(all, name, path);
}

/** The function of that name among a file's exports; else its default, if the name is the usual one. */
function pick(all, name, path) {
  const places = [all, all?.default].filter((place) => place !== null && place !== undefined);
  for (const place of places) {
    if (Object.hasOwn(Object(place), name)) {
      if (typeof place[name] === "function") return place[name];
      throw named("HandlerNotFound", `${path}: the export "${name}" is no function, but ${kindOf(place[name])}`);
    }
  }
  if (name === "handler" || name === "default") {
    for (const place of places.reverse()) if (typeof place === "function") return place;
  }
  throw named("HandlerNotFound", `${path} has no export "${name}"; ${advice(all, name, path)}`);
}

function advice(all, name, path) {
  const names = Object.keys(Object(all));
  const there = names.length ? `it exports ${names.join(", ")}` : "it exports nothing";
  const text = host.text(path) ?? "";
  const isDefined = new RegExp(`(function\\s+|(const|let|var)\\s+)${RegExp.escape(name)}\\b`).test(text);
  if (isDefined) return `${there}. There is a ${name} that is not exported: write "export" in front of it`;
  const form = name === "default" ? "export default function (event, context)" : `export function ${name}(event, context)`;
  return `${there}. Write "${form} { ... }", or deploy it with the name of another function`;
}

function kindOf(value) {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `of type ${typeof value}`;
}

/** Hands the handler its event. */
export function begin(event) {
  freshenContext();
  freshenProcess();
  freshenTimers();
  state = PENDING;
  try {
    if (handler.length > 2) return succeed(withCallback(event));
    succeed(handler(event, context));
  } catch (error) {
    fail(error);
  }
}

/** A handler with a third parameter answers through it, unless it is async, as in older functions of AWS Lambda. */
function withCallback(event) {
  let callback;
  const called = new Promise((resolve, reject) => {
    callback = (error, result) => (error === null || error === undefined ? resolve(result) : reject(error));
  });
  const returned = handler(event, context, callback);
  return isThenable(returned) ? returned : called;
}

function succeed(value) {
  if (isThenable(value)) {
    Promise.resolve(value).then(finish, fail);
  } else {
    finish(value);
  }
}

function isThenable(value) {
  return value !== null && typeof value === "object" && typeof value.then === "function";
}

function finish(value) {
  let text;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return settle(FAILURE, misfit(error));
  }
  settle(RESULT, text === undefined ? "null" : text);
}

/** Ends the call with an error, unless it has ended. */
export function fail(error) {
  settle(FAILURE, describe(error));
}

function settle(how, text) {
  if (state !== PENDING) return;
  state = how;
  answer = text;
}

/** 0 while the answer is open, 1 when it is a result, 2 when it is an error. */
export function status() {
  if (state === PENDING && rejections.size > 0) {
    const [reason] = rejections.values();
    rejections.clear();
    fail(reason);
  }
  return state;
}

/** The answer's JSON. */
export function text() {
  const given = answer;
  state = PENDING;
  answer = "";
  return given;
}

/** Waits for the next timer and runs it; without one there is nothing left that could bring an answer. */
export function turn() {
  if (runTimers(fail)) return;
  const what = host.isLoading()
    ? "loading the function waits for a promise at a file's top level"
    : "the handler's promise is pending";
  settle(
    FAILURE,
    describe(named("PromiseNeverSettled", `${what}, and nothing is left that could settle it: no timer, no other promise`)),
  );
}

/** Told by the engine when a promise is rejected with nobody there to see, and when somebody came after all. */
export function rejected(promise, reason, isHandled) {
  if (isHandled) rejections.delete(promise);
  else rejections.set(promise, reason);
}

compilePlaces();
