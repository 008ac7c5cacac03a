// Loaded into the service by `--import`: at SIGUSR2 it does to the event loop what a fault of ours would.

const what = new URL(import.meta.url).hash.slice(1);

process.on("SIGUSR2", () => {
  if (what === "reject") void Promise.reject(new Error("nobody handles this"));
  if (what === "throw")
    setImmediate(() => {
      throw new Error("nobody catches this");
    });
  if (what === "hoard") {
    const hoard = [];
    for (;;) hoard.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
  }
  if (what === "stall") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
});
