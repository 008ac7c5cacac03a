// Laws of the registry and its callers: an invalid update never replaces a good policy, and no namespace sees another's.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Registry } from "../../src/control/registry.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import { instant } from "../../src/domain/units.ts";
import { resolvePolicy } from "../../src/keda/resolve-policy.ts";
import { aPolicy } from "../support/builders.ts";

const NAMES = ["alpha", "beta", "gamma"] as const;
const NAMESPACES = ["team-a", "team-b"] as const;

function loaded(namespace: string, name: string, hash: string): LoadedPolicy {
  const policy = aPolicy({ name, target: { kind: "Deployment", namespace, name: "triton" } });
  return { key: `${namespace}/${name}`, policy, document: {}, hash, file: `${namespace}-${name}.yaml` };
}

/** One reading of the folder: each file is good with some content, invalid, or gone. */
const reading = fc.array(
  fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom(...NAMES),
    content: fc.constantFrom("one", "two", "invalid"),
  }),
  { maxLength: 6 },
);

type Reading = readonly { readonly namespace: string; readonly name: string; readonly content: string }[];

function apply(registry: Registry, files: Reading, at: number): void {
  const last = new Map(files.map((file) => [`${file.namespace}/${file.name}`, file]));
  const good = [...last.values()].filter(({ content }) => content !== "invalid");
  const bad = [...last.values()].filter(({ content }) => content === "invalid");
  registry.apply(
    good.map(({ namespace, name, content }) => loaded(namespace, name, content)),
    {
      rejected: bad.map(({ namespace, name }) => ({ file: `${namespace}-${name}.yaml`, issues: [] })),
      at: instant(at),
    },
  );
}

test("I12: an invalid update never replaces a good policy, and a deleted one still answers", () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 8 }), (readings) => {
      const registry = new Registry();
      const lastGood = new Map<string, string>();
      readings.forEach((files, at) => {
        apply(registry, files, at);
        for (const { namespace, name, content } of new Map(
          files.map((f) => [`${f.namespace}/${f.name}`, f]),
        ).values()) {
          if (content !== "invalid") lastGood.set(`${namespace}/${name}`, content);
        }
        const inForce = registry.entries().map(({ loaded: { key, hash } }) => [key, hash] as const);
        expect(new Map(inForce)).toEqual(lastGood);
      });
    }),
  );
});

test("I16: a caller gets a policy of its own namespace or a refusal that tells nothing of another's", () => {
  const owned = fc.uniqueArray(
    fc.record({ namespace: fc.constantFrom(...NAMESPACES), name: fc.constantFrom(...NAMES) }),
    { selector: ({ namespace, name }) => `${namespace}/${name}` },
  );
  const caller = fc.record({
    namespace: fc.oneof(fc.constantFrom(...NAMESPACES), fc.string()),
    policy: fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom("team-b/alpha", "../team-a/alpha", "")),
    extra: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(owned, caller, (policies, { namespace, policy, extra }) => {
      const registry = new Registry();
      const known = policies.map((one) => loaded(one.namespace, one.name, "one"));
      registry.apply(known, { rejected: [], at: instant(0) });
      const scalerMetadata = { ...extra, policy };
      const found = resolvePolicy(registry, { name: "object", namespace, scalerMetadata });
      const isOwn = policies.some((one) => one.namespace === namespace && one.name === policy);
      expect(found.ok).toBe(isOwn);
      if (found.ok) {
        expect(found.value.loaded.policy.target.namespace).toBe(namespace);
        return;
      }
      const alone = resolvePolicy(new Registry(), { name: "object", namespace, scalerMetadata });
      expect(found.failure.refusal).toEqual(alone.ok ? null : alone.failure.refusal);
    }),
  );
});
