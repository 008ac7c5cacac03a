// The committed types are those that the generator makes of the protocol today.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const OPTIONS = "--longs=Number --enums=String --defaults --arrays --oneofs --grpcLib=@grpc/grpc-js";

test("generating again gives the committed files", async () => {
  const made = await mkdtemp(join(tmpdir(), "tidemark-generated-"));
  onTestFinished(() => rm(made, { recursive: true }));
  const options = [...OPTIONS.split(" "), "--importFileExtension=.ts", `--outDir=${made}`];
  const generator = join(ROOT, "node_modules/.bin/proto-loader-gen-types");
  await promisify(execFile)(generator, [...options, "protos/externalscaler.proto"], { cwd: ROOT });
  expect(await filesOf(join(ROOT, "src/keda/generated"))).toEqual(await filesOf(made));
});

async function filesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(".ts"))
    .toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}
