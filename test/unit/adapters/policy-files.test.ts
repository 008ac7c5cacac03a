// Policies from a directory: which files count, and that changes are seen however they are made.

import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { PolicyFiles } from "../../../src/adapters/policy-files.ts";
import type { PolicySet } from "../../../src/domain/policy-set.ts";
import { type Millis, millis, minutes } from "../../../src/domain/units.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

/** Remembers readings as `file:content` instead of parsing them. */
function policyFiles(
  directory: string,
  { pollInterval = minutes(5) }: { readonly pollInterval?: Millis } = {},
) {
  const readings: string[][] = [];
  const problems: string[] = [];
  const source = new PolicyFiles({
    directory,
    load(files): PolicySet {
      readings.push(files.map(({ file, bytes }) => `${file}:${Buffer.from(bytes).toString("utf8")}`));
      return { policies: [], rejected: [], warnings: [] };
    },
    onProblem: (problem) => problems.push(problem),
    debounce: millis(5),
    pollInterval,
  });
  return { source, readings, problems };
}

/** Reads, then watches; the first reading is left out. */
async function watching(directory: string, options: { readonly pollInterval?: Millis } = {}) {
  const files = policyFiles(directory, options);
  await files.source.read();
  files.readings.length = 0;
  let changes = 0;
  const stop = files.source.watch(() => changes++);
  onTestFinished(stop);
  return { ...files, stop, changes: () => changes };
}

describe("reading", () => {
  test("takes *.yaml and *.yml without dot names, sorted, and no directories or dead links", async () => {
    const directory = await temporaryDirectory();
    for (const name of ["b.yml", "a.yaml", ".hidden.yaml", "notes.txt", "c.yaml~", "Z.yaml"]) {
      await writeFile(join(directory, name), name);
    }
    await mkdir(join(directory, "folder.yaml"));
    await symlink("/nowhere", join(directory, "dead.yaml"));
    const { source, readings } = policyFiles(directory);
    await source.read();
    expect(readings).toEqual([["Z.yaml:Z.yaml", "a.yaml:a.yaml", "b.yml:b.yml"]]);
  });

  test("reads of a huge file one byte more than is allowed", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "huge.yaml"), "x".repeat(400_000));
    const { source, readings } = policyFiles(directory);
    await source.read();
    expect(readings[0]?.[0]?.length).toBe("huge.yaml:".length + 256 * 1024 + 1);
  });

  test("names a directory that cannot be read", async () => {
    const { source } = policyFiles("/nowhere/policies");
    await expect(source.read()).rejects.toThrow(
      /^cannot read the policy directory \/nowhere\/policies: ENOENT/,
    );
  });
});

describe("watching", () => {
  test.each([
    {
      name: "an added file",
      act: (path: string) => writeFile(join(path, "b.yaml"), "b"),
      want: ["a.yaml:1", "b.yaml:b"],
    },
    {
      name: "an edit in place",
      act: (path: string) => writeFile(join(path, "a.yaml"), "2"),
      want: ["a.yaml:2"],
    },
    {
      name: "an editor's replacement",
      async act(path: string) {
        await writeFile(join(path, ".a.swp"), "3");
        await rename(join(path, ".a.swp"), join(path, "a.yaml"));
      },
      want: ["a.yaml:3"],
    },
    { name: "the last file's removal", act: (path: string) => unlink(join(path, "a.yaml")), want: [] },
  ])("sees $name", async ({ act, want }) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "a.yaml"), "1");
    const { readings, changes } = await watching(directory);
    await act(directory);
    await until(() => changes() > 0, "the change");
    expect(readings.at(-1)).toEqual(want);
  });

  test("sees three swaps of a ConfigMap's ..data link, old directories removed", async () => {
    const directory = await temporaryDirectory();
    const swap = async (generation: number): Promise<void> => {
      await mkdir(join(directory, `..v${generation}`));
      await writeFile(join(directory, `..v${generation}`, "a.yaml"), `${generation}`);
      await symlink(`..v${generation}`, join(directory, "..data_tmp"));
      await rename(join(directory, "..data_tmp"), join(directory, "..data"));
      await rm(join(directory, `..v${generation - 1}`), { recursive: true, force: true });
    };
    await swap(0);
    await symlink("..data/a.yaml", join(directory, "a.yaml"));
    const { readings } = await watching(directory);
    for (const generation of [1, 2, 3]) {
      await swap(generation);
      await until(() => readings.at(-1)?.[0] === `a.yaml:${generation}`, `swap ${generation}`);
    }
    expect(readings.at(-1)).toEqual(["a.yaml:3"]);
  });

  test("takes a file that is written in pieces only when it has come to rest", async () => {
    const directory = await temporaryDirectory();
    const { readings } = await watching(directory);
    const whole = "line\n".repeat(2000);
    const file = join(directory, "slow.yaml");
    for (let length = 0; length < whole.length; length += 500) {
      await writeFile(file, whole.slice(length, length + 500), { flag: "a" });
    }
    await until(() => readings.length > 0, "the file");
    await until(() => readings.at(-1)?.[0] === `slow.yaml:${whole}`, "the whole file");
  });

  test("says nothing where the content stays the same", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "a.yaml"), "1");
    const { readings, changes } = await watching(directory);
    await writeFile(join(directory, "a.yaml"), "1");
    await writeFile(join(directory, "notes.txt"), "not a policy");
    await writeFile(join(directory, "b.yaml"), "2");
    await until(() => changes() > 0, "the change that counts");
    expect(readings).toEqual([["a.yaml:1", "b.yaml:2"]]);
  });

  test("keeps what it has while the directory is away, says so once, and sees it come back", async () => {
    const directory = join(await temporaryDirectory(), "policies");
    await mkdir(directory);
    await writeFile(join(directory, "a.yaml"), "1");
    const { readings, problems } = await watching(directory, { pollInterval: millis(5) });
    await rename(directory, `${directory}.away`);
    await until(() => problems.length > 0, "the problem");
    expect(readings).toEqual([]);
    await mkdir(directory);
    await writeFile(join(directory, "a.yaml"), "2");
    await until(() => readings.at(-1)?.[0] === "a.yaml:2", "the new directory");
    expect(problems).toEqual([expect.stringMatching(/^cannot read the policy directory/)]);
  });
});
