// What a request plane must do, told event by event in the plainest code, for comparison request by request.

import type { Balancer, ModelScenario } from "../../src/domain/scenario.ts";
import type { RandomStream } from "../../src/simulator/random/random-stream.ts";
import { drawSpan } from "../../src/simulator/random/span-draw.ts";
import type { OracleRequest } from "./oracle-batch.ts";
import { OracleServer } from "./oracle-server.ts";
import type { Arrival } from "./request-plane-rig.ts";

/** Servers are meant by the order in which they were added. */
export type PlaneAction = { readonly at: number } & (
  | { readonly kind: "add" }
  | { readonly kind: "drain" | "remove"; readonly server: number }
  | { readonly kind: "slow"; readonly factor: number }
);

export type OracleSystem = {
  readonly models: readonly ModelScenario[];
  readonly arrivals: readonly (readonly Arrival[])[];
  readonly actions: readonly PlaneAction[];
  readonly balancer: Balancer;
  readonly balancerRandom: RandomStream;
  readonly serviceRandom: (server: number) => RandomStream;
};

type World = {
  readonly system: OracleSystem;
  readonly servers: OracleServer[];
  ready: OracleServer[];
  waiting: OracleRequest[];
  slowdown: number;
  lastChosen: number;
  readonly connections: { server: OracleServer | null; endsAt: number }[];
};

/** Returns every request in order of arrival, with what became of it when nothing happens any more. */
export function playOracle(system: OracleSystem): readonly OracleRequest[] {
  const connections = Array.from({ length: system.balancer.pinned?.connections ?? 0 }, () => ({
    server: null,
    endsAt: 0,
  }));
  const world: World = {
    system,
    servers: [],
    ready: [],
    waiting: [],
    slowdown: 1,
    lastChosen: -1,
    connections,
  };
  const requests = system.arrivals
    .flatMap((arrivals, model) => arrivals.map(({ at, batch }) => requestOf(at, model, batch)))
    .sort((one, other) => one.at - other.at || one.model - other.model);
  const inputs = [
    ...requests.map((request) => ({ at: request.at, order: 1, run: () => arrive(world, request) })),
    ...system.actions.map((action) => ({ at: action.at, order: 0, run: () => act(world, action) })),
  ].sort((one, other) => one.at - other.at || one.order - other.order);
  for (const input of inputs) {
    serveUntil(world, input.at);
    input.run();
  }
  serveUntil(world, Number.MAX_VALUE);
  return requests;
}

function serveUntil({ servers }: World, until: number): void {
  for (;;) {
    const next = Math.min(Number.POSITIVE_INFINITY, ...servers.map((server) => server.nextEventAt()));
    if (next > until) return;
    for (const server of servers) if (server.nextEventAt() === next) server.step(next);
  }
}

function arrive(world: World, request: OracleRequest): void {
  const server = route(world, request.at);
  if (server === undefined) world.waiting.push(request);
  else server.arrive(request, request.at);
}

function act(world: World, action: PlaneAction): void {
  if (action.kind === "slow") {
    world.slowdown = action.factor;
    for (const server of world.servers) for (const model of server.models) model.slowdown = action.factor;
    return;
  }
  if (action.kind === "add") {
    add(world, action.at);
    return;
  }
  const server = world.servers[action.server];
  world.ready = world.ready.filter((ready) => ready !== server);
  for (const connection of world.connections) if (connection.server === server) connection.server = null;
  if (action.kind === "remove") server?.fail();
}

function add(world: World, now: number): void {
  const id = world.servers.length;
  const server = new OracleServer(id, world.system.models, world.system.serviceRandom(id));
  for (const model of server.models) model.slowdown = world.slowdown;
  world.servers.push(server);
  world.ready.push(server);
  for (const request of world.waiting) {
    serveUntil(world, now);
    server.arrive(request, now);
  }
  world.waiting = [];
}

function route(world: World, now: number): OracleServer | undefined {
  const { pinned } = world.system.balancer;
  const random = world.system.balancerRandom;
  if (world.ready.length === 0) return undefined;
  if (pinned === null) return choose(world);
  const connection = world.connections[random.below(pinned.connections)];
  if (connection === undefined) throw new Error("no such connection");
  if (connection.server === null || now >= connection.endsAt) {
    connection.server = choose(world);
    connection.endsAt = now + drawSpan(pinned.lifetime, random);
  }
  return connection.server;
}

function choose(world: World): OracleServer {
  const random = world.system.balancerRandom;
  const servers = [...world.ready].sort((one, other) => one.id - other.id);
  const chosen = ((): OracleServer | undefined => {
    switch (world.system.balancer.kind) {
      case "roundRobin":
        return servers.find(({ id }) => id > world.lastChosen) ?? servers[0];
      case "random":
        return servers[random.below(servers.length)];
      case "leastOutstanding": {
        const least = Math.min(...servers.map(({ requests }) => requests.length));
        const equals = servers.filter(({ requests }) => requests.length === least);
        return equals.length === 1 ? equals[0] : equals[random.below(equals.length)];
      }
      case "powerOfTwo": {
        const pairs = servers.flatMap((one) =>
          servers.filter((other) => other !== one).map((other) => [one, other] as const),
        );
        const [one, other] = pairs.length === 0 ? [servers[0]] : (pairs[random.below(pairs.length)] ?? []);
        return other !== undefined && other.requests.length < (one?.requests.length ?? 0) ? other : one;
      }
    }
  })();
  if (chosen === undefined) throw new Error("nothing to choose from");
  world.lastChosen = chosen.id;
  return chosen;
}

function requestOf(at: number, model: number, batch: number): OracleRequest {
  return {
    at,
    model,
    batch,
    server: -1,
    enqueuedAt: Number.NaN,
    startedAt: Number.NaN,
    finishedAt: Number.NaN,
    executedBatch: batch,
    status: "unfinished",
  };
}
