// Watches a server's health, one status after the other.

import { Client, credentials, status } from "@grpc/grpc-js";
import { service } from "grpc-health-check";
import { onTestFinished } from "vitest";

/** What was seen and not yet read; `next` waits for more. */
export type HealthWatch = {
  /** Resolves with the next serving status, or `ended <status>` once the watch is over. */
  next(): Promise<string>;
};

/** Opens a Watch of `name`; it closes with the test. */
export function watchHealth(port: number, name: string): HealthWatch {
  const { Watch: watch } = service;
  if (watch === undefined) throw new Error("the health service has no Watch");
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = client.makeServerStreamRequest(watch.path, watch.requestSerialize, watch.responseDeserialize, {
    service: name,
  });
  const seen: string[] = [];
  let wake = (): void => undefined;
  const see = (text: string): void => {
    seen.push(text);
    wake();
  };
  call.on("data", (message: { status: string }) => {
    see(message.status);
  });
  call.on("status", ({ code }) => {
    see(`ended ${status[code]}`);
  });
  call.on("error", () => undefined);
  onTestFinished(() => {
    client.close();
  });
  return {
    next: async () => {
      while (seen.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return seen.shift() ?? "";
    },
  };
}
