/** What becomes of a family that is still behind the others when the longest wait is over. */
export enum LatePolicy {
  /** The bake starts with the family's previous image, and says so. */
  USE_PREVIOUS = 'usePrevious',
  /** No bake starts until an operator has decided. */
  STOP = 'stop',
}
