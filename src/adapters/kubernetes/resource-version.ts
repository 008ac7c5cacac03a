// Which of two states of the cluster is the later one, by their resource versions.

const DECIMAL = /^[1-9][0-9]{0,63}$/;

/**
 * Returns whether `version` is older than `than`. Versions of the API server are decimal numbers that grow; of any
 * other text nothing can be told, and it counts as not older.
 */
export function isOlder(version: string | null, than: string | null): boolean {
  if (version === null || than === null || !DECIMAL.test(version) || !DECIMAL.test(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

/** Returns the later of the two versions; null counts as none. */
export function later(one: string | null, other: string | null): string | null {
  if (one === null) return other;
  return other === null || isOlder(other, one) ? one : other;
}
