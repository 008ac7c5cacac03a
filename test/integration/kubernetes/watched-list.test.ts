// A watched list against an API server that does everything it may do wrong: the same end state every time.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";
import { KubernetesApi } from "../../../src/adapters/kubernetes/api-client.ts";
import { clusterAccess } from "../../../src/adapters/kubernetes/cluster-access.ts";
import { textOf } from "../../../src/adapters/kubernetes/json-fields.ts";
import { WatchedList } from "../../../src/adapters/kubernetes/watched-list.ts";
import { after, millis, seconds } from "../../../src/domain/units.ts";
import type { Fault } from "../../support/fake-api-requests.ts";
import { type KubeRig, kubeRig, PODS, pod } from "../../support/kube-rig.ts";
import { until } from "../../support/until.ts";

const named = (name: string) => pod(name, { workload: "triton" });

function watchPods(
  { api, clock, waiting, logger }: KubeRig,
  { idle = seconds(60) } = {},
): WatchedList<string> {
  const read = (object: unknown): string | null => textOf(object, "metadata", "name");
  const list = new WatchedList({ api, path: PODS, read, now: () => clock.now(), waiting, logger, idle });
  onTestFinished(() => list.close());
  return list;
}

const names = (list: WatchedList<string>): string => [...list.items()].sort().join(" ");

/** Pods `a` and `b`, watched. */
async function watched(options: { readonly idle?: ReturnType<typeof seconds> } = {}) {
  const rig = await kubeRig();
  rig.server.put(PODS, named("a"));
  rig.server.put(PODS, named("b"));
  const list = watchPods(rig, options);
  await until(() => rig.server.watching === 1 && names(list) === "a b", "the first list");
  return { ...rig, list };
}

const asks = ({ server }: KubeRig, verb: string): number =>
  server.asked.filter((asked) => asked.verb === verb).length;

