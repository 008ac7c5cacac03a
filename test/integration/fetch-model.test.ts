// The script that brings models to a Triton of deploy/: all of what was checked, or nothing.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Archive,
  archiveOf,
  fetchModel,
  type ModelStore,
  startStore,
  TOOLS_MISSING,
} from "../support/fetch-model.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const CONFIG = 'name: "resnet50"\n';

describe.skipIf(TOOLS_MISSING)(
  `fetch-model.sh${TOOLS_MISSING ? ": curl, sha256sum or tar is missing" : ""}`,
  () => {
    let store: ModelStore | null = null;
    let models = "";
    let archive: Archive = { bytes: Buffer.alloc(0), sha256: "" };

    beforeEach(async () => {
      const directory = await temporaryDirectory();
      const source = join(directory, "source");
      await mkdir(join(source, "resnet50", "1"), { recursive: true });
      await writeFile(join(source, "resnet50", "config.pbtxt"), CONFIG);
      archive = archiveOf(source, directory);
      models = await mkdtemp(join(directory, "models-"));
    });

    afterEach(() => {
      store?.close();
      store = null;
    });

    const config = (): string => readFileSync(join(models, "repository", "resnet50", "config.pbtxt"), "utf8");

    test("puts the repository in its place, and leaves nothing else", async () => {
      store = await startStore(archive.bytes);
      const { code, text } = await fetchModel(store, archive.sha256, models);
      expect([code, text]).toEqual([0, `${models}/archive: OK\n`]);
      expect(store.asked).toEqual([`/sha256/${archive.sha256}.tar.gz`]);
      expect(readdirSync(models)).toEqual(["repository"]);
      expect(readdirSync(join(models, "repository", "resnet50")).sort()).toEqual(["1", "config.pbtxt"]);
      expect(config()).toBe(CONFIG);
    });

    test("leaves no repository where the checksum is another one, and says so", async () => {
      store = await startStore(Buffer.from("something else"));
      const { code, text } = await fetchModel(store, archive.sha256, models);
      expect(code).not.toBe(0);
      expect(text).toContain("/archive: FAILED");
      expect(existsSync(join(models, "repository"))).toBe(false);
    });

    test("asks again while the store is busy", async () => {
      store = await startStore(archive.bytes, [503, 429]);
      const { code } = await fetchModel(store, archive.sha256, models);
      expect(code).toBe(0);
      expect(store.asked.length).toBe(3);
      expect(config()).toBe(CONFIG);
    });

    test("fails at once where the store has no such archive", async () => {
      store = await startStore(null);
      const { code, text } = await fetchModel(store, archive.sha256, models);
      expect(code).not.toBe(0);
      expect(text).toContain("404");
      expect(store.asked.length).toBe(1);
      expect(readdirSync(models)).not.toContain("repository");
    });

    test("begins anew where an earlier attempt was cut off, whatever it left", async () => {
      await mkdir(join(models, "unpacked", "half"), { recursive: true });
      await mkdir(join(models, "repository", "old"), { recursive: true });
      await writeFile(join(models, "archive"), "half of it");
      store = await startStore(archive.bytes);
      const { code } = await fetchModel(store, archive.sha256, models);
      expect(code).toBe(0);
      expect(readdirSync(models)).toEqual(["repository"]);
      expect(readdirSync(join(models, "repository"))).toEqual(["resnet50"]);
    });
  },
);
