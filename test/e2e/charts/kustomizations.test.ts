// Every kustomization of deploy/: rendered by real kubectl, taken by a real API server that refuses what it does not know,
// and nothing for lint to find in it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatIssue } from "../../../src/domain/issue.ts";
import { lintFiles } from "../../../src/lint/lint-files.ts";
import {
  fetchedKubectl,
  kustomizations,
  renderedObjects,
  renderedText,
} from "../../support/kustomizations.ts";
import { programsMissing } from "../controlplane/built-programs.ts";
import { ControlPlane } from "../controlplane/control-plane.ts";
import { installKinds } from "../controlplane/kinds.ts";
import { postStrict } from "../controlplane/post-strict.ts";

const KUBECTL = fetchedKubectl();
const FOLDERS = kustomizations();

function missing(): string | null {
  const programs = programsMissing(["kubernetes", "kinds", "v2.21.0"]);
  if (KUBECTL !== null) return programs;
  const reason = "no kubectl; .ci/install-helm fetches it";
  if (process.env["CI"] === "true") throw new Error(reason);
  return reason;
}
const MISSING = missing();

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "kustomizations"}`, () => {
  let plane: ControlPlane | null = null;

  beforeAll(async () => {
    plane = await ControlPlane.start({ controllers: false });
    await installKinds(plane.api, "v2.21.0");
    await installKinds(plane.api, "kinds");
    // Both say, as a warning, what of a workload a restricted namespace would refuse in its pods.
    for (const folder of ["deploy/service", "deploy/triton"]) {
      const objects = renderedObjects(renderedText(KUBECTL ?? "", folder));
      for (const object of objects.filter(({ kind }) => kind === "Namespace"))
        await postStrict(plane.api, object);
    }
  });

  test("a pod that would run as root is warned of", async () => {
    if (plane === null) throw new Error("no API server");
    const labels = { app: "root" };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "a:1" }] } },
    };
    const metadata = { name: "root", namespace: "ai-inference" };
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
    const { warnings } = await postStrict(plane.api, deployment);
    expect(warnings.join()).toContain("runAsNonRoot");
  });

  afterAll(async () => {
    await plane?.close({ failed: false });
  });

  test.each(FOLDERS)("%s renders, its objects are taken, and lint finds nothing in them", async (folder) => {
    if (plane === null) throw new Error("no API server");
    const text = renderedText(KUBECTL ?? "", folder);
    const objects = renderedObjects(text);
    expect(objects.length).toBeGreaterThan(0);
    const verdicts: unknown[] = [];
    for (const object of objects) {
      const { refusal, warnings } = await postStrict(plane.api, object);
      if (refusal !== null || warnings.length > 0)
        verdicts.push({ object: `${object.kind} ${object.metadata.name}`, refusal, warnings });
    }
    expect(verdicts).toEqual([]);
    const rendered = { file: `${folder}.yaml`, bytes: new TextEncoder().encode(text) };
    expect(lintFiles([rendered]).map(formatIssue)).toEqual([]);
  });

  test("there are as many as there should be", () => {
    expect(FOLDERS.length).toBeGreaterThanOrEqual(16);
  });
});
