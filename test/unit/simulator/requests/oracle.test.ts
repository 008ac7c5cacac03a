// The request plane against a plain event-by-event account, request by request, on random small systems.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ModelScenario } from "../../../../src/domain/scenario.ts";
import type { RequestPlane } from "../../../../src/simulator/requests/request-plane.ts";
import { REQUEST_STATUSES } from "../../../../src/simulator/requests/request-table.ts";
import { anySystem, plainSystem, play, type System, streams } from "../../../support/arbitrary-planes.ts";
import type { OracleRequest } from "../../../support/oracle-batch.ts";
import { playOracle } from "../../../support/request-oracle.ts";

const CASES = 10_000;
const PLAIN_CASES = 3000;

test("every request meets the same fate at the same time, whatever the batcher, the balancer and the servers", () => {
  fc.assert(
    fc.property(anySystem, (drawn) => {
      const want = playOracle({ ...drawn, ...streams(drawn.seed) });
      expect(rowsOf(play(drawn))).toEqual(want.map((request) => rowOf(request, drawn.models)));
    }),
    { numRuns: CASES },
  );
}, 60_000);

test("so it does where servers are worked out batch by batch, and score and counters are those of every event", () => {
  fc.assert(
    fc.property(plainSystem, (drawn) => {
      const want = playOracle({ ...drawn, ...streams(drawn.seed) });
      const plane = play(drawn);
      expect(rowsOf(plane)).toEqual(want.map((request) => rowOf(request, drawn.models)));
      expect(countedOf(plane, drawn)).toEqual(countedOf(play(drawn, { everyEvent: true }), drawn));
    }),
    { numRuns: PLAIN_CASES },
  );
}, 60_000);

function countedOf(plane: RequestPlane, { actions }: System): object {
  const score = plane.score(0);
  const servers = actions.filter(({ kind }) => kind === "add").map((_, server) => server);
  return {
    counts: score.counts,
    executions: score.executions,
    inferences: score.inferences,
    good: score.good,
    latency: [score.latency.mean()?.toFixed(9), score.latency.max(), score.latency.quantile(0.5)],
    queue: [score.queue.mean()?.toFixed(9), score.queue.max(), score.queue.quantile(0.5)],
    arrivedBySecond: score.arrivedBySecond.slice(0, 30),
    goodBySecond: score.goodBySecond.slice(0, 30),
    p99: score.takeWindowP99(),
    servers: servers.map((server) => [plane.counters(server, 0), plane.busySeconds(server).toFixed(9)]),
    pending: plane.pending(),
  };
}

function rowsOf(plane: RequestPlane): readonly object[] {
  const table = plane.requests();
  return Array.from({ length: table.length }, (_, row) => ({
    at: table.arrivalSeconds[row],
    model: table.model[row],
    server: table.server[row],
    batch: table.batch[row],
    status: REQUEST_STATUSES[table.status[row] ?? 0],
    latency: table.latencySeconds[row],
  }));
}

function rowOf(request: OracleRequest, models: readonly ModelScenario[]): object {
  const overhead = models[request.model]?.service.overheadSeconds ?? 0;
  return {
    at: request.at,
    model: request.model,
    server: request.server,
    batch: request.executedBatch,
    status: request.status,
    latency: request.status === "succeeded" ? request.finishedAt + overhead - request.at : Number.NaN,
  };
}
