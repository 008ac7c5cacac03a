// Whether this process is the one of several that acts.

export interface Leadership {
  /** True only while no other process may lead. */
  isLeader(): boolean;
  /** Who leads as far as is known; null = nobody, or unknown. */
  holder(): string | null;
}

/** Of a process that is alone. */
export const soleLeader: Leadership = { isLeader: () => true, holder: () => null };
