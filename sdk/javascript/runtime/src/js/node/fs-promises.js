// "node:fs/promises".
import { promises } from "node:fs";

export const { access, appendFile, copyFile, lstat, mkdir, readFile, readdir, rename, rm, rmdir, stat, unlink, writeFile } = promises;
export default promises;
