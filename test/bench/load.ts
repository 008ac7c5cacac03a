// Load on GetMetrics over one connection with 64 calls in flight: h2load where installed, else a client of our own.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const PATH = "/externalscaler.ExternalScaler/GetMetrics";
const HEADERS = { "content-type": "application/grpc", te: "trailers" };
const IN_FLIGHT = 64;

/** Sends `calls` calls with this framed message to the port; resolves with calls a second. */
export type Load = (port: number, calls: number) => Promise<number>;

/** Returns what sends the load; `name` says which. */
export async function chooseLoad(body: Buffer): Promise<{ readonly name: string; readonly load: Load }> {
  const h2load = await promisify(execFile)("h2load", ["--version"]).then(
    () => true,
    () => false,
  );
  return h2load
    ? { name: "h2load", load: (port, calls) => loadByTool(port, calls, body) }
    : { name: "node:http2", load: (port, calls) => loadByHand(port, calls, body) };
}

async function loadByTool(port: number, calls: number, body: Buffer): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-"));
  const file = join(folder, "body.bin");
  await writeFile(file, body);
  const headers = Object.entries(HEADERS).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const url = `http://127.0.0.1:${port}${PATH}`;
  const flags = ["-c", "1", "-m", String(IN_FLIGHT), "-n", String(calls), "-d", file, ...headers, url];
  const { stdout } = await promisify(execFile)("h2load", flags);
  await rm(folder, { recursive: true });
  const rate = /finished in [^,]+, ([0-9.]+) req\/s/.exec(stdout)?.[1];
  const succeeded = /([0-9]+) succeeded/.exec(stdout)?.[1];
  if (rate === undefined || Number(succeeded) !== calls) throw new Error(`h2load did not succeed: ${stdout}`);
  return Number(rate);
}

async function loadByHand(port: number, calls: number, body: Buffer): Promise<number> {
  const session = connect(`http://127.0.0.1:${port}`);
  let started = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":method": "POST", ":path": PATH, ...HEADERS });
      stream.on("error", reject).on("close", resolve).resume();
      stream.end(body);
    });
  const worker = async (): Promise<void> => {
    while (started < calls) {
      started += 1;
      await one();
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const took = performance.now() - startedMs;
  session.close();
  return (calls * 1000) / took;
}
