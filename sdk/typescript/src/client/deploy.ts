/** Deploying: a function's module, a machine's definition. Both may be done again and change nothing. */

import { contentOf, sha256 } from "#platform";
import type { Api } from "./generated/api.js";
import { NotFoundError } from "./errors.js";
import { writeJson } from "./json.js";
import { checkName, path } from "./path.js";
import type { CallOptions, Transport } from "./transport.js";
import type { Function, FunctionSettings, Machine, MachineType } from "./generated/wire.js";

/** A module of WebAssembly: its bytes, or where its file is (in node). */
export type Module = string | URL | ArrayBuffer | Uint8Array;

/** What a caller may say of a function that it deploys. */
export interface DeployFunctionOptions extends CallOptions {
  /** Has a version made also if the newest one is the same. */
  always?: boolean;
}

/** What a caller may say of a machine that it deploys. */
export interface DeployMachineOptions extends CallOptions {
  /** STANDARD or EXPRESS; it cannot be changed later. That it has, or STANDARD, if left out. */
  type?: MachineType;
}

/** A function, and whether this call has made its newest version. */
export type DeployedFunction = Function & { isNewVersion: boolean };

/** What a version has that was uploaded without settings. Fields that are not here are left out then. */
const SETTINGS_DEFAULT: FunctionSettings = {
  timeoutMs: 30_000,
  memoryBytesMax: 128 * 1024 * 1024,
  fuelMax: 50_000_000_000,
  outputBytesMax: 6 * 1024 * 1024,
  logBytesMax: 256 * 1024,
  diskBytesMax: 64 * 1024 * 1024,
  reuseUsesMax: 1_000,
  reuseSecondsMax: 300,
};

/** Uploads a module, unless the newest version is of the same module and settings. */
export async function deployFunction(
  api: Api,
  name: string,
  module: Module,
  settings: FunctionSettings,
  { always = false, ...options }: DeployFunctionOptions,
): Promise<DeployedFunction> {
  checkName(name, "a function's name");
  const bytes = await bytesOf(module);
  const there = always ? undefined : await newest(api, name, options);
  if (there && (await sha256(bytes)) === there.latest.module && isSame(settings, there.latest.settings)) {
    return { ...there, isNewVersion: false };
  }
  const { isNew: _, ...deployed } = await api.putFunction(name, bytes, settings, {}, options);
  return { ...deployed, isNewVersion: true };
}

/** Keeps a definition. A text is sent as it is: JSON if it begins with a brace, else YAML. */
export async function deployMachine(
  transport: Transport,
  name: string,
  definition: object | string,
  { type, ...options }: DeployMachineOptions,
): Promise<Machine> {
  const isText = typeof definition === "string";
  const content = isText ? definition : writeJson(definition, "the definition");
  const isJson = !isText || /^\s*\{/.test(content);
  const call = {
    method: "PUT",
    path: path`/v1/machines/${checkName(name, "a machine's name")}`,
    query: { type },
    body: { content, type: isJson ? "application/json" : "application/yaml" },
  } as const;
  return transport.json<Machine>(call, options);
}

async function bytesOf(module: Module): Promise<Uint8Array> {
  const isPath = typeof module === "string" || module instanceof URL;
  const bytes = isPath ? await contentOf(module) : module;
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

async function newest(api: Api, name: string, options: CallOptions): Promise<Function | undefined> {
  try {
    return await api.getFunction(name, options);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Whether an upload with these settings would have those. */
function isSame(settings: FunctionSettings, those: FunctionSettings): boolean {
  return canonical({ ...SETTINGS_DEFAULT, ...settings }) === canonical(those);
}

/** A value as text, with fields in order and without those that say nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const says = ([, field]: [string, unknown]): boolean =>
      field !== undefined &&
      field !== null &&
      field !== false &&
      field !== "" &&
      JSON.stringify(field) !== "{}" &&
      JSON.stringify(field) !== "[]";
    return Object.fromEntries(
      Object.entries(part)
        .filter(says)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
