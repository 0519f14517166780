/** A moving pointer to one of a pipeline's publications. */
export enum AmiChannel {
  /** What was verified last. */
  LATEST = 'latest',
  /** What fleets should run. */
  CURRENT = 'current',
  /** What fleets ran before. */
  PREVIOUS = 'previous',
}
