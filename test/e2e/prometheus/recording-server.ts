// A server of the test that plays a recording in real time: each replica's metrics page as it was at that moment.

import http from "node:http";
import type { Socket } from "node:net";

import { onTestFinished } from "vitest";

import { type RecordedScrape, readRecording } from "../../../src/adapters/recording-files.ts";
import { recordingPath } from "../../support/play-recording.ts";

export type RecordingServer = {
  /** `host:port`; the page of a replica is at `/<replica>`. */
  readonly address: string;
  readonly replicas: readonly number[];
  /** Lets time run, from now; until then the pages are those of the beginning. Again does nothing. */
  play(): void;
};

/** Plays from `fromSeconds` of the recording on; closed after the test. */
export async function recordingServer(name: string, fromSeconds: number): Promise<RecordingServer> {
  const recording = await readRecording(recordingPath(name));
  if (!recording.ok) throw new Error(recording.failure);
  const { scrapes } = recording.value;
  let playedSince: number | null = null;
  const server = http.createServer((request, response) => {
    const playedMs = playedSince === null ? 0 : performance.now() - playedSince;
    const replica = Number(request.url?.slice(1));
    const text = pageAt(scrapes.get(replica) ?? [], fromSeconds * 1000 + playedMs);
    if (text === null) hangUp(request.socket);
    else response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    address: `127.0.0.1:${address.port}`,
    replicas: [...scrapes.keys()],
    play: () => {
      playedSince ??= performance.now();
    },
  };
}

/** The page stands until the next one was recorded; null where the recording met nobody. */
function pageAt(scrapes: readonly RecordedScrape[], timeMs: number): string | null {
  return scrapes.findLast(({ t }) => t <= timeMs)?.text ?? null;
}

function hangUp(socket: Socket): void {
  socket.destroy();
}
