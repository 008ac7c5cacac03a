// The overlay that docs/DEPLOY.md shows, with policies and ScaledObjects of one's own as the page tells to make them.

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { CHECKOUT, command } from "../support/command-line.ts";
import { anyKubectl, renderedObjects, renderedText } from "../support/kustomizations.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const KUBECTL = anyKubectl();

/** The first document of that kind on the page. */
function shown(kind: string): string {
  const page = readFileSync(join(CHECKOUT, "docs/DEPLOY.md"), "utf8");
  const texts = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
  return texts.find((text) => text.includes(`\nkind: ${kind}\n`)) ?? "";
}

test("the page's overlay renders: its image, its policies, its certificates", async (context) => {
  if (KUBECTL === null) context.skip("kubectl is missing: the page's overlay was not rendered");
  const folder = await temporaryDirectory();
  writeFileSync(join(folder, "kustomization.yaml"), shown("Kustomization"));
  symlinkSync(CHECKOUT, join(folder, "tidemark"));
  cpSync(join(CHECKOUT, "policies"), join(folder, "policies"), { recursive: true });
  cpSync(join(CHECKOUT, "deploy/overlays/mtls/configuration.yaml"), join(folder, "configuration.yaml"));
  const own = join(folder, "scaled-objects");
  mkdirSync(own);
  const { code } = await command("render", join(folder, "policies"), "--out", own);
  expect(code).toBe(0);
  writeFileSync(join(own, "kustomization.yaml"), stringify({ resources: readdirSync(own) }));

  const objects = renderedObjects(renderedText(KUBECTL ?? "", folder));
  const deployment = JSON.stringify(objects.find(({ kind }) => kind === "Deployment"));
  expect(deployment).toContain('"image":"registry.example.com/tidemark:0.1.0"');
  expect(deployment).toContain('"secretName":"tidemark-server"');
  const scaled = objects.filter(({ kind }) => kind === "ScaledObject");
  expect(scaled.length).toBe(6);
  expect(scaled.every((object) => JSON.stringify(object).includes('"enableTLS":"true"'))).toBe(true);
});
