// Time of one core, so that what else a shared machine does is not measured.

/** Returns how many seconds of processor time `work` takes, garbage collection in other threads included. */
export function coreSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}
