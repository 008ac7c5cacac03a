// Every kustomization of deploy/: rendered by real kubectl, taken by a real API server that refuses what it does not know,
// and nothing for lint to find, neither in the files nor in what they come to.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runLint } from "../../../src/cli/lint.ts";
import { formatIssue } from "../../../src/domain/issue.ts";
import { lintFiles } from "../../../src/lint/lint-files.ts";
import { ROOT } from "../../architecture/source-files.ts";
import {
  fetchedKubectl,
  kustomizations,
  renderedObjects,
  renderedText,
  unusedComponents,
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

describe("deploy", () => {
  test("has nothing that lint would find, in any file", async () => {
    const lines: string[] = [];
    const output = { stdout: (text: string) => lines.push(text), stderr: (text: string) => lines.push(text) };
    const exit = await runLint({ paths: [`${ROOT}deploy`, `${ROOT}policies`], strict: true }, output);
    expect(lines.join("")).toMatch(/^\d+ files, 0 errors, 0 warnings\n$/);
    expect(exit).toBe(0);
  });

  test("uses each of its components", () => {
    expect(unusedComponents()).toEqual([]);
  });
});

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "kustomizations"}`, () => {
  let plane: ControlPlane | null = null;

  beforeAll(async () => {
    plane = await ControlPlane.start({ controllers: false });
    await installKinds(plane.api, "v2.21.0");
    await installKinds(plane.api, "kinds");
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
