// A copy of the answers gives what the registry gives, and no more than calls need of it.

import { expect, test } from "vitest";
import { PublishedCopy, publishedEntry, publishedRecord } from "../../../src/control/published.ts";
import { Registry } from "../../../src/control/registry.ts";
import { after, seconds } from "../../../src/domain/units.ts";
import { usualPolicy } from "../../support/builders.ts";
import { buildRecord, fillRegistry, loadPolicy, RECORD_AT } from "../../support/registry-builder.ts";

test("a copy holds the published part of every entry, and a new record replaces the one before", () => {
  const registry = fillRegistry(new Registry(), { records: [buildRecord({ replicas: 5 })] });
  const copy = new PublishedCopy();
  const heard: string[] = [];
  const stop = copy.onRecord(({ policy }) => heard.push(policy));
  copy.replace(registry.entries().map(publishedEntry));
  const { name, target, missingData } = usualPolicy();
  const loaded = {
    key: "ai-inference/embedder",
    policy: {
      name,
      target: { namespace: target.namespace },
      missingData: { holdFor: missingData.holdFor },
    },
  };
  const record = {
    at: RECORD_AT,
    policy: "ai-inference/embedder",
    decision: { status: "live", active: true },
    answer: { code: "OK", metricValue: 5 },
    observation: { replicas: { desired: 3 } },
  };
  expect(copy.entry("ai-inference/embedder")).toEqual({ loaded, record, deletedAt: null });
  expect(copy.named("embedder")).toHaveLength(1);
  expect([copy.entry("elsewhere/embedder"), copy.named("other")]).toEqual([null, []]);

  const next = publishedRecord(buildRecord({ replicas: 6, at: after(RECORD_AT, seconds(1)) }));
  copy.publish(next);
  copy.publish({ ...next, policy: "not/known" });
  expect(copy.entry("ai-inference/embedder")?.record).toEqual(next);
  expect(copy.entry("not/known")).toBeNull();
  expect(heard).toEqual(["ai-inference/embedder"]);
  stop();
  copy.replace([]);
  expect(copy.entry("ai-inference/embedder")).toBeNull();
});

test("the registry says when its policies change: at each reading of the files, and when one is forgotten", () => {
  const registry = new Registry();
  let changes = 0;
  const stop = registry.onPolicies(() => {
    changes += 1;
  });
  const loaded = loadPolicy();
  registry.apply([loaded], { rejected: [], at: RECORD_AT });
  registry.apply([], { rejected: [], at: RECORD_AT });
  registry.forget(RECORD_AT);
  expect(changes).toBe(2);
  registry.forget(after(RECORD_AT, loaded.policy.missingData.holdFor));
  expect(changes).toBe(3);
  stop();
  registry.apply([loaded], { rejected: [], at: RECORD_AT });
  expect(changes).toBe(3);
});
