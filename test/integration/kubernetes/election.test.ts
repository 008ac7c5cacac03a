// Leader election and the ConfigMap's checkpoint against an API server that gets in the way.

import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigMapStore } from "../../../src/adapters/kubernetes/config-map-store.ts";
import { LeaseElection, microTime } from "../../../src/adapters/kubernetes/lease-election.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { EPOCH } from "../../support/builders.ts";
import { CONFIG_MAPS, type KubeRig, kubeRig, LEASES, RecordedWaiting } from "../../support/kube-rig.ts";

/** A process that stands for election; it tries when the test says so. */
function candidate({ api, logger }: KubeRig, identity: string) {
  const waiting = new RecordedWaiting();
  const election = new LeaseElection({
    api,
    namespace: "tidemark",
    name: "tidemark",
    identity,
    nowText: () => microTime(EPOCH + waiting.nowMs()),
    waiting,
    logger,
  });
  onTestFinished(() => election.close());
  const changes: boolean[] = [];
  election.onChange((isLeader) => changes.push(isLeader));
  return { election, waiting, changes };
}

const spec = ({ server }: KubeRig): unknown => server.get(LEASES, "tidemark")?.["spec"];

describe("an election", () => {
  test("has one leader; the other one knows who", async () => {
    const rig = await kubeRig();
    const [a, b] = [candidate(rig, "a"), candidate(rig, "b")];
    await a.election.attempt();
    await b.election.attempt();
    expect([a, b].map(({ election }) => [election.isLeader(), election.holder()])).toEqual([
      [true, "a"],
      [false, "a"],
    ]);
    expect(spec(rig)).toEqual({
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-05T00:00:00.000000Z",
      renewTime: "2026-01-05T00:00:00.000000Z",
      leaseTransitions: 0,
    });
  });

  test("both at once: one gets it, and the other sees that it did not", async () => {
    const rig = await kubeRig();
    const [a, b] = [candidate(rig, "a"), candidate(rig, "b")];
    await Promise.all([a.election.attempt(), b.election.attempt()]);
    expect([a, b].filter(({ election }) => election.isLeader()).length).toBe(1);
  });

  test("a leader that is gone is replaced after its time, and not before", async () => {
    const rig = await kubeRig();
    const [a, b] = [candidate(rig, "a"), candidate(rig, "b")];
    await a.election.attempt();
    await b.election.attempt();
    b.waiting.advance(14_999);
    await b.election.attempt();
    expect(b.election.isLeader()).toBe(false);
    b.waiting.advance(1);
    await b.election.attempt();
    expect([b.election.isLeader(), spec(rig)]).toMatchObject([
      true,
      { holderIdentity: "b", leaseTransitions: 1 },
    ]);
    await a.election.attempt();
    expect([a.election.isLeader(), a.changes]).toEqual([false, [true, false]]);
  });

  test("a leader that cannot renew stops before anybody may take over, and leads on if nobody did", async () => {
    const rig = await kubeRig();
    const a = candidate(rig, "a");
    await a.election.attempt();
    rig.server.script({ answer: { kind: "status", status: 503 } });
    a.waiting.advance(9999);
    await a.election.attempt();
    expect(a.election.isLeader()).toBe(true);
    a.waiting.advance(1);
    await a.election.attempt();
    expect([a.election.isLeader(), a.changes]).toEqual([false, [true, false]]);
    expect(rig.lines).toContain("warn the lease cannot be read or written");
    rig.server.clearFaults();
    await a.election.attempt();
    expect([a.election.isLeader(), a.changes, spec(rig)]).toMatchObject([
      true,
      [true, false, true],
      { leaseTransitions: 0 },
    ]);
  });

  test("a leader that ends lets go, and the next one need not wait", async () => {
    const rig = await kubeRig();
    const [a, b] = [candidate(rig, "a"), candidate(rig, "b")];
    await a.election.attempt();
    await b.election.attempt();
    await a.election.close();
    expect(a.election.isLeader()).toBe(false);
    await b.election.attempt();
    expect(b.election.isLeader()).toBe(true);
  });

  test("a lease that somebody deletes is made again", async () => {
    const rig = await kubeRig();
    const a = candidate(rig, "a");
    await a.election.attempt();
    rig.server.remove(LEASES, "tidemark");
    await a.election.attempt();
    expect([a.election.isLeader(), a.election.holder()]).toEqual([true, "a"]);
  });

  test("403: nobody leads, and the log says why", async () => {
    const rig = await kubeRig();
    const a = candidate(rig, "a");
    rig.server.script({ answer: { kind: "status", status: 403, reason: "Forbidden" } });
    await a.election.attempt();
    expect([a.election.isLeader(), a.election.problem]).toEqual([
      false,
      "403: Forbidden: scripted Forbidden",
    ]);
  });
});

