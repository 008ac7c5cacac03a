// The objects that we ship as they are, taken by a real API server that refuses what it does not know.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { filesBelow, ROOT } from "../../architecture/source-files.ts";
import { programsMissing } from "./built-programs.ts";
import { ControlPlane } from "./control-plane.ts";
import { installKinds } from "./kinds.ts";
import { type Manifest, postStrict } from "./post-strict.ts";

const MISSING = programsMissing(["kubernetes", "kinds", "v2.21.0"]);
/** What only kustomize and our own service read. */
const NOT_FOR_CLUSTERS = /^(kustomize\.config\.k8s\.io|tidemark\.dev)\//;

/** Every document in plain YAML below deploy/ that is an object of a cluster, with its file. */
function shipped(): readonly { readonly file: string; readonly manifest: Manifest }[] {
  const files = filesBelow("deploy", ".yaml").filter((file) => !/\/(templates|tests)\//.test(file));
  return files.flatMap((file) => {
    const documents = parseAllDocuments(readFileSync(`${ROOT}${file}`, "utf8"));
    const manifests = documents.map((document) => document.toJS() as Partial<Manifest> | null);
    return manifests.flatMap((manifest) => {
      const isObject = manifest?.apiVersion !== undefined && manifest.kind !== undefined;
      if (!isObject || NOT_FOR_CLUSTERS.test(manifest.apiVersion ?? "")) return [];
      return [{ file, manifest: manifest as Manifest }];
    });
  });
}

describe.skipIf(MISSING !== null)(`test/e2e/controlplane: ${MISSING ?? "strict posting"}`, () => {
  let plane: ControlPlane | null = null;

  const api = () => {
    if (plane === null) throw new Error("no API server");
    return plane.api;
  };

  beforeAll(async () => {
    plane = await ControlPlane.start({ controllers: false });
    await installKinds(plane.api, "v2.21.0");
    await installKinds(plane.api, "kinds");
  });

  afterAll(async () => {
    await plane?.close({ failed: false });
  });

  test("takes every manifest of deploy/ without a warning", async () => {
    const found = shipped();
    expect(found.length).toBeGreaterThan(8);
    const verdicts: unknown[] = [];
    for (const { file, manifest } of found) {
      const { refusal, warnings } = await postStrict(api(), manifest);
      if (refusal !== null || warnings.length > 0) verdicts.push({ file, refusal, warnings });
    }
    expect(verdicts).toEqual([]);
  });

  test.each([
    {
      name: "an unknown field",
      manifest: { apiVersion: "v1", kind: "Service", spec: { prots: [] } },
      refusal: 'unknown field "spec.prots"',
    },
    {
      name: "an unknown field of another's kind",
      manifest: {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        spec: { scaleTargetRef: { name: "a" }, triggers: [], polingInterval: 3 },
      },
      refusal: 'unknown field "spec.polingInterval"',
    },
    {
      name: "a kind that is not there",
      manifest: { apiVersion: "keda.sh/v1", kind: "ScaledObject" },
      refusal: "no kind ScaledObject in keda.sh/v1",
    },
  ])("refuses $name", async ({ manifest, refusal }) => {
    const verdict = await postStrict(api(), { ...manifest, metadata: { name: "refused" } });
    expect(verdict.refusal).toContain(refusal);
  });
});
