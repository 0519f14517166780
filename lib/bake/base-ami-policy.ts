/** Whether a newer base AMI is a reason to bake. */
export enum BaseAmiPolicy {
  /** The next bake takes it, whatever causes that bake. */
  WITH_NEXT_BAKE = 'withNextBake',
  /** It causes a bake of its own. */
  AT_ONCE = 'atOnce',
}
