/**
 * One plain method for each operation of the HTTP API.
 *
 * Generated from the server's OpenAPI document by `npm run generate`: do not edit.
 */

import { type Content, formOf } from "../form.js";
import { type Json, writeJson } from "../json.js";
import { path } from "../path.js";
import { Stream, type StreamOptions } from "../stream.js";
import type { CallOptions, Transport } from "../transport.js";
import type * as wire from "./wire.js";

/** One plain method for each operation. Those that may be repeated are; names are checked by the server. */
export class Api {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Name, version and links: JSON for who accepts it, else text.
   *
   * `GET /`
   */
  async index(options: CallOptions = {}): Promise<wire.Index> {
    const call = { method: "GET", path: "/" } as const;
    return this.#transport.json<wire.Index>(call, options);
  }

  /**
   * The process runs. Whether it can serve is `/readyz`'s to say.
   *
   * `GET /healthz`
   */
  async healthz(options: CallOptions = {}): Promise<string> {
    const call = { method: "GET", path: "/healthz" } as const;
    return this.#transport.text(call, options);
  }

  /**
   * Everything measured, in Prometheus's text format.
   *
   * `GET /metrics`
   */
  async metrics(options: CallOptions = {}): Promise<string> {
    const call = { method: "GET", path: "/metrics" } as const;
    return this.#transport.text(call, options);
  }

  /**
   * Whether the process can serve; if not, what is missing.
   *
   * `GET /readyz`
   */
  async readyz(options: CallOptions = {}): Promise<string> {
    const call = { method: "GET", path: "/readyz", isRepeatable: false } as const;
    return this.#transport.text(call, options);
  }

  /**
   * Activities by name, a page at a time.
   *
   * `GET /v1/activities`
   */
  async listActivities(query: wire.ListActivitiesQuery = {}, options: CallOptions = {}): Promise<wire.ActivityPage> {
    const call = { method: "GET", path: "/v1/activities", query } as const;
    return this.#transport.json<wire.ActivityPage>(call, options);
  }

