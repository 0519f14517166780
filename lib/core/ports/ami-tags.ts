/** The tags of AMIs in this account. */
export interface AmiTags {
  /** Adds tags to an AMI; same keys are replaced. `region` is where the AMI is. */
  tag(region: string, amiId: string, tags: Readonly<Record<string, string>>): Promise<void>;
}
