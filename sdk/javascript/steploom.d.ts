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
}
