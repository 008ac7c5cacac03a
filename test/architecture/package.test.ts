// The manifest and its lock: exact versions, and a lock that `npm ci` takes on every platform.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { VERSION } from "../../src/domain/version.ts";
import { ROOT } from "./source-files.ts";

type Names = Readonly<Record<string, string>>;
type Manifest = {
  readonly version: string;
  readonly engines: Names;
  readonly dependencies: Names;
  readonly devDependencies: Names;
};
type Locked = { readonly version?: string; readonly optionalDependencies?: Names };

const manifest: Manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
const lock: { readonly packages: Readonly<Record<string, Locked & Manifest>> } = JSON.parse(
  readFileSync(`${ROOT}package-lock.json`, "utf8"),
);

describe("the package", () => {
  test("has the version that records carry", () => {
    expect(manifest.version).toBe(VERSION);
  });

  test("pins every package exactly", () => {
    const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test("is locked as the manifest says", () => {
    const { version, engines, dependencies, devDependencies } = lock.packages[""] ?? {};
    expect({ version, engines, dependencies, devDependencies }).toEqual({
      version: manifest.version,
      engines: manifest.engines,
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    });
  });

  test("is locked for every platform: mend it with .ci/complete-lock", () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
