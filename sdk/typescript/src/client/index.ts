/** A client of Steploom. Begin with {@link Client}. */

export { Api } from "./generated/api.js";
export { BATCH_BYTES_MAX, BATCH_STARTS_MAX, BatchError } from "./batch.js";
export { Client } from "./client.js";
export type { DeployedFunction, DeployFunctionOptions, DeployMachineOptions, Module } from "./deploy.js";
export {
  ConflictError,
  DeniedError,
  ExhaustedError,
  FunctionFailedError,
  InternalError,
  InvalidError,
  NotFoundError,
  ProblemError,
  ProtocolError,
  SteploomError,
  TimedOutError,
  UnauthenticatedError,
  UnavailableError,
  UnreachableError,
} from "./errors.js";
export type { Answer, InvokeAsyncOptions, InvokeOptions } from "./invoke.js";
export type { Json } from "./json.js";
export { items, type Page } from "./pages.js";
export type { Retry } from "./retry.js";
export type { ClientOptions } from "./settings.js";
export type { ExecutionOf, RunOptions, Started, StartOptions, SyncExecutionOf, Terms } from "./start.js";
export type { Stream, StreamOptions } from "./stream.js";
export type { CallOptions } from "./transport.js";
export { hasEnded } from "./wait.js";
export type * as wire from "./generated/wire.js";
