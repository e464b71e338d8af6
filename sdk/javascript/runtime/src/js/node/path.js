// "node:path", for paths with "/".

export const sep = "/";
export const delimiter = ":";

export function normalize(path) {
  const isAbsolute = path.startsWith("/");
  const parts = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length && parts.at(-1) !== "..") parts.pop();
    else if (!isAbsolute) parts.push("..");
  }
  const end = path.endsWith("/") && parts.length ? "/" : "";
  return (isAbsolute ? "/" : "") + parts.join("/") + end || (isAbsolute ? "/" : ".");
}

export function join(...parts) {
  const given = parts.filter((part) => part !== "");
  return given.length ? normalize(given.join("/")) : ".";
}

export function resolve(...parts) {
  let path = "";
  for (const part of parts.reverse()) {
    if (part === "") continue;
    path = path === "" ? part : `${part}/${path}`;
    if (path.startsWith("/")) break;
  }
  const whole = normalize(path.startsWith("/") ? path : `/function/${path}`);
  return whole.length > 1 && whole.endsWith("/") ? whole.slice(0, -1) : whole;
}

export const isAbsolute = (path) => path.startsWith("/");

export function dirname(path) {
  const clean = path.replace(/(.)\/+$/, "$1");
  const at = clean.lastIndexOf("/");
  return at < 0 ? "." : at === 0 ? "/" : clean.slice(0, at);
}

export function basename(path, ending = "") {
  const name = path.replace(/\/+$/, "").split("/").at(-1);
  return ending !== "" && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

export function extname(path) {
  const name = basename(path);
  const at = name.lastIndexOf(".");
  return at <= 0 ? "" : name.slice(at);
}

export function relative(from, to) {
  const a = resolve(from).split("/").filter(Boolean);
  const b = resolve(to).split("/").filter(Boolean);
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  return [...a.slice(same).map(() => ".."), ...b.slice(same)].join("/");
}

export function parse(path) {
  const base = basename(path);
  const ext = extname(path);
  const root = isAbsolute(path) ? "/" : "";
  const dir = dirname(path);
  return { root, dir: dir === "." && !path.startsWith(".") ? "" : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
}

export function format({ dir, root = "", base, name = "", ext = "" }) {
  const file = base ?? name + ext;
  return dir ? (dir === root ? dir + file : `${dir}/${file}`) : root + file;
}

const path = { sep, delimiter, normalize, join, resolve, isAbsolute, dirname, basename, extname, relative, parse, format };
path.posix = path;
export const posix = path;
export default path;
