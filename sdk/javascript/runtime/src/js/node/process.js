// "node:process".
import { process } from "steploom:process";

export const { env, argv, cwd, exit, hrtime, nextTick, platform, stdout, stderr } = process;
export default process;
