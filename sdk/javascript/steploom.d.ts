// Types for functions in plain JavaScript or TypeScript: what "steploom" has, and what a handler gets.

declare module "steploom" {
  /** What JSON can say. */
  export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

  /** What a handler learns of its call. */
  export interface Context {
    /** The invocation's id, under which its log is found. */
    readonly requestId: string;
    /** The same, by the name that AWS Lambda has for it. */
    readonly awsRequestId: string;
    /** The function's name. */
    readonly functionName: string;
    /** Its version, as text. */
    readonly functionVersion: string;
    /** Whose it is: twelve digits. */
    readonly account: string;
    /** When the call must end. */
    readonly deadline: Date | undefined;
    /** How often the step was retried before; 0 outside of a step. */
    readonly retry: number;
    /** The execution's name, in a step only. */
    readonly execution: string | undefined;
    /** The state's name, in a step only. */
    readonly state: string | undefined;
    /** The attempt's id, in a step only; the same when the attempt is made again after a crash. */
    readonly attempt: string | undefined;
    /** Milliseconds until the deadline; 0 if it is over or unknown. */
    getRemainingTimeInMillis(): number;
  }

  /** The context of this call, which the handler also gets as its second argument. */
  export const context: Context;

  /** Answers one event. What it gives, or what its promise comes to, is written as JSON; `undefined` is null. */
  export type Handler<Event = any, Result = unknown> = (event: Event, context: Context) => Result | Promise<Result>;

  /** An error with a name, which `Retry` and `Catch` of a state machine match. */
  export class FunctionError extends Error {
    /** The name has at most 256 bytes, the message 32 KiB. */
    constructor(name: string, message?: string, options?: { cause?: unknown });
    /** The name again, of what a call back failed with. */
    readonly code?: string;
  }

  /** Fields of a log line. What cannot be JSON is written as text. */
  export type Fields = Record<string, unknown>;

  /** Writes a line of JSON with a level, a message and fields to standard error. */
  export interface Log {
    /** At level INFO. */
    (message: string, fields?: Fields): void;
    debug(message: string, fields?: Fields): void;
    info(message: string, fields?: Fields): void;
    warn(message: string, fields?: Fields): void;
    error(message: string, fields?: Fields): void;
  }

  export const log: Log;

  // Calls back: what the function's owner grants it, such as by `steploom deploy --grant invoke=resize`. One that
  // fails throws a FunctionError with a `code`; what is not granted is `AccessDenied`.

  /** Text, or bytes. */
  export type Content = string | ArrayBuffer | ArrayBufferView;

  /** A page of keys, in their order; `next` is what the next page is asked for `after`. */
  export interface Keys {
    keys: string[];
    next: string | undefined;
  }

  /** Which keys are listed: those that begin with `prefix`, behind `after`. */
  export interface Listing {
    prefix?: string;
    after?: string;
  }

  /** Invokes a function and waits for its result, or its error. 6 MiB each at most. Grant: `invoke=NAME`. */
  export function invoke<Result = any>(name: string, event?: unknown): Result;

  /**
   * Starts an execution, which goes on by itself, and gives its id. While one of that name runs, the same name and
   * input give the same id. Grant: `start=MACHINE`.
   */
  export function start(machine: string, input?: unknown, name?: string): string;

  /** Ends the task that waits for this token, with its output. Grant: `tasks`. */
  export function succeed(token: string, output?: unknown): void;

  /** Ends it badly: `error` is what `Retry` and `Catch` match. Grant: `tasks`. */
  export function fail(token: string, error: string, cause?: string): void;

  /** Says that it is still being worked on. Grant: `tasks`. */
  export function heartbeat(token: string): void;

  /** Objects of a bucket: bytes under a key, 16 MiB at most. Grant: `objects=BUCKET`. */
  export const objects: {
    /** One that is not there is an error. */
    read(bucket: string, key: string): { body: Uint8Array; contentType: string | undefined };
    /** One that is there is replaced. */
    write(bucket: string, key: string, body: Content, contentType?: string): void;
    /** There may be none. */
    remove(bucket: string, key: string): void;
    list(bucket: string, listing?: Listing): Keys;
  };

  /** Values of a store, by keys. Grant: `keyvalue=STORE`. */
  export const keyvalue: {
    /** Undefined where the key has none. */
    get(store: string, key: string): Uint8Array | undefined;
    set(store: string, key: string, value: Content): void;
    /** There may be none. */
    delete(store: string, key: string): void;
    /** Adds to the whole number that a key has, 0 if it has none, and gives the sum; nobody comes in between. */
    increment(store: string, key: string, by?: number): number;
    keys(store: string, listing?: Listing): Keys;
  };

  /** A variable of the function's own (`deploy --env`); undefined where it has none. Grant: `config`. */
  export function config(key: string): string | undefined;

  /** How much fuel is left to this call; about one goes with each instruction. Needs no grant. */
  export function fuel(): number;
}
