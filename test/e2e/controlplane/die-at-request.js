// Loaded into the service by `--import`: it dies, as by kill -9, before its first request of this method whose path ends so
// is sent, or when the API server has done what it asks. The hash says which: `before,PUT,/scale`.

import https from "node:https";

const [moment, method, ending] = new URL(import.meta.url).hash.slice(1).split(",");
const { request } = https;

function die() {
  process.kill(process.pid, "SIGKILL");
  // The signal comes when the kernel likes; nothing may be sent until then.
  for (;;);
}

https.request = (url, options) => {
  const isMeant = options?.method === method && new URL(url).pathname.endsWith(ending);
  if (isMeant && moment === "before") die();
  const sent = request(url, options);
  if (isMeant) sent.once("response", die);
  return sent;
};
