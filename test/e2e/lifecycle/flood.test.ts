// A caller that floods: ten times the calls that a thousand policies need, over one connection, and what that does to another.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";

import { loadExternalScalerProto } from "../../../src/keda/proto.ts";
import { buildTrigger } from "../../support/keda-client.ts";
import { frame } from "../../support/raw-grpc.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { configurationOf, policyOf } from "../keda/documents.ts";
import { KedaRounds, leastP99, p99Of } from "../prometheus/keda-rounds.ts";
import { serve } from "../real-triton/serve-process.ts";

/** Ten times the 2,000 calls a second of 1,000 policies (docs/SCALE.md). */
const CALLS_PER_SECOND = 20_000;
const FLOOD_SECONDS = 8;
const OFFERED = CALLS_PER_SECOND * FLOOD_SECONDS;
const QUIET_MS = 8_000;
/** Times below this are one: on a shared machine the rest is noise. */
const NOISE_MS = 10;

const run = promisify(execFile);
const missing = await run("h2load", ["--version"]).then(
  () => null,
  () => "h2load is not installed (Debian: nghttp2-client)",
);
if (missing !== null && process.env["CI"] === "true") throw new Error(missing);

describe.skipIf(missing !== null)(`a flood of calls over one connection ${missing ?? ""}`, () => {
  test.each([
    { name: "a hundred calls under way", underWay: 100 },
    { name: "thousands of calls under way", underWay: 5_000 },
  ])(
    "with $name is slowed, and another caller has its answers as soon as before",
    async ({ name, underWay }) => {
      const served = await serve({ configuration: configurationOf(), policy: policyOf(5) });
      onTestFinished(async () => void (await served.stop()));
      const caller = new KedaRounds(served.grpc, { namespace: "ai-inference", policy: "embedder" });
      onTestFinished(() => caller.stop());
      await wait(QUIET_MS);
      const before = caller.rounds.length;
      const answered = await flood(served.grpc, underWay);
      const during = caller.rounds.slice(before);
      const [quietMs, floodedMs] = [p99Of(caller.rounds.slice(1, before)), leastP99(during)];
      process.stderr.write(
        `${name}: ${answered} of ${OFFERED} calls answered; p99 of another caller ${quietMs.toFixed(1)}, then ${floodedMs.toFixed(1)} ms\n`,
      );
      expect(new Set(during.map(({ spec, code, replicas }) => `${spec} ${code} ${replicas}`))).toEqual(
        new Set(["OK OK 5"]),
      );
      expect(answered).toBeGreaterThan(0);
      expect(answered).toBeLessThan(OFFERED / 5);
      expect(floodedMs).toBeLessThan(2 * Math.max(NOISE_MS, quietMs));
    },
  );
});

/** Resolves with how many calls had an answer. */
async function flood(address: string, underWay: number): Promise<number> {
  const body = join(await temporaryDirectory(), "body");
  const message = loadExternalScalerProto().service["IsActive"]?.requestSerialize(buildTrigger());
  writeFileSync(body, frame(message ?? Buffer.alloc(0)));
  const pace = ["-c", "1", "-m", String(underWay), "--rps", String(CALLS_PER_SECOND)];
  const headers = ["-H", "content-type: application/grpc", "-H", "te: trailers", "-d", body];
  const url = `http://${address}/externalscaler.ExternalScaler/IsActive`;
  const { stdout } = await run("h2load", [...pace, "-D", String(FLOOD_SECONDS), ...headers, url]);
  return Number(/(\d+) done/.exec(stdout)?.[1] ?? 0);
}
