// The answering end of the service, from its configuration; or nothing, where nobody calls.

import { resolve } from "node:path";

import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";

import type { Configuration, GrpcTls } from "../domain/configuration.ts";
import type { Millis } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import { checkTls } from "./grpc-certificates.ts";
import { startRpcFront } from "./rpc-front.ts";
import type { RpcFront, RpcNeeds } from "./rpc-thread.ts";

export type CallsNeeds = RpcNeeds & {
  readonly clock: Clock;
  /** Whether time is played: no other thread can then have the clock. */
  readonly isPlayed: boolean;
  readonly tickInterval: Millis;
  /** Where relative paths start. */
  readonly directory: string;
};

/** Listens for KEDA's calls. Rejects where it cannot, or where certificates are not usable. */
export async function startCalls(
  { address, deadline, maxMessageBytes, reflection, tls: written }: Configuration["grpc"],
  { tickInterval, directory, ...needs }: CallsNeeds,
): Promise<RpcFront> {
  const tls = written === null ? null : absoluteTls(written, directory);
  await checkTls(tls);
  // Its own lines would break the log's format; what it would say comes as errors, too.
  setLogVerbosity(logVerbosity.NONE);
  return await startRpcFront({ address, deadline, maxMessageBytes, reflection, tls, tickInterval }, needs);
}

/** Returns an end at which nobody calls. */
export function noCalls(): RpcFront {
  return {
    port: 0,
    broken: new Promise<never>(() => {}),
    setServing: () => undefined,
    settled: () => Promise.resolve(),
    takeLagSeconds: () => 0,
    drain: () => Promise.resolve(),
  };
}

function absoluteTls(tls: GrpcTls, directory: string): GrpcTls {
  const [certFile, keyFile] = [resolve(directory, tls.certFile), resolve(directory, tls.keyFile)];
  return { ...tls, certFile, keyFile, clientCaFile: resolve(directory, tls.clientCaFile) };
}