describe("a checkpoint in a ConfigMap", () => {
  const states = (lastAnswer: number): ReadonlyMap<string, ScalerState> =>
    new Map([["ai-inference/embedder", { ...initialState(), lastAnswer }]]);
  const answers = (read: ReadonlyMap<string, ScalerState> | null) =>
    [...(read?.values() ?? [])].map((state) => state.lastAnswer);

  const storeOf = ({ api }: KubeRig, mayWrite = () => true) =>
    new ConfigMapStore({ api, namespace: "tidemark", name: "state", mayWrite });

  test("is not there at first, and holds what was saved", async () => {
    const rig = await kubeRig();
    const store = storeOf(rig);
    expect(await store.load()).toEqual({ states: null, problem: null });
    await store.save(states(3));
    await store.save(states(7));
    const { states: read, problem } = await storeOf(rig).load();
    expect([answers(read), problem]).toEqual([[7], null]);
  });

  test("409: another's change is read before it is written over", async () => {
    const rig = await kubeRig();
    const [one, other] = [storeOf(rig), storeOf(rig)];
    await one.save(states(3));
    await other.load();
    await one.save(states(4));
    await other.save(states(7));
    expect(answers((await one.load()).states)).toEqual([7]);
    expect(rig.server.asked.filter(({ verb }) => verb === "update").length).toBe(3);
  });

  test("who ceased to lead over it leaves it alone", async () => {
    const rig = await kubeRig();
    let leads = true;
    const [one, other] = [storeOf(rig), storeOf(rig, () => leads)];
    await one.save(states(3));
    await other.load();
    await one.save(states(4));
    rig.server.script({ verb: "get", times: 1, answer: { kind: "after", done: () => (leads = false) } });
    await other.save(states(7));
    expect(answers((await one.load()).states)).toEqual([4]);
  });

  test("who does not lead writes nothing", async () => {
    const rig = await kubeRig();
    await storeOf(rig, () => false).save(states(7));
    expect(rig.server.asked).toEqual([]);
  });

  test("one that is broken is a problem, not a crash", async () => {
    const rig = await kubeRig();
    rig.server.put(CONFIG_MAPS, { metadata: { name: "state" }, binaryData: { "states.json.gz": "bm8=" } });
    expect(await storeOf(rig).load()).toEqual({
      states: null,
      problem: "checkpoint ConfigMap tidemark/state: incorrect header check",
    });
  });

  test("a fleet that would not fit is kept without its recommendations", async () => {
    const rig = await kubeRig();
    const store = storeOf(rig);
    let random = 1;
    const noise = (): number => {
      random = (random * 48_271) % 2_147_483_647;
      return random;
    };
    const state = (): ScalerState => ({
      ...initialState(),
      lastAnswer: 7,
      recommendations: Array.from({ length: 400 }, () => ({ at: EPOCH, replicas: noise() })),
    });
    const many = new Map(Array.from({ length: 600 }, (_, index) => [`ai/p${index}`, state()]));
    await store.save(many);
    const { states: read } = await store.load();
    const kept = [...(read?.values() ?? [])];
    expect({
      policies: kept.length,
      answers: kept.every(({ lastAnswer }) => lastAnswer === 7),
      recommendations: kept.reduce((sum, { recommendations }) => sum + recommendations.length, 0),
    }).toEqual({ policies: 600, answers: true, recommendations: 0 });
    const size = JSON.stringify(rig.server.get(CONFIG_MAPS, "state")).length;
    expect(size).toBeLessThan(1_048_576);
  });
});
