// "node:url".
import { URL, URLSearchParams } from "steploom:url";

export function fileURLToPath(address) {
  return decodeURIComponent(new URL(address).pathname);
}

export function pathToFileURL(path) {
  return new URL(`file://${path.split("/").map(encodeURIComponent).join("/")}`);
}

export { URL, URLSearchParams };
export default { URL, URLSearchParams, fileURLToPath, pathToFileURL };
