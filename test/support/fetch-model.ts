// deploy/triton/fetch-model.sh as its init container runs it, and a store of archives for it to fetch from.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { ROOT } from "../architecture/source-files.ts";

/** What the script needs besides a shell; both are in the image of its container. */
export const TOOLS_MISSING = ["curl", "sha256sum", "tar"].some(
  (tool) => spawnSync(tool, ["--version"]).status !== 0,
);

export type ModelStore = {
  /** As MODEL_STORE. */
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): void;
};

export type Archive = { readonly bytes: Buffer; readonly sha256: string };

/** Returns the archive of a folder's content and its checksum. */
export function archiveOf(folder: string, scratch: string): Archive {
  const file = join(scratch, "archive.tar.gz");
  const { status, stderr } = spawnSync("tar", ["-czf", file, "-C", folder, "."], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const bytes = readFileSync(file);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Returns a store that answers every path alike, after these statuses; with none of bytes it has nothing: 404. */
export async function startStore(
  bytes: Buffer | null,
  refusals: readonly number[] = [],
): Promise<ModelStore> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const refusal = refusals[asked.length - 1] ?? (bytes === null ? 404 : null);
    if (refusal === null) response.writeHead(200).end(bytes);
    else response.writeHead(refusal).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/sha256`,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Fetched = { readonly code: number; readonly text: string };

/** Runs the script to its end; `models` is the folder that it fills. */
export async function fetchModel(
  { url }: Pick<ModelStore, "url">,
  sha256: string,
  models: string,
): Promise<Fetched> {
  const env = { PATH: process.env["PATH"], MODEL_STORE: url, MODEL_SHA256: sha256, MODELS: models };
  const child = spawn("sh", [`${ROOT}deploy/triton/fetch-model.sh`], { env });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const [code] = await once(child, "close");
  return { code: Number(code), text };
}
