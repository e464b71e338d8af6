/** The real `steploom` on loopback, in a process and a folder of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Where cargo puts the program, if `STEPLOOM` does not say. */
const BUILT = fileURLToPath(new URL("../../../../../target/release/steploom", import.meta.url));

/** Characters of the server's log that are shown when it did not start. */
const LOG_SHOWN = 2_000;

/** A server. `stop` ends it and removes its folder; `kill` only ends it, at once. It ends with the tests in any case. */
export class Server {
  readonly #folder = mkdtempSync(join(tmpdir(), "steploom-typescript-"));
  #process: ChildProcess | undefined;
  #url = "";

  /** Starts one. */
  static async start(): Promise<Server> {
    const server = new Server();
    try {
      await server.resume();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Where it is, such as `http://127.0.0.1:40123`. */
  get url(): string {
    return this.#url;
  }

  /** Starts it again after `kill`, where it was. */
  async resume(): Promise<void> {
    const listen = this.#url === "" ? "127.0.0.1:0" : new URL(this.#url).host;
    const log = join(this.#folder, "up.log");
    const args = ["up", "--json", "--listen", listen, "--data", this.#data];
    const child = spawn(program(), args, { stdio: ["ignore", "pipe", openSync(log, "a")], env: environment() });
    this.#process = child;
    process.once("exit", () => child.kill("SIGKILL"));
    for await (const line of createInterface({ input: child.stdout! })) {
      this.#url = (JSON.parse(line) as { url: string }).url;
      return;
    }
    throw new Error(`steploom did not start: ${readFileSync(log, "utf8").slice(-LOG_SHOWN)}`);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, "data");
  }
}

/** The environment without what would change the server's settings. */
export function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith("STEPLOOM"));
  return { ...Object.fromEntries(ours), ...more };
}

function program(): string {
  const path = process.env.STEPLOOM ?? BUILT;
  if (!existsSync(path)) throw new Error(`there is no ${path}: set STEPLOOM to the path of the program 'steploom'`);
  return path;
}
