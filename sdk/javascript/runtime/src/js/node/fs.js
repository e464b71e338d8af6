// "node:fs": files below /tmp and the volumes in a call, and the function's own files to read, at any time.
import { Buffer } from "steploom:buffer";
import { resolve } from "node:path";
import * as host from "steploom:host";

/** Where the function's own files are, as far as it can see. */
const HOME = "/function";

const REASONS = {
  ENOENT: "no such file or directory",
  EEXIST: "file already exists",
  EACCES: "permission denied",
  ENOTEMPTY: "directory not empty",
  EISDIR: "illegal operation on a directory",
  ENOTDIR: "not a directory",
  ENOSPC: "no space left on device",
  EROFS: "read-only file system",
  EINVAL: "invalid argument",
  EXDEV: "cross-device link not permitted",
  EIO: "i/o error",
  ELOADING: "there are no folders while the function is loaded, only in a call",
};

function failed(code, what, path) {
  const error = new Error(`${code}: ${REASONS[code] ?? "unknown error"}, ${what} '${path}'`);
  return Object.assign(error, { code, syscall: what, path });
}

function pathOf(given) {
  if (given instanceof URL) return resolve(decodeURIComponent(given.pathname));
  if (typeof given !== "string" || given === "") throw new TypeError("a path is a text or a URL");
  return resolve(given);
}

/** The path within the package, if it is one. */
function own(path) {
  return path === HOME ? "" : path.startsWith(`${HOME}/`) ? path.slice(HOME.length + 1) : undefined;
}

function onDisk(what, path, run) {
  if (own(path) !== undefined) throw failed("EROFS", what, path);
  try {
    return run();
  } catch (error) {
    throw failed(error.message, what, path);
  }
}

const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding) ?? undefined;

function bytesFrom(data, options) {
  return typeof data === "string" ? Buffer.from(data, encodingOf(options)) : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(`${data}`);
}

export function readFileSync(given, options = undefined) {
  const path = pathOf(given);
  const inside = own(path);
  let bytes;
  if (inside !== undefined) {
    const text = host.text(inside);
    if (text === undefined) throw failed(ownNames(inside) ? "EISDIR" : "ENOENT", "open", path);
    bytes = host.encode(text);
  } else bytes = onDisk("open", path, () => host.diskRead(path));
  const content = Buffer.from(bytes.buffer);
  const encoding = encodingOf(options);
  return encoding === undefined || encoding === "buffer" ? content : content.toString(encoding);
}

export function writeFileSync(given, data, options = undefined) {
  const path = pathOf(given);
  onDisk("open", path, () => host.diskWrite(path, bytesFrom(data, options), options?.flag ?? "w"));
}

export function appendFileSync(given, data, options = undefined) {
  writeFileSync(given, data, { encoding: encodingOf(options), flag: "a" });
}

export function copyFileSync(from, to) {
  writeFileSync(to, readFileSync(from));
}

/** The names right below a folder of the package; undefined if there is none. */
function ownNames(folder) {
  const start = folder === "" ? "" : `${folder}/`;
  const below = host.files().filter((path) => path.startsWith(start));
  return below.length ? [...new Set(below.map((path) => path.slice(start.length).split("/")[0]))].sort() : undefined;
}

export function readdirSync(given, options = undefined) {
  const path = pathOf(given);
  const inside = own(path);
  const names = inside === undefined ? onDisk("scandir", path, () => host.diskList(path)) : ownNames(inside);
  if (names === undefined) throw failed("ENOENT", "scandir", path);
  if (options?.withFileTypes !== true) return names;
  return names.map((name) => Object.assign(statSync(`${path}/${name}`), { name, parentPath: path }));
}

class Stats {
  constructor(found) {
    this.size = found.size;
    this.mtimeMs = found.modifiedMs;
    this.mtime = new Date(found.modifiedMs);
    Object.defineProperty(this, "found", { value: found });
  }

  isFile() {
    return this.found.isFile;
  }

  isDirectory() {
    return this.found.isFolder;
  }

  isSymbolicLink() {
    return false;
  }
}

export function statSync(given, options = undefined) {
  const path = pathOf(given);
  const inside = own(path);
  try {
    if (inside === undefined) return new Stats(onDisk("stat", path, () => host.diskStat(path)));
    const text = host.text(inside);
    if (text !== undefined) return new Stats({ size: host.encode(text).length, modifiedMs: 0, isFile: true, isFolder: false });
    if (ownNames(inside)) return new Stats({ size: 0, modifiedMs: 0, isFile: false, isFolder: true });
    throw failed("ENOENT", "stat", path);
  } catch (error) {
    if (options?.throwIfNoEntry === false && error.code === "ENOENT") return undefined;
    throw error;
  }
}
export const lstatSync = statSync;

export function existsSync(given) {
  try {
    statSync(given);
    return true;
  } catch {
    return false;
  }
}

export function accessSync(given) {
  statSync(given);
}

export function mkdirSync(given, options = undefined) {
  const path = pathOf(given);
  onDisk("mkdir", path, () => host.diskMakeFolder(path, options?.recursive === true));
}

export function unlinkSync(given) {
  const path = pathOf(given);
  onDisk("unlink", path, () => host.diskRemove(path, "file"));
}

export function rmdirSync(given) {
  const path = pathOf(given);
  onDisk("rmdir", path, () => host.diskRemove(path, "folder"));
}

export function rmSync(given, options = undefined) {
  const path = pathOf(given);
  try {
    onDisk("rm", path, () => host.diskRemove(path, options?.recursive === true ? "all" : "file"));
  } catch (error) {
    if (options?.force !== true || error.code !== "ENOENT") throw error;
  }
}

export function renameSync(from, to) {
  const path = pathOf(from);
  onDisk("rename", path, () => host.diskRename(path, pathOf(to)));
}

const sync = { accessSync, appendFileSync, copyFileSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, unlinkSync, writeFileSync };

/** The same with promises. */
export const promises = {};
for (const [name, run] of Object.entries(sync)) promises[name.replace(/Sync$/, "")] = async (...args) => run(...args);

export default { ...sync, existsSync, promises };
