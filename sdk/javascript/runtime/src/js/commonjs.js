// CommonJS: `require`, `module`, `exports`.
import * as host from "steploom:host";

/** Every file that was required, by its path; a file that is still running is there with what it has so far. */
const loaded = Object.create(null);

class Module {
  constructor(path) {
    this.id = path;
    this.filename = `/function/${path}`;
    this.path = folderOf(path);
    this.exports = {};
    this.loaded = false;
    this.children = [];
  }
}

function folderOf(path) {
  const at = path.lastIndexOf("/");
  return at < 0 ? "/function" : `/function/${path.slice(0, at)}`;
}

/** What the file at this path in the package exports. */
export function requireFile(path) {
  const known = loaded[path];
  if (known) return known.exports;
  const kind = host.kind(path);
  if (kind === "module") return host.namespace(path);
  const module = new Module(path);
  loaded[path] = module;
  try {
    if (kind === "json") module.exports = parse(path);
    else run(module, path);
  } catch (error) {
    delete loaded[path];
    throw error;
  }
  module.loaded = true;
  return module.exports;
}

function run(module, path) {
  module.require = requireFrom(path);
  host.compile(path).call(module.exports, module.exports, module.require, module, module.filename, module.path);
}

function parse(path) {
  try {
    return JSON.parse(host.text(path));
  } catch (error) {
    throw new SyntaxError(`${path}: ${error.message}`);
  }
}

/** What a built-in module exports, by its whole name; undefined if it is none. */
function builtin(name) {
  if (name !== "steploom" && !name.startsWith("node:")) return undefined;
  const all = host.namespace(name);
  return all.default ?? all;
}

/** The same by what functions call it. */
export function getBuiltinModule(name) {
  try {
    return builtin(host.find("", `${name}`));
  } catch {
    return undefined;
  }
}

/** The `require` of a file. */
export function requireFrom(base) {
  const require = (name) => {
    if (typeof name !== "string" || name === "") throw new TypeError("require needs the name of a module");
    const found = host.find(base, name);
    return builtin(found) ?? requireFile(found);
  };
  require.resolve = (name) => host.find(base, name);
  require.cache = loaded;
  require.main = undefined;
  return require;
}
