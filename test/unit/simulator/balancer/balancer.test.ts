// Where requests go, with each way of choosing and with pinned connections.

import { describe, expect, test } from "vitest";
import type { Balancer as Settings } from "../../../../src/domain/scenario.ts";
import { Balancer } from "../../../../src/simulator/balancer/balancer.ts";
import type { Candidate } from "../../../../src/simulator/balancer/candidate.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";

type Server = { id: number; outstanding: number; nextEventAt: number; advance: Candidate["advance"] };

function serverOf(id: number, outstanding = 0): Server {
  return { id, outstanding, nextEventAt: Number.POSITIVE_INFINITY, advance: () => undefined };
}

function balancerOf(settings: Partial<Settings>, servers: readonly Server[]): Balancer<Server> {
  const balancer = new Balancer<Server>(
    { kind: "roundRobin", pinned: null, ...settings },
    randomStream(1, "balancer"),
  );
  for (const server of servers) balancer.add(server);
  return balancer;
}

function routed(balancer: Balancer<Server>, count: number, now = 0): readonly (number | undefined)[] {
  return Array.from({ length: count }, () => balancer.route(now)?.id);
}

/** How many of 3000 requests each server gets; `taken`: it keeps them. */
function shares(balancer: Balancer<Server>, taken = 0): Readonly<Record<number, number>> {
  const got: Record<number, number> = {};
  for (let request = 0; request < 3000; request += 1) {
    const server = balancer.route(0);
    if (server === undefined) continue;
    server.outstanding += taken;
    got[server.id] = (got[server.id] ?? 0) + 1;
  }
  return got;
}

describe("ways of choosing", () => {
  test("nothing is chosen where nothing is ready", () => {
    expect(balancerOf({}, []).route(0)).toBeUndefined();
  });

  test("round robin goes on after the last one, whoever comes and goes", () => {
    const servers = [0, 1, 2].map((id) => serverOf(id));
    const balancer = balancerOf({}, servers);
    expect(routed(balancer, 4)).toEqual([0, 1, 2, 0]);
    if (servers[1] !== undefined) balancer.remove(servers[1]);
    expect(routed(balancer, 2)).toEqual([2, 0]);
    balancer.add(serverOf(3));
    expect(routed(balancer, 3)).toEqual([2, 3, 0]);
  });

  test("least outstanding chooses any of those that have least", () => {
    const got = shares(
      balancerOf({ kind: "leastOutstanding" }, [serverOf(0, 2), serverOf(1, 1), serverOf(2, 1)]),
    );
    expect(Object.keys(got)).toEqual(["1", "2"]);
    expect(Math.abs((got[1] ?? 0) - 1500)).toBeLessThan(120);
  });

  test("least outstanding keeps servers equal that keep what they get", () => {
    const servers = [serverOf(0, 10), serverOf(1), serverOf(2)];
    shares(balancerOf({ kind: "leastOutstanding" }, servers), 1);
    const kept = servers.map(({ outstanding }) => outstanding).toSorted((one, other) => one - other);
    expect(kept).toEqual([1003, 1003, 1004]);
  });

  test("the better of two never is the worst of all, and of equals any", () => {
    const balancer = balancerOf({ kind: "powerOfTwo" }, [serverOf(0, 5), serverOf(1, 1), serverOf(2, 1)]);
    const got = shares(balancer);
    expect(got[0]).toBeUndefined();
    expect(Math.abs((got[1] ?? 0) - 1500)).toBeLessThan(120);
  });

  test("chance treats all alike", () => {
    const got = shares(balancerOf({ kind: "random" }, [serverOf(0, 9), serverOf(1), serverOf(2)]));
    for (const count of Object.values(got)) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
});

describe("pinned connections", () => {
  const pinned = { connections: 6, lifetime: { kind: "constant" as const, seconds: 10 } };

  test("stay with their servers: a new one gets nothing until their lifetimes are over", () => {
    const balancer = balancerOf({ pinned }, [serverOf(0), serverOf(1)]);
    expect(new Set(routed(balancer, 100, 0))).toEqual(new Set([0, 1]));
    balancer.add(serverOf(2));
    expect(new Set(routed(balancer, 100, 9.9))).toEqual(new Set([0, 1]));
    expect(new Set(routed(balancer, 100, 10))).toEqual(new Set([0, 1, 2]));
  });

  test("break when their server goes", () => {
    const leaving = serverOf(0);
    const balancer = balancerOf({ pinned }, [leaving, serverOf(1)]);
    routed(balancer, 100);
    balancer.remove(leaving);
    expect(new Set(routed(balancer, 100))).toEqual(new Set([1]));
  });
});
