// The past of a fleet as blocks of Prometheus, as if it had been scraped all along.

import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { namespaceOf, PODS_EACH, podOf } from "./names.ts";
import { podPage, replicasPage } from "./pages.ts";

const SCRAPE_SECONDS = 15;

/** Writes the last `pastSeconds` of all series that a scrape of the exporter gives into `folder/tsdb`. */
export function writePast({
  policies,
  pastSeconds,
  instance,
  folder,
}: {
  readonly policies: number;
  readonly pastSeconds: number;
  readonly instance: string;
  readonly folder: string;
}): void {
  const file = join(folder, "past.om");
  const out = openSync(file, "w");
  const nowSeconds = Math.floor(Date.now() / 1000);
  for (let ago = pastSeconds; ago >= 0; ago -= SCRAPE_SECONDS) {
    const at = nowSeconds - ago;
    const kubeState = `job="kube-state-metrics",instance="${instance}"`;
    writeSync(out, scraped(replicasPage(policies), kubeState, at));
    for (let index = 0; index < policies * PODS_EACH; index += 1) {
      const [policy, pod] = [Math.floor(index / PODS_EACH), index % PODS_EACH];
      const labels = `job="triton",instance="${instance}",namespace="${namespaceOf(policy)}",pod="${podOf(policy, pod)}"`;
      writeSync(out, scraped(podPage(policy, pod, pastSeconds - ago), labels, at));
    }
  }
  writeSync(out, "# EOF\n");
  closeSync(out);
  const made = spawnSync(
    "promtool",
    ["tsdb", "create-blocks-from", "openmetrics", "--quiet", file, join(folder, "tsdb")],
    { stdio: "ignore" },
  );
  rmSync(file);
  if (made.status !== 0) throw new Error("promtool could not write the past");
}

/** Returns a page's samples with a target's labels and a time, and that the target was up. */
function scraped(page: string, target: string, at: number): string {
  const samples = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const lines = samples.map((line) => `${line.replace("{", `{${target},`)} ${at}`);
  return `${[`up{${target}} 1 ${at}`, ...lines].join("\n")}\n`;
}
