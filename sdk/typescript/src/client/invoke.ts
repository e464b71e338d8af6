/** Invoking functions: now, or later and durably. */

import { randomName } from "#platform";
import type { Api } from "./generated/api.js";
import { ConflictError, invalid, ProtocolError, shown } from "./errors.js";
import { type Json, readJson, writeJson } from "./json.js";
import { checkName, path } from "./path.js";
import type { CallOptions, Transport } from "./transport.js";
import type { Execution } from "./generated/wire.js";

/** Milliseconds that an invocation may take: the longest that a function may run, and a minute for the rest. */
const TIMEOUT_MS = 960_000;

/** What a caller may say of an invocation. */
export interface InvokeOptions extends CallOptions {
  /** A version's number, a release's, or an alias; the newest version if left out. */
  qualifier?: string | number;
  /** The caller's W3C trace context, which is passed on to the function. */
  traceparent?: string;
}

/** What a caller may say of an invocation that happens later. */
export interface InvokeAsyncOptions extends CallOptions {
  /** A name under which it happens once; one of the client's own making if left out. */
  name?: string;
  /** A version's number, a release's, or an alias; the newest version if left out. */
  qualifier?: string | number;
}

/** What a function answered. */
export interface Answer<R = Json> {
  /** The answer itself. */
  result: R;
  /** The invocation's id, under which its log is found. */
  requestId: string;
  /** The version that ran. */
  version: number;
  /** Microseconds of wall time in the sandbox. */
  durationUs: number;
  /** Fuel that was used: about one a WebAssembly instruction. */
  fuelUsed: number;
}

/** Invokes a function and waits for its answer. Never repeated: the function may have run. */
export async function invoke<R>(
  transport: Transport,
  name: string,
  event: unknown,
  { qualifier, traceparent, ...options }: InvokeOptions,
): Promise<Answer<R>> {
  const headers: Record<string, string> = traceparent === undefined ? {} : { traceparent: checkHeader(traceparent) };
  const call = {
    method: "POST",
    path: path`/v1/functions/${checkName(name, "a function's name")}/invoke`,
    query: { qualifier },
    headers,
    body: { content: writeJson(event, "the event"), type: "application/json" },
    timeoutMs: TIMEOUT_MS,
  } as const;
  const { headers: head, body, status } = await transport.send(call, options);
  return {
    result: readJson<R>(body, status),
    requestId: headerOf(head, "x-steploom-request-id"),
    version: numberOf(head, "x-steploom-version"),
    durationUs: numberOf(head, "x-steploom-duration-us"),
    fuelUsed: numberOf(head, "x-steploom-fuel"),
  };
}

/** Invokes a function later: an execution whose output will be the function's answer. */
export async function invokeAsync(
  api: Api,
  name: string,
  event: unknown,
  { name: given, qualifier, ...options }: InvokeAsyncOptions,
): Promise<Execution> {
  checkName(name, "a function's name");
  const execution = given === undefined ? randomName() : checkName(given, "an execution's name");
  const query = { name: execution, ...(qualifier === undefined ? {} : { qualifier: String(qualifier) }) };
  try {
    return await api.invokeFunctionAsync(name, event, query, options);
  } catch (error) {
    if (given !== undefined || !isTaken(error)) throw error;
    return api.getExecutionByName(`function:${name}`, execution, options);
  }
}

/**
 * Whether the name of a start is taken. If the client has made the name, nobody else can have taken it: an
 * attempt before did, whose answer was lost, and the execution has ended since.
 */
export function isTaken(error: unknown): boolean {
  return error instanceof ConflictError && error.code === "ExecutionAlreadyExists";
}

function checkHeader(value: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw invalid("InvalidHeader", `traceparent is ${shown(value)}; it must be plain text`);
}

function headerOf(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === null) throw new ProtocolError(`it has no header ${name}`);
  return value;
}

function numberOf(headers: Headers, name: string): number {
  const value = headerOf(headers, name);
  if (!/^\d+$/.test(value)) throw new ProtocolError(`its header ${name} is no number`);
  return Number(value);
}
