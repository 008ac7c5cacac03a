// Where calls are answered: beside the ticks while these are short, else in a thread of their own.

import { EventLoopLag } from "../adapters/event-loop-lag.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { startScalerServer } from "../keda/server.ts";
import type { Clock } from "../ports/clock.ts";
import { openTls } from "./grpc-certificates.ts";
import type { RpcSettings } from "./rpc-messages.ts";
import { type RpcFront, type RpcNeeds, startRpcThread } from "./rpc-thread.ts";

/** With fewer policies a tick's work never holds a call up for long, and a thread would only cost memory. */
const OWN_THREAD_FROM_POLICIES = 50;
/** Sources run through a loader, as in tests, which Node 20 does not hand on to threads. */
const IS_BUILT = import.meta.url.endsWith(".js");

/** Starts the gRPC server where it belongs. `clock` is the source's; where it plays, no other thread can have it. */
export async function startRpcFront(
  settings: RpcSettings,
  needs: RpcNeeds & { readonly clock: Clock; readonly isPlayed: boolean },
): Promise<RpcFront> {
  const { registry, isPlayed } = needs;
  if (IS_BUILT && !isPlayed && registry.entries().length >= OWN_THREAD_FROM_POLICIES)
    return await startRpcThread(settings, needs);
  const opened = await openTls(settings.tls, { ...needs, clock: systemClock() });
  const server = await startScalerServer({ ...settings, ...needs, tls: opened.tls }).catch(
    (error: unknown) => {
      opened.close();
      throw error;
    },
  );
  const lag = new EventLoopLag();
  return {
    ...server,
    broken: new Promise<never>(() => {}),
    settled: () => Promise.resolve(),
    takeLagSeconds: () => lag.takeSeconds(),
    async drain(timeout) {
      await server.drain(timeout);
      opened.close();
      lag.close();
    },
  };
}
