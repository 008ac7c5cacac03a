// The package as a user gets it: packed, installed into an empty folder, and run from there.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VERSION } from "../../../src/domain/version.ts";

const CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tidemark-package-"));

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 240_000 });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

describe("the packed command", () => {
  beforeAll(() => {
    run("npm", ["pack", "--silent", "--pack-destination", folder], CHECKOUT);
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    run("npm", ["install", "--prefer-offline", "--no-audit", join(folder, `tidemark-${VERSION}.tgz`)]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const tidemark = (...args: readonly string[]): string =>
    run(join(folder, "node_modules/.bin/tidemark"), args);

  test("says its version", () => {
    expect(tidemark("--version")).toBe(`${VERSION}\n`);
  });

  test("finds its own example policies in order", () => {
    expect(tidemark("check", "node_modules/tidemark/policies")).toMatch(/^6 files, 0 errors, /m);
  });

  test("plays the demo from what it ships", () => {
    expect(tidemark("demo", "--for", "3s").split("\n").length).toBeGreaterThan(2);
  });

  test("gives the decision to programs", () => {
    const program = 'import { decide, VERSION } from "tidemark"; console.log(typeof decide, VERSION);';
    expect(run("node", ["--input-type=module", "--eval", program])).toBe(`function ${VERSION}\n`);
  });
});
