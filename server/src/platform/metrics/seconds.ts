/** From a statement in memory to a call that a gateway's deadline ends. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Lengths of time are in seconds where Prometheus reads them. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000
}