describe("a watched list", () => {
  test("follows what is added, changed and deleted", async () => {
    const { server, list } = await watched();
    server.put(PODS, named("c"));
    server.remove(PODS, "a");
    await until(() => names(list) === "b c", "the changes");
  });

  test("takes a list in pages", async () => {
    const rig = await kubeRig();
    for (let index = 0; index < 1201; index += 1) rig.server.put(PODS, named(`p${index}`));
    const list = watchPods(rig);
    await until(() => rig.server.watching === 1, "the watch");
    expect({ pods: [...list.items()].length, lists: asks(rig, "list") }).toEqual({ pods: 1201, lists: 3 });
  });

  test("asks for bookmarks and for an end after some minutes", async () => {
    const { server } = await watched();
    const { query } = server.asked.find(({ verb }) => verb === "watch") ?? {};
    expect(query?.get("allowWatchBookmarks")).toBe("true");
    expect(Number(query?.get("timeoutSeconds"))).toBe(300);
  });

  test("watches on from a bookmark when the watch ends, and misses nothing", async () => {
    const rig = await watched();
    const { server, list } = rig;
    server.bookmark();
    const version = String(server.version);
    server.endWatches();
    server.put(PODS, named("c"));
    await until(() => names(list) === "a b c", "the pod of meanwhile");
    const last = server.asked.findLast(({ verb }) => verb === "watch");
    expect({ from: last?.query.get("resourceVersion"), lists: asks(rig, "list") }).toEqual({
      from: version,
      lists: 1,
    });
  });

  test("a connection that is cut is taken up again", async () => {
    const { server, list } = await watched();
    server.endWatches({ cut: true });
    server.put(PODS, named("c"));
    await until(() => names(list) === "a b c", "the pod of meanwhile");
  });

  test("410: a past that is gone is listed again", async () => {
    const rig = await watched();
    const { server, list } = rig;
    server.script({ verb: "watch", times: 1, answer: { kind: "cut" } });
    server.endWatches();
    await until(() => asks(rig, "watch") === 2, "the watch that fails");
    server.put(PODS, named("c"));
    server.remove(PODS, "a");
    server.compact();
    await until(() => names(list) === "b c", "the new list");
    expect(asks(rig, "list")).toBe(2);
  });

  test("410 in the middle of a watch", async () => {
    const rig = await watched();
    const { server, list } = rig;
    server.compact();
    server.say(PODS, { type: "ERROR", object: { kind: "Status", code: 410, reason: "Gone" } });
    await until(() => asks(rig, "list") === 2 && server.watching === 1, "the new list");
    server.put(PODS, named("c"));
    await until(() => names(list) === "a b c", "the change after it");
  });

  test("a watch that falls silent is given up and begun again", async () => {
    const rig = await watched({ idle: millis(50) });
    rig.server.script({ verb: "watch", times: 1, answer: { kind: "hang" } });
    await until(() => asks(rig, "watch") >= 3 && rig.server.watching >= 1, "watches after the silence");
    expect(rig.lines).toContain("warn the API server cannot be watched; what is known ages");
    rig.server.put(PODS, named("c"));
    await until(() => names(rig.list) === "a b c", "the change after it");
  });

  test("a server that ends every watch at once is not stormed", async () => {
    const rig = await watched();
    rig.server.script({ verb: "watch", answer: { kind: "body", body: "" } });
    rig.server.endWatches();
    await until(() => rig.waiting.waits.length >= 8, "eight waits");
    expect(rig.waiting.waits.slice(0, 8)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  const statuses: readonly { readonly name: string; readonly answer: Fault["answer"] }[] = [
    { name: "403", answer: { kind: "status", status: 403, reason: "Forbidden" } },
    { name: "404", answer: { kind: "status", status: 404, reason: "NotFound" } },
    { name: "500", answer: { kind: "status", status: 500, reason: "InternalError" } },
    { name: "503", answer: { kind: "status", status: 503 } },
    { name: "no answer", answer: { kind: "cut" } },
    { name: "HTML", answer: { kind: "body", body: "<html>" } },
  ];
  test.each(statuses)("$name to lists: says so, and comes back when it is over", async ({ answer }) => {
    const rig = await kubeRig();
    rig.server.put(PODS, named("a"));
    rig.server.script({ verb: "list", times: 3, answer });
    const list = watchPods(rig);
    await list.tried;
    expect({ problem: list.problem !== null, current: list.isCurrentAt(rig.clock.now()) }).toEqual({
      problem: true,
      current: false,
    });
    await until(() => names(list) === "a" && list.problem === null, "the list");
    expect({ problem: list.problem, waits: rig.waiting.waits.slice(0, 3) }).toEqual({
      problem: null,
      waits: [500, 1000, 2000],
    });
    expect(rig.lines).toEqual([
      "warn the API server cannot be watched; what is known ages",
      "info the API server is watched again",
    ]);
  });

  test("429 is left alone for as long as it asks", async () => {
    const rig = await kubeRig();
    rig.server.put(PODS, named("a"));
    rig.server.script({ times: 1, answer: { kind: "status", status: 429, retryAfter: 40 } });
    const list = watchPods(rig);
    await until(() => names(list) === "a", "the list");
    expect(rig.waiting.waits[0]).toBe(44_000);
  });

  test("an older list after a newer one does not bring the past back", async () => {
    const rig = await watched();
    const { server, list } = rig;
    const past = server.list(PODS);
    server.remove(PODS, "a");
    await until(() => names(list) === "b", "the deletion");
    server.compact();
    server.script({ verb: "list", times: 2, answer: { kind: "stale", list: past } });
    server.script({ verb: "watch", times: 1, answer: { kind: "status", status: 410, reason: "Expired" } });
    const seen = new Set<string>();
    list.onChange(() => seen.add(names(list)));
    server.endWatches();
    server.put(PODS, named("c"));
    await until(() => names(list) === "b c" && server.watching === 1, "the newer list");
    expect([...seen]).toEqual(["b c"]);
    expect(rig.lines).toContain("warn an older list than what is known is not taken");
  });

  test("what is not an event ends the watch, not the list", async () => {
    const { server, list } = await watched();
    server.say(PODS, { type: "PARTY" });
    server.put(PODS, named("c"));
    await until(() => names(list) === "a b c", "the change after it");
  });

  test("is current while it is watched, and for a while after", async () => {
    const { server, list, clock } = await watched();
    await until(() => list.isCurrentAt(after(clock.now(), seconds(3600))), "the open watch");
    server.script({ answer: { kind: "status", status: 503 } });
    server.endWatches();
    await until(() => list.problem !== null, "the trouble");
    const lost = clock.now();
    expect([list.isCurrentAt(lost), list.isCurrentAt(after(lost, seconds(16)))]).toEqual([true, false]);
  });
});

describe("requests", () => {
  test("401: a token that was exchanged is read again at once", async () => {
    const rig = await kubeRig();
    const token = join(rig.directory, "token");
    await writeFile(token, "first");
    const file = join(rig.directory, "with-token-file");
    await writeFile(
      file,
      rig.server.kubeconfig(`auth-provider: { name: file, config: { tokenFile: "${token}" } }`),
    );
    const access = clusterAccess(file);
    onTestFinished(() => access.close());
    const api = new KubernetesApi(access);
    rig.server.acceptTokens("first");
    const ask = () => api.request({ method: "GET", path: PODS });
    expect((await ask()).ok).toBe(true);
    rig.server.acceptTokens("second");
    await writeFile(token, "second");
    expect((await ask()).ok).toBe(true);
    expect(rig.server.asked.map(({ authorization }) => authorization)).toEqual([
      "Bearer first",
      "Bearer first",
      "Bearer second",
    ]);
  });

  test("401 for good is a failure, asked twice and no more", async () => {
    const rig = await kubeRig();
    rig.server.acceptTokens("another");
    const answer = await rig.api.request({ method: "GET", path: PODS });
    expect(answer).toMatchObject({ ok: false, failure: { status: 401, reason: "Unauthorized" } });
    expect(rig.server.asked.length).toBe(2);
  });

  test("one that is not answered in time is given up", async () => {
    const rig = await kubeRig();
    rig.server.script({ answer: { kind: "hang" } });
    const answer = await rig.api.request({ method: "GET", path: PODS, timeout: millis(30) });
    expect(answer).toMatchObject({ ok: false, failure: { status: null, reason: "Timeout" } });
  });

  test("are counted by verb and status", async () => {
    const rig = await kubeRig();
    const counts: string[] = [];
    const api = new KubernetesApi(rig.access, (verb, code) => counts.push(`${verb} ${code}`));
    await api.request({ method: "GET", path: PODS });
    rig.server.script({ times: 1, answer: { kind: "status", status: 503 } });
    await api.request({ method: "GET", path: PODS });
    rig.server.script({ times: 1, answer: { kind: "cut" } });
    await api.request({ method: "GET", path: PODS });
    expect(counts).toEqual(["GET 200", "GET 503", "GET 0"]);
  });
});
