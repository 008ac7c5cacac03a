// The exporters of a fleet in one process: a Triton page for each pod, and kube-state-metrics. Port over IPC.

import { createServer } from "node:http";
import { podPage, replicasPage } from "./pages.ts";

const [policies, pastSeconds] = [Number(process.argv[2]), Number(process.argv[3])];
const startedMs = performance.now();

const server = createServer(({ url = "" }, response) => {
  const [, kind = "", policy = "0", pod = "0"] = url.split("/");
  const seconds = pastSeconds + (performance.now() - startedMs) / 1000;
  response.setHeader("content-type", "text/plain; version=0.0.4");
  response.end(kind === "pods" ? podPage(Number(policy), Number(pod), seconds) : replicasPage(policies));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : null });
});
process.on("disconnect", () => process.exit(0));