  /**
   * Deletes an activity. Tasks that wait already go on waiting; states that are entered from now on fail.
   *
   * `DELETE /v1/activities/{name}`
   */
  async deleteActivity(name: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/activities/${name}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One activity.
   *
   * `GET /v1/activities/{name}`
   */
  async getActivity(name: string, options: CallOptions = {}): Promise<wire.Activity> {
    const call = { method: "GET", path: path`/v1/activities/${name}` } as const;
    return this.#transport.json<wire.Activity>(call, options);
  }

  /**
   * Makes an activity. One that is there stays as it is.
   *
   * `PUT /v1/activities/{name}`
   */
  async putActivity(name: string, options: CallOptions = {}): Promise<wire.Activity & { isNew: boolean }> {
    const call = { method: "PUT", path: path`/v1/activities/${name}` } as const;
    return this.#transport.made<wire.Activity>(call, options);
  }

  /**
   * Gives the oldest task of an activity to this worker, and waits for one if there is none. The worker ends it by
   * its token. The body may be empty.
   *
   * `POST /v1/activities/{name}/poll`
   */
  async pollActivity(
    name: string,
    body: wire.PollActivity = {},
    options: CallOptions = {},
  ): Promise<wire.ActivityTask | undefined> {
    const call = {
      method: "POST",
      path: path`/v1/activities/${name}/poll`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      timeoutMs: ((body.waitSeconds ?? 60) + 15) * 1_000,
    } as const;
    return this.#transport.jsonIfAny<wire.ActivityTask>(call, options);
  }

  /**
   * An activity's tags.
   *
   * `GET /v1/activities/{name}/tags`
   */
  async getActivityTags(name: string, options: CallOptions = {}): Promise<wire.Tags> {
    const call = { method: "GET", path: path`/v1/activities/${name}/tags` } as const;
    return this.#transport.json<wire.Tags>(call, options);
  }

  /**
   * Sets some of an activity's tags and removes others.
   *
   * `POST /v1/activities/{name}/tags`
   */
  async changeActivityTags(name: string, body: wire.ChangeTags = {}, options: CallOptions = {}): Promise<wire.Tags> {
    const call = {
      method: "POST",
      path: path`/v1/activities/${name}/tags`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.json<wire.Tags>(call, options);
  }

  /**
   * Who changed what, in order, a page at a time.
   *
   * Each record has the digest of the one before; `head` is the end of the chain, kept apart from it.
   *
   * `GET /v1/audit`
   */
  async listAudit(query: wire.ListAuditQuery = {}, options: CallOptions = {}): Promise<wire.AuditPage> {
    const call = { method: "GET", path: "/v1/audit", query } as const;
    return this.#transport.json<wire.AuditPage>(call, options);
  }

  /**
   * Buckets by name, a page at a time.
   *
   * `GET /v1/buckets`
   */
  async listBuckets(query: wire.ListBucketsQuery = {}, options: CallOptions = {}): Promise<wire.BucketPage> {
    const call = { method: "GET", path: "/v1/buckets", query } as const;
    return this.#transport.json<wire.BucketPage>(call, options);
  }

  /**
   * Deletes a bucket, which must be empty.
   *
   * `DELETE /v1/buckets/{name}`
   */
  async deleteBucket(name: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/buckets/${name}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * Makes a bucket. One that is there stays as it is.
   *
   * `PUT /v1/buckets/{name}`
   */
  async putBucket(name: string, options: CallOptions = {}): Promise<wire.Bucket & { isNew: boolean }> {
    const call = { method: "PUT", path: path`/v1/buckets/${name}` } as const;
    return this.#transport.made<wire.Bucket>(call, options);
  }

  /**
   * Objects by key, a page at a time.
   *
   * `GET /v1/buckets/{name}/objects`
   */
  async listObjects(
    name: string,
    query: wire.ListObjectsQuery = {},
    options: CallOptions = {},
  ): Promise<wire.ObjectPage> {
    const call = { method: "GET", path: path`/v1/buckets/${name}/objects`, query } as const;
    return this.#transport.json<wire.ObjectPage>(call, options);
  }

  /**
   * Deletes an object; there may be none.
   *
   * `DELETE /v1/buckets/{name}/objects/{key}`
   */
  async deleteObject(name: string, key: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/buckets/${name}/objects/${key}`, isRepeatable: true } as const;
    return this.#transport.done(call, options);
  }

  /**
   * An object's content.
   *
   * `GET /v1/buckets/{name}/objects/{key}`
   */
  async getObject(name: string, key: string, options: CallOptions = {}): Promise<Uint8Array> {
    const call = { method: "GET", path: path`/v1/buckets/${name}/objects/${key}` } as const;
    return this.#transport.bytes(call, options);
  }

  /**
   * Puts an object, replacing what was there. When the answer is there, it survives a crash; whoever reads sees
   * the old object or the new one.
   *
   * `PUT /v1/buckets/{name}/objects/{key}`
   */
  async putObject(
    name: string,
    key: string,
    content: Content,
    type: string = "application/octet-stream",
    options: CallOptions = {},
  ): Promise<wire.BucketObject> {
    const call = {
      method: "PUT",
      path: path`/v1/buckets/${name}/objects/${key}`,
      body: { content: content as BodyInit, type },
    } as const;
    return this.#transport.json<wire.BucketObject>(call, options);
  }

  /**
   * Connections by name, a page at a time.
   *
   * `GET /v1/connections`
   */
  async listConnections(
    query: wire.ListConnectionsQuery = {},
    options: CallOptions = {},
  ): Promise<wire.ConnectionPage> {
    const call = { method: "GET", path: "/v1/connections", query } as const;
    return this.#transport.json<wire.ConnectionPage>(call, options);
  }

  /**
   * Deletes a connection.
   *
   * `DELETE /v1/connections/{name}`
   */
  async deleteConnection(name: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/connections/${name}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * Makes a connection, credentials for `http:invoke`, or replaces one. What is secret in it is kept sealed and
   * never shown.
   *
   * `PUT /v1/connections/{name}`
   */
  async putConnection(
    name: string,
    body: wire.PutConnection = {},
    options: CallOptions = {},
  ): Promise<wire.Connection & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/connections/${name}`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.made<wire.Connection>(call, options);
  }

  /**
   * Checks a definition and keeps nothing. The answer is 200 whether it is valid or not.
   *
   * `POST /v1/definitions/validate`
   */
  async validateMachine(body: unknown, options: CallOptions = {}): Promise<wire.Validation> {
    const call = {
      method: "POST",
      path: "/v1/definitions/validate",
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.json<wire.Validation>(call, options);
  }

  /**
   * Executions, newest first. May lag by under a second.
   *
   * `GET /v1/executions`
   */
  async listExecutions(query: wire.ListExecutionsQuery = {}, options: CallOptions = {}): Promise<wire.ExecutionPage> {
    const call = { method: "GET", path: "/v1/executions", query } as const;
    return this.#transport.json<wire.ExecutionPage>(call, options);
  }

  /**
   * Starts an execution. When the answer is there, the execution survives a crash.
   *
   * With a name it is idempotent: while the execution runs, the same name and input give the same answer, and
   * another input is a conflict.
   *
   * `POST /v1/executions`
   */
  async startExecution(
    body: wire.StartExecution,
    options: CallOptions = {},
  ): Promise<wire.Execution & { isNew: boolean }> {
    const call = {
      method: "POST",
      path: "/v1/executions",
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: body.name !== undefined,
    } as const;
    return this.#transport.made<wire.Execution>(call, options);
  }

  /**
   * Starts up to 5,000 executions, each for itself.
   *
   * The body is an array of what `POST /v1/executions` takes, or lines of it (`Content-Type:
   * application/x-ndjson`). The answers are in the same order; one that is refused leaves the others alone. Those
   * that were accepted survive a crash. Starts with names may be sent again.
   *
   * `POST /v1/executions/batch`
   */
  async startExecutions(body: wire.StartExecution[], options: CallOptions = {}): Promise<wire.StartBatch> {
    const call = {
      method: "POST",
      path: "/v1/executions/batch",
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: body.every((start) => start.name !== undefined),
    } as const;
    return this.#transport.json<wire.StartBatch>(call, options);
  }

  /**
   * How many executions there are, by machine and status: kept up with every execution, so it costs the same
   * however many there are. May lag by under a second.
   *
   * `GET /v1/executions/counts`
   */
  async countExecutions(
    query: wire.CountExecutionsQuery = {},
    options: CallOptions = {},
  ): Promise<wire.ExecutionCounts> {
    const call = { method: "GET", path: "/v1/executions/counts", query } as const;
    return this.#transport.json<wire.ExecutionCounts>(call, options);
  }

  /**
   * Runs an execution to its end, in memory, and answers how it ended. Nothing is journaled.
   *
   * It takes five minutes at the most, and ends when its caller goes away. The machine may have only what EXPRESS
   * machines may have on AWS. An execution that fails is an answer like another: its status says so.
   *
   * `POST /v1/executions/sync`
   */
  async runExecution(
    body: wire.StartExecution,
    query: wire.RunExecutionQuery = {},
    options: CallOptions = {},
  ): Promise<wire.SyncExecution> {
    const call = {
      method: "POST",
      path: "/v1/executions/sync",
      query,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      timeoutMs: 360_000,
    } as const;
    return this.#transport.json<wire.SyncExecution>(call, options);
  }

  /**
   * One execution; reads what was just written.
   *
   * `GET /v1/executions/{id}`
   */
  async getExecution(id: string, options: CallOptions = {}): Promise<wire.Execution> {
    const call = { method: "GET", path: path`/v1/executions/${id}` } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * An execution's events as they happen, as server-sent events: those that were, then those to come, then one
   * called `end`.
   *
   * A reader whose line broke comes back with `Last-Event-ID` and misses nothing.
   *
   * `GET /v1/executions/{id}/events`
   */
  followEvents(id: string, query: wire.FollowEventsQuery = {}, options: StreamOptions = {}): Stream<wire.Event> {
    return new Stream(this.#transport, path`/v1/executions/${id}/events`, query.after ?? 0, options);
  }

  /**
   * A page of an execution's history.
   *
   * `GET /v1/executions/{id}/history`
   */
  async getHistory(id: string, query: wire.GetHistoryQuery = {}, options: CallOptions = {}): Promise<wire.History> {
    const call = { method: "GET", path: path`/v1/executions/${id}/history`, query } as const;
    return this.#transport.json<wire.History>(call, options);
  }

  /**
   * The map runs of an execution, with how far each is.
   *
   * `GET /v1/executions/{id}/map-runs`
   */
  async listMapRuns(id: string, options: CallOptions = {}): Promise<wire.MapRuns> {
    const call = { method: "GET", path: path`/v1/executions/${id}/map-runs` } as const;
    return this.#transport.json<wire.MapRuns>(call, options);
  }

  /**
   * One map run, with how far it is.
   *
   * `GET /v1/executions/{id}/map-runs/{number}`
   */
  async getMapRun(id: string, number: number, options: CallOptions = {}): Promise<wire.MapRun> {
    const call = { method: "GET", path: path`/v1/executions/${id}/map-runs/${number}` } as const;
    return this.#transport.json<wire.MapRun>(call, options);
  }

  /**
   * Changes how many iterations may be in flight, and what may fail, while a map run goes on.
   *
   * `PATCH /v1/executions/{id}/map-runs/{number}`
   */
  async updateMapRun(
    id: string,
    number: number,
    body: wire.UpdateMapRun = {},
    options: CallOptions = {},
  ): Promise<wire.MapRun> {
    const call = {
      method: "PATCH",
      path: path`/v1/executions/${id}/map-runs/${number}`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.json<wire.MapRun>(call, options);
  }

  /**
   * Ends a map run: its state fails with `States.MapRunStopped`, which `Retry` and `Catch` see. One that has ended
   * is left as it is.
   *
   * `POST /v1/executions/{id}/map-runs/{number}/stop`
   */
  async stopMapRun(id: string, number: number, options: CallOptions = {}): Promise<wire.MapRun> {
    const call = { method: "POST", path: path`/v1/executions/${id}/map-runs/${number}/stop`, isRepeatable: true } as const;
    return this.#transport.json<wire.MapRun>(call, options);
  }

  /**
   * Lets an execution begin nothing new: no attempt, no state, and no timer has an effect. What runs goes on, and
   * what comes of it counts once it is resumed; a stop ends it all the same. One that is paused already is left as
   * it is; one that has ended is refused.
   *
   * `POST /v1/executions/{id}/pause`
   */
  async pauseExecution(id: string, options: CallOptions = {}): Promise<wire.Execution> {
    const call = { method: "POST", path: path`/v1/executions/${id}/pause`, isRepeatable: true } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * Lets an execution that failed, timed out or was stopped go on from where it ended. What ended well is not run
   * again; states that failed or were under way are, with their retries to come. The state that failed can be
   * given another `input`, or be passed over by giving its output (`skip`), and the execution can follow another
   * `version` of its machine from then on. What cannot be is a 409, which says why. The body may be empty.
   *
   * `POST /v1/executions/{id}/redrive`
   */
  async redriveExecution(
    id: string,
    body: wire.RedriveExecution = {},
    options: CallOptions = {},
  ): Promise<wire.Execution> {
    const call = {
      method: "POST",
      path: path`/v1/executions/${id}/redrive`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: body.clientToken !== undefined,
    } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * Lets an execution that was set aside (`QUARANTINED`; `error` and `cause` say why) go on, once what was wrong
   * is mended: a damaged file restored, a newer release installed. If it still cannot go on, that is a 409, which
   * says why. One that was not set aside is left as it is.
   *
   * `POST /v1/executions/{id}/release`
   */
  async releaseExecution(id: string, options: CallOptions = {}): Promise<wire.Execution> {
    const call = { method: "POST", path: path`/v1/executions/${id}/release`, isRepeatable: true } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * Lets a paused execution go on: what came meanwhile counts now, in its order. One that is not paused is left as
   * it is; one that has ended is refused.
   *
   * `POST /v1/executions/{id}/resume`
   */
  async resumeExecution(id: string, options: CallOptions = {}): Promise<wire.Execution> {
    const call = { method: "POST", path: path`/v1/executions/${id}/resume`, isRepeatable: true } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * Asks an execution to end; it has ended when the answer is there. One that had ended already is left as it is.
   * The body may be empty.
   *
   * `POST /v1/executions/{id}/stop`
   */
  async stopExecution(id: string, body: wire.StopExecution = {}, options: CallOptions = {}): Promise<wire.Execution> {
    const call = {
      method: "POST",
      path: path`/v1/executions/${id}/stop`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * Functions by name, a page at a time.
   *
   * `GET /v1/functions`
   */
  async listFunctions(query: wire.ListFunctionsQuery = {}, options: CallOptions = {}): Promise<wire.FunctionPage> {
    const call = { method: "GET", path: "/v1/functions", query } as const;
    return this.#transport.json<wire.FunctionPage>(call, options);
  }

  /**
   * Deletes a function. Invocations that run go on; steps that name it fail from now on.
   *
   * `DELETE /v1/functions/{name}`
   */
  async deleteFunction(name: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/functions/${name}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One function with its newest version.
   *
   * `GET /v1/functions/{name}`
   */
  async getFunction(name: string, options: CallOptions = {}): Promise<wire.Function> {
    const call = { method: "GET", path: path`/v1/functions/${name}` } as const;
    return this.#transport.json<wire.Function>(call, options);
  }

  /**
   * Uploads a function: a new one, or a new version of one.
   *
   * The body is the code alone, which gets the default settings, or a form (`multipart/form-data`) with the parts
   * `module` and `settings`. The code is a module (`application/wasm`), the text of a program in a language that
   * the server has a runtime for (`text/javascript`, `text/x-python`), or a zip of a module or of such a program's
   * files (`application/zip`). A program is loaded once, now: every call begins with what it has in memory then.
   * When the answer is there, the version can be invoked and survives a crash.
   *
   * `PUT /v1/functions/{name}`
   */
  async putFunction(
    name: string,
    module: Uint8Array,
    settings: wire.FunctionSettings = {},
    query: wire.PutFunctionQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Function & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/functions/${name}`,
      headers: createOnly(query),
      body: { content: formOf(module, writeJson(settings, "the settings")) },
      isRepeatable: !query.createOnly,
      timeoutMs: 600_000,
    } as const;
    return this.#transport.made<wire.Function>(call, options);
  }

  /**
   * A function's aliases, by name.
   *
   * `GET /v1/functions/{name}/aliases`
   */
  async listFunctionAliases(name: string, options: CallOptions = {}): Promise<wire.FunctionAliases> {
    const call = { method: "GET", path: path`/v1/functions/${name}/aliases` } as const;
    return this.#transport.json<wire.FunctionAliases>(call, options);
  }

  /**
   * Deletes an alias.
   *
   * `DELETE /v1/functions/{name}/aliases/{alias}`
   */
  async deleteFunctionAlias(name: string, alias: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/functions/${name}/aliases/${alias}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One alias of a function.
   *
   * `GET /v1/functions/{name}/aliases/{alias}`
   */
  async getFunctionAlias(name: string, alias: string, options: CallOptions = {}): Promise<wire.FunctionAlias> {
    const call = { method: "GET", path: path`/v1/functions/${name}/aliases/${alias}` } as const;
    return this.#transport.json<wire.FunctionAlias>(call, options);
  }

  /**
   * Makes an alias or replaces what it stands for: one release, or two between which invocations are divided.
   *
   * `PUT /v1/functions/{name}/aliases/{alias}`
   */
  async putFunctionAlias(
    name: string,
    alias: string,
    body: wire.SetFunctionAlias = {},
    query: wire.PutFunctionAliasQuery = {},
    options: CallOptions = {},
  ): Promise<wire.FunctionAlias & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/functions/${name}/aliases/${alias}`,
      headers: createOnly(query),
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: !query.createOnly,
    } as const;
    return this.#transport.made<wire.FunctionAlias>(call, options);
  }

  /**
   * Takes back what was said of a function's events.
   *
   * `DELETE /v1/functions/{name}/events`
   */
  async deleteFunctionEvents(
    name: string,
    query: wire.DeleteFunctionEventsQuery = {},
    options: CallOptions = {},
  ): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/functions/${name}/events`, query } as const;
    return this.#transport.done(call, options);
  }

  /**
   * How the events of a function, its releases and its aliases are handled, where that was said.
   *
   * `GET /v1/functions/{name}/events`
   */
  async getFunctionEvents(name: string, options: CallOptions = {}): Promise<wire.FunctionEvents> {
    const call = { method: "GET", path: path`/v1/functions/${name}/events` } as const;
    return this.#transport.json<wire.FunctionEvents>(call, options);
  }

  /**
   * Says how the events of a function are handled, or of a release or an alias of it: invocations that nobody
   * waits for. What is left out is as if nothing had been said.
   *
   * `PUT /v1/functions/{name}/events`
   */
  async putFunctionEvents(
    name: string,
    body: wire.SetEvents = {},
    query: wire.PutFunctionEventsQuery = {},
    options: CallOptions = {},
  ): Promise<wire.EventSettings> {
    const call = {
      method: "PUT",
      path: path`/v1/functions/${name}/events`,
      query,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.EventSettings>(call, options);
  }

  /**
   * Invokes a function and waits for its answer. Nothing is journaled.
   *
   * The body is the event (`{}` if empty); the answer's body is what the function answered, as it is.
   *
   * `POST /v1/functions/{name}/invoke`
   */
  async invokeFunction(
    name: string,
    body: unknown,
    query: wire.InvokeFunctionQuery = {},
    options: CallOptions = {},
  ): Promise<Json> {
    const call = {
      method: "POST",
      path: path`/v1/functions/${name}/invoke`,
      query,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      timeoutMs: 960_000,
    } as const;
    return this.#transport.json<Json>(call, options);
  }

  /**
   * Invokes a function later, durably: the answer is an execution, whose output will be the function's answer.
   * When it is there, the invocation survives a crash.
   *
   * `POST /v1/functions/{name}/invoke-async`
   */
  async invokeFunctionAsync(
    name: string,
    body: unknown,
    query: wire.InvokeFunctionAsyncQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Execution> {
    const call = {
      method: "POST",
      path: path`/v1/functions/${name}/invoke-async`,
      query,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: query.name !== undefined,
    } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * Log lines of a function's invocations, oldest first.
   *
   * `GET /v1/functions/{name}/logs`
   */
  async readLogs(name: string, query: wire.ReadLogsQuery = {}, options: CallOptions = {}): Promise<wire.LogPage> {
    const call = { method: "GET", path: path`/v1/functions/${name}/logs`, query } as const;
    return this.#transport.json<wire.LogPage>(call, options);
  }

  /**
   * Log lines of a function's invocations from now on, as server-sent events called `log`.
   *
   * `GET /v1/functions/{name}/logs/stream`
   */
  followLogs(name: string, options: StreamOptions = {}): Stream<wire.LogLine> {
    return new Stream(this.#transport, path`/v1/functions/${name}/logs/stream`, undefined, options);
  }

  /**
   * A function's releases, newest first.
   *
   * `GET /v1/functions/{name}/releases`
   */
  async listFunctionReleases(name: string, options: CallOptions = {}): Promise<wire.FunctionReleases> {
    const call = { method: "GET", path: path`/v1/functions/${name}/releases` } as const;
    return this.#transport.json<wire.FunctionReleases>(call, options);
  }

  /**
   * Publishes a function's newest version under the next number. If it is that of the newest release, that is the
   * answer. The body may be empty.
   *
   * `POST /v1/functions/{name}/releases`
   */
  async publishFunction(
    name: string,
    body: wire.PublishFunction = {},
    options: CallOptions = {},
  ): Promise<wire.FunctionRelease & { isNew: boolean }> {
    const call = {
      method: "POST",
      path: path`/v1/functions/${name}/releases`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.made<wire.FunctionRelease>(call, options);
  }

  /**
   * Deletes a release. Its number is not used again.
   *
   * `DELETE /v1/functions/{name}/releases/{number}`
   */
  async deleteFunctionRelease(name: string, number: number, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/functions/${name}/releases/${number}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One release of a function.
   *
   * `GET /v1/functions/{name}/releases/{number}`
   */
  async getFunctionRelease(name: string, number: number, options: CallOptions = {}): Promise<wire.FunctionRelease> {
    const call = { method: "GET", path: path`/v1/functions/${name}/releases/${number}` } as const;
    return this.#transport.json<wire.FunctionRelease>(call, options);
  }

  /**
   * A function's tags.
   *
   * `GET /v1/functions/{name}/tags`
   */
  async getFunctionTags(name: string, options: CallOptions = {}): Promise<wire.Tags> {
    const call = { method: "GET", path: path`/v1/functions/${name}/tags` } as const;
    return this.#transport.json<wire.Tags>(call, options);
  }

  /**
   * Sets some of a function's tags and removes others.
   *
   * `POST /v1/functions/{name}/tags`
   */
  async changeFunctionTags(name: string, body: wire.ChangeTags = {}, options: CallOptions = {}): Promise<wire.Tags> {
    const call = {
      method: "POST",
      path: path`/v1/functions/${name}/tags`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.json<wire.Tags>(call, options);
  }

  /**
   * Takes an address away.
   *
   * `DELETE /v1/functions/{name}/urls`
   */
  async deleteFunctionUrl(
    name: string,
    query: wire.DeleteFunctionUrlQuery = {},
    options: CallOptions = {},
  ): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/functions/${name}/urls`, query } as const;
    return this.#transport.done(call, options);
  }

  /**
   * The addresses under which a function and its aliases answer HTTP.
   *
   * `GET /v1/functions/{name}/urls`
   */
  async listFunctionUrls(name: string, options: CallOptions = {}): Promise<wire.FunctionAddresses> {
    const call = { method: "GET", path: path`/v1/functions/${name}/urls` } as const;
    return this.#transport.json<wire.FunctionAddresses>(call, options);
  }

  /**
   * Gives a function, or an alias of it, an address under which it answers HTTP, or changes who may call there.
   *
   * `PUT /v1/functions/{name}/urls`
   */
  async putFunctionUrl(
    name: string,
    body: wire.SetUrl = {},
    query: wire.PutFunctionUrlQuery = {},
    options: CallOptions = {},
  ): Promise<wire.FunctionAddress & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/functions/${name}/urls`,
      query,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.made<wire.FunctionAddress>(call, options);
  }

  /**
   * A function's versions, newest first.
   *
   * `GET /v1/functions/{name}/versions`
   */
  async listFunctionVersions(name: string, options: CallOptions = {}): Promise<wire.FunctionVersions> {
    const call = { method: "GET", path: path`/v1/functions/${name}/versions` } as const;
    return this.#transport.json<wire.FunctionVersions>(call, options);
  }

  /**
   * Keys by id, a page at a time, without their secrets; also those that were revoked.
   *
   * `GET /v1/keys`
   */
  async listKeys(query: wire.ListKeysQuery = {}, options: CallOptions = {}): Promise<wire.KeyPage> {
    const call = { method: "GET", path: "/v1/keys", query } as const;
    return this.#transport.json<wire.KeyPage>(call, options);
  }

  /**
   * Makes a key. Its secret is in this answer and nowhere else: it cannot be shown again.
   *
   * Once there is a key, each request needs one, this server's first key included.
   *
   * `POST /v1/keys`
   */
  async createKey(body: wire.CreateKey, options: CallOptions = {}): Promise<wire.CreatedKey> {
    const call = {
      method: "POST",
      path: "/v1/keys",
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.CreatedKey>(call, options);
  }

  /**
   * Revokes a key for ever. This node takes it no longer, others stop within five seconds.
   *
   * `DELETE /v1/keys/{id}`
   */
  async revokeKey(id: string, query: wire.RevokeKeyQuery = {}, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/keys/${id}`, query, isRepeatable: true } as const;
    return this.#transport.done(call, options);
  }

  /**
   * Machines by name, a page at a time.
   *
   * `GET /v1/machines`
   */
  async listMachines(query: wire.ListMachinesQuery = {}, options: CallOptions = {}): Promise<wire.MachinePage> {
    const call = { method: "GET", path: "/v1/machines", query } as const;
    return this.#transport.json<wire.MachinePage>(call, options);
  }

  /**
   * Deletes a machine. Its executions go on.
   *
   * `DELETE /v1/machines/{name}`
   */
  async deleteMachine(name: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/machines/${name}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One machine with its newest definition.
   *
   * `GET /v1/machines/{name}`
   */
  async getMachine(name: string, options: CallOptions = {}): Promise<wire.Machine> {
    const call = { method: "GET", path: path`/v1/machines/${name}` } as const;
    return this.#transport.json<wire.Machine>(call, options);
  }

  /**
   * Keeps a definition: a new machine, or a new version of one. The same definition again makes no new version.
   *
   * `PUT /v1/machines/{name}`
   */
  async putMachine(
    name: string,
    body: unknown,
    query: wire.PutMachineQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Machine & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/machines/${name}`,
      headers: createOnly(query),
      query: { ...query, createOnly: undefined },
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: !query.createOnly,
    } as const;
    return this.#transport.made<wire.Machine>(call, options);
  }

  /**
   * A machine's aliases, by name.
   *
   * `GET /v1/machines/{name}/aliases`
   */
  async listAliases(name: string, options: CallOptions = {}): Promise<wire.Aliases> {
    const call = { method: "GET", path: path`/v1/machines/${name}/aliases` } as const;
    return this.#transport.json<wire.Aliases>(call, options);
  }

  /**
   * Deletes an alias. Executions that were started by it go on.
   *
   * `DELETE /v1/machines/{name}/aliases/{alias}`
   */
  async deleteAlias(name: string, alias: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/machines/${name}/aliases/${alias}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One alias of a machine.
   *
   * `GET /v1/machines/{name}/aliases/{alias}`
   */
  async getAlias(name: string, alias: string, options: CallOptions = {}): Promise<wire.Alias> {
    const call = { method: "GET", path: path`/v1/machines/${name}/aliases/${alias}` } as const;
    return this.#transport.json<wire.Alias>(call, options);
  }

  /**
   * Makes an alias or changes it: a name for one release, or for two between which starts are divided. What is
   * left out stays as it is.
   *
   * `PUT /v1/machines/{name}/aliases/{alias}`
   */
  async putAlias(
    name: string,
    alias: string,
    body: wire.PutAlias = {},
    query: wire.PutAliasQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Alias & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/machines/${name}/aliases/${alias}`,
      headers: createOnly(query),
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: !query.createOnly,
    } as const;
    return this.#transport.made<wire.Alias>(call, options);
  }

  /**
   * One execution by its machine and name.
   *
   * `GET /v1/machines/{name}/executions/{execution}`
   */
  async getExecutionByName(name: string, execution: string, options: CallOptions = {}): Promise<wire.Execution> {
    const call = { method: "GET", path: path`/v1/machines/${name}/executions/${execution}` } as const;
    return this.#transport.json<wire.Execution>(call, options);
  }

  /**
   * What happened in those executions of a machine that are logged, oldest first.
   *
   * `requestId` is an execution's id; each line's message is an event as a JSON object, in the fields in which AWS
   * logs it.
   *
   * `GET /v1/machines/{name}/logs`
   */
  async readMachineLogs(
    name: string,
    query: wire.ReadMachineLogsQuery = {},
    options: CallOptions = {},
  ): Promise<wire.LogPage> {
    const call = { method: "GET", path: path`/v1/machines/${name}/logs`, query } as const;
    return this.#transport.json<wire.LogPage>(call, options);
  }

  /**
   * What happens in those executions of a machine that are logged, from now on, as server-sent events called
   * `log`.
   *
   * `GET /v1/machines/{name}/logs/stream`
   */
  followMachineLogs(name: string, options: StreamOptions = {}): Stream<wire.LogLine> {
    return new Stream(this.#transport, path`/v1/machines/${name}/logs/stream`, undefined, options);
  }

  /**
   * A machine's releases, newest first.
   *
   * `GET /v1/machines/{name}/releases`
   */
  async listReleases(name: string, options: CallOptions = {}): Promise<wire.Releases> {
    const call = { method: "GET", path: path`/v1/machines/${name}/releases` } as const;
    return this.#transport.json<wire.Releases>(call, options);
  }

  /**
   * Publishes a machine as it is now, under the next number. If nothing changed since the newest release, that is
   * the answer. The body may be empty.
   *
   * `POST /v1/machines/{name}/releases`
   */
  async publishMachine(
    name: string,
    body: wire.PublishMachine = {},
    options: CallOptions = {},
  ): Promise<wire.Release & { isNew: boolean }> {
    const call = {
      method: "POST",
      path: path`/v1/machines/${name}/releases`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.made<wire.Release>(call, options);
  }

  /**
   * Deletes a release. Executions of it go on, and its number is not used again.
   *
   * `DELETE /v1/machines/{name}/releases/{number}`
   */
  async deleteRelease(name: string, number: number, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/machines/${name}/releases/${number}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One release of a machine.
   *
   * `GET /v1/machines/{name}/releases/{number}`
   */
  async getRelease(name: string, number: number, options: CallOptions = {}): Promise<wire.Release> {
    const call = { method: "GET", path: path`/v1/machines/${name}/releases/${number}` } as const;
    return this.#transport.json<wire.Release>(call, options);
  }

  /**
   * How long a machine's closed executions are kept.
   *
   * `GET /v1/machines/{name}/retention`
   */
  async getRetention(name: string, options: CallOptions = {}): Promise<wire.Retention> {
    const call = { method: "GET", path: path`/v1/machines/${name}/retention` } as const;
    return this.#transport.json<wire.Retention>(call, options);
  }

  /**
   * Sets how long a machine's closed executions are kept. What is closed already goes by it as well.
   *
   * `PUT /v1/machines/{name}/retention`
   */
  async putRetention(name: string, body: wire.Retention = {}, options: CallOptions = {}): Promise<wire.Retention> {
    const call = {
      method: "PUT",
      path: path`/v1/machines/${name}/retention`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.Retention>(call, options);
  }

  /**
   * A machine's settings, with its tags and its revision.
   *
   * `GET /v1/machines/{name}/settings`
   */
  async getSettings(name: string, options: CallOptions = {}): Promise<wire.MachineProfile> {
    const call = { method: "GET", path: path`/v1/machines/${name}/settings` } as const;
    return this.#transport.json<wire.MachineProfile>(call, options);
  }

  /**
   * Replaces a machine's settings: what is left out is as by default. The type must be the one that it has.
   *
   * `PUT /v1/machines/{name}/settings`
   */
  async putSettings(
    name: string,
    body: wire.MachineSettings = {},
    options: CallOptions = {},
  ): Promise<wire.MachineProfile> {
    const call = {
      method: "PUT",
      path: path`/v1/machines/${name}/settings`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.MachineProfile>(call, options);
  }

  /**
   * What part of the permits a machine's tasks have.
   *
   * `GET /v1/machines/{name}/share`
   */
  async getShare(name: string, options: CallOptions = {}): Promise<wire.Share> {
    const call = { method: "GET", path: path`/v1/machines/${name}/share` } as const;
    return this.#transport.json<wire.Share>(call, options);
  }

  /**
   * Sets what part of the permits a machine's tasks have, for those that wait from now on.
   *
   * `PUT /v1/machines/{name}/share`
   */
  async putShare(name: string, body: wire.Share, options: CallOptions = {}): Promise<wire.Share> {
    const call = {
      method: "PUT",
      path: path`/v1/machines/${name}/share`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.Share>(call, options);
  }

  /**
   * A machine's tags.
   *
   * `GET /v1/machines/{name}/tags`
   */
  async getTags(name: string, options: CallOptions = {}): Promise<wire.Tags> {
    const call = { method: "GET", path: path`/v1/machines/${name}/tags` } as const;
    return this.#transport.json<wire.Tags>(call, options);
  }

  /**
   * Sets some of a machine's tags and removes others.
   *
   * `POST /v1/machines/{name}/tags`
   */
  async changeTags(name: string, body: wire.ChangeTags = {}, options: CallOptions = {}): Promise<wire.Tags> {
    const call = {
      method: "POST",
      path: path`/v1/machines/${name}/tags`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: true,
    } as const;
    return this.#transport.json<wire.Tags>(call, options);
  }

  /**
   * A machine's versions, newest first.
   *
   * `GET /v1/machines/{name}/versions`
   */
  async listMachineVersions(name: string, options: CallOptions = {}): Promise<wire.MachineVersions> {
    const call = { method: "GET", path: path`/v1/machines/${name}/versions` } as const;
    return this.#transport.json<wire.MachineVersions>(call, options);
  }

  /**
   * The definition of one version of a machine.
   *
   * `GET /v1/machines/{name}/versions/{version}`
   */
  async getDefinition(name: string, version: number, options: CallOptions = {}): Promise<wire.Definition> {
    const call = { method: "GET", path: path`/v1/machines/${name}/versions/${version}` } as const;
    return this.#transport.json<wire.Definition>(call, options);
  }

  /**
   * The nodes that work on this database, by their ids.
   *
   * `GET /v1/nodes`
   */
  async listNodes(options: CallOptions = {}): Promise<wire.ClusterNodes> {
    const call = { method: "GET", path: "/v1/nodes" } as const;
    return this.#transport.json<wire.ClusterNodes>(call, options);
  }

  /**
   * This document.
   *
   * `GET /v1/openapi.json`
   */
  async openapiDocument(options: CallOptions = {}): Promise<Json> {
    const call = { method: "GET", path: "/v1/openapi.json" } as const;
    return this.#transport.json<Json>(call, options);
  }

  /**
   * Groups of schedules by name, a page at a time.
   *
   * `GET /v1/schedule-groups`
   */
  async listScheduleGroups(
    query: wire.ListScheduleGroupsQuery = {},
    options: CallOptions = {},
  ): Promise<wire.ScheduleGroupPage> {
    const call = { method: "GET", path: "/v1/schedule-groups", query } as const;
    return this.#transport.json<wire.ScheduleGroupPage>(call, options);
  }

  /**
   * Deletes a group with all its schedules. The group `default` stays.
   *
   * `DELETE /v1/schedule-groups/{name}`
   */
  async deleteScheduleGroup(name: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/schedule-groups/${name}` } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One group of schedules.
   *
   * `GET /v1/schedule-groups/{name}`
   */
  async getScheduleGroup(name: string, options: CallOptions = {}): Promise<wire.ScheduleGroup> {
    const call = { method: "GET", path: path`/v1/schedule-groups/${name}` } as const;
    return this.#transport.json<wire.ScheduleGroup>(call, options);
  }

  /**
   * Makes a group of schedules, or replaces its tags.
   *
   * `PUT /v1/schedule-groups/{name}`
   */
  async putScheduleGroup(
    name: string,
    body: wire.PutScheduleGroup = {},
    query: wire.PutScheduleGroupQuery = {},
    options: CallOptions = {},
  ): Promise<wire.ScheduleGroup & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/schedule-groups/${name}`,
      headers: createOnly(query),
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: !query.createOnly,
    } as const;
    return this.#transport.made<wire.ScheduleGroup>(call, options);
  }

  /**
   * Schedules by group and name, a page at a time. With `state`, a page may have fewer than its limit and be
   * followed by another.
   *
   * `GET /v1/schedules`
   */
  async listSchedules(query: wire.ListSchedulesQuery = {}, options: CallOptions = {}): Promise<wire.SchedulePage> {
    const call = { method: "GET", path: "/v1/schedules", query } as const;
    return this.#transport.json<wire.SchedulePage>(call, options);
  }

  /**
   * Deletes a schedule. What it started goes on.
   *
   * `DELETE /v1/schedules/{name}`
   */
  async deleteSchedule(name: string, query: wire.DeleteScheduleQuery = {}, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/schedules/${name}`, query } as const;
    return this.#transport.done(call, options);
  }

  /**
   * One schedule, and how far it has come.
   *
   * `GET /v1/schedules/{name}`
   */
  async getSchedule(
    name: string,
    query: wire.GetScheduleQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Schedule> {
    const call = { method: "GET", path: path`/v1/schedules/${name}`, query } as const;
    return this.#transport.json<wire.Schedule>(call, options);
  }

  /**
   * Makes a schedule, or replaces its definition. If its expression, zone or start changes, it begins anew; else
   * what was fired stays fired.
   *
   * `PUT /v1/schedules/{name}`
   */
  async putSchedule(
    name: string,
    body: wire.ScheduleDefinition,
    query: wire.PutScheduleQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Schedule & { isNew: boolean }> {
    const call = {
      method: "PUT",
      path: path`/v1/schedules/${name}`,
      headers: createOnly(query),
      query: { ...query, createOnly: undefined },
      body: { content: writeJson(body, "the body"), type: "application/json" },
      isRepeatable: !query.createOnly,
    } as const;
    return this.#transport.made<wire.Schedule>(call, options);
  }

  /**
   * Fires the due times of a range in the past that were not accepted before, also of a schedule that is paused.
   * The answer comes before they are fired: `progress.backfills` has the range until then.
   *
   * `POST /v1/schedules/{name}/backfill`
   */
  async backfillSchedule(
    name: string,
    body: wire.Backfill,
    query: wire.BackfillScheduleQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Schedule> {
    const call = {
      method: "POST",
      path: path`/v1/schedules/${name}/backfill`,
      query,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.Schedule>(call, options);
  }

  /**
   * The next times at which a schedule fires, as things stand: none of one that is paused, unless `after` asks
   * what would be.
   *
   * `GET /v1/schedules/{name}/firings`
   */
  async listFirings(name: string, query: wire.ListFiringsQuery = {}, options: CallOptions = {}): Promise<wire.Firings> {
    const call = { method: "GET", path: path`/v1/schedules/${name}/firings`, query } as const;
    return this.#transport.json<wire.Firings>(call, options);
  }

  /**
   * Lets a schedule fire no more. What is due until it is resumed is not made up for; what it started goes on.
   *
   * `POST /v1/schedules/{name}/pause`
   */
  async pauseSchedule(
    name: string,
    query: wire.PauseScheduleQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Schedule> {
    const call = { method: "POST", path: path`/v1/schedules/${name}/pause`, query, isRepeatable: true } as const;
    return this.#transport.json<wire.Schedule>(call, options);
  }

  /**
   * Lets a paused schedule fire again, from now on.
   *
   * `POST /v1/schedules/{name}/resume`
   */
  async resumeSchedule(
    name: string,
    query: wire.ResumeScheduleQuery = {},
    options: CallOptions = {},
  ): Promise<wire.Schedule> {
    const call = { method: "POST", path: path`/v1/schedules/${name}/resume`, query, isRepeatable: true } as const;
    return this.#transport.json<wire.Schedule>(call, options);
  }

  /**
   * All shards by their first slots, and who owns them.
   *
   * `GET /v1/shards`
   */
  async listShards(options: CallOptions = {}): Promise<wire.Shards> {
    const call = { method: "GET", path: "/v1/shards" } as const;
    return this.#transport.json<wire.Shards>(call, options);
  }

  /**
   * Splits a shard in two, so that two nodes can share its executions. They go on; calls that concern them wait
   * for a moment. The body may be empty.
   *
   * `POST /v1/shards/{id}/split`
   */
  async splitShard(id: number, body: wire.SplitShard = {}, options: CallOptions = {}): Promise<wire.ShardSplit> {
    const call = {
      method: "POST",
      path: path`/v1/shards/${id}/split`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.ShardSplit>(call, options);
  }

  /**
   * Keys of a store by their bytes, a page at a time. A store is there as soon as something is written into it;
   * one that is not there has no keys.
   *
   * `GET /v1/stores/{store}/keys`
   */
  async listStoreKeys(
    store: string,
    query: wire.ListStoreKeysQuery = {},
    options: CallOptions = {},
  ): Promise<wire.StoreKeys> {
    const call = { method: "GET", path: path`/v1/stores/${store}/keys`, query } as const;
    return this.#transport.json<wire.StoreKeys>(call, options);
  }

  /**
   * Deletes a value; there may be none.
   *
   * `DELETE /v1/stores/{store}/values/{key}`
   */
  async deleteValue(store: string, key: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "DELETE", path: path`/v1/stores/${store}/values/${key}`, isRepeatable: true } as const;
    return this.#transport.done(call, options);
  }

  /**
   * A value, as it was set.
   *
   * `GET /v1/stores/{store}/values/{key}`
   */
  async getValue(store: string, key: string, options: CallOptions = {}): Promise<Uint8Array> {
    const call = { method: "GET", path: path`/v1/stores/${store}/values/${key}` } as const;
    return this.#transport.bytes(call, options);
  }

  /**
   * Sets a value of up to 1 MiB, replacing what was there. When the answer is there, it survives a crash.
   *
   * `PUT /v1/stores/{store}/values/{key}`
   */
  async putValue(
    store: string,
    key: string,
    content: Content,
    type: string = "application/octet-stream",
    options: CallOptions = {},
  ): Promise<void> {
    const call = {
      method: "PUT",
      path: path`/v1/stores/${store}/values/${key}`,
      body: { content: content as BodyInit, type },
    } as const;
    return this.#transport.done(call, options);
  }

  /**
   * Adds to a value that is a whole number in decimal digits; one that is not there is 0. Of additions at the same
   * time none is lost. A value that is no number stays as it is: 409 `NotANumber`.
   *
   * `POST /v1/stores/{store}/values/{key}/increment`
   */
  async incrementValue(
    store: string,
    key: string,
    body: wire.IncrementValue = {},
    options: CallOptions = {},
  ): Promise<wire.Incremented> {
    const call = {
      method: "POST",
      path: path`/v1/stores/${store}/values/${key}/increment`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.json<wire.Incremented>(call, options);
  }

  /**
   * Ends a task with a failure. The body may be empty.
   *
   * `POST /v1/tasks/{token}/failure`
   */
  async failTask(token: string, body: wire.FailTask = {}, options: CallOptions = {}): Promise<void> {
    const call = {
      method: "POST",
      path: path`/v1/tasks/${token}/failure`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.done(call, options);
  }

  /**
   * Says that a task is still being worked on: its `HeartbeatSeconds` begin anew.
   *
   * `POST /v1/tasks/{token}/heartbeat`
   */
  async heartbeatTask(token: string, options: CallOptions = {}): Promise<void> {
    const call = { method: "POST", path: path`/v1/tasks/${token}/heartbeat`, isRepeatable: true } as const;
    return this.#transport.done(call, options);
  }

  /**
   * Ends a task with its result: one that waits for its token, or an activity's. When the answer is there, it
   * survives a crash.
   *
   * `POST /v1/tasks/{token}/success`
   */
  async succeedTask(token: string, body: wire.SucceedTask = {}, options: CallOptions = {}): Promise<void> {
    const call = {
      method: "POST",
      path: path`/v1/tasks/${token}/success`,
      body: { content: writeJson(body, "the body"), type: "application/json" },
    } as const;
    return this.#transport.done(call, options);
  }
}

/** Create, or fail if it is there. */
function createOnly(query: { createOnly?: boolean }): Record<string, string> {
  return query.createOnly ? { "if-none-match": "*" } : {};
}
