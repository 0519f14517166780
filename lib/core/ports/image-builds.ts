/** What became of one Image Builder execution. */
export interface ImageBuild {
  /** Such as `BUILDING`, `AVAILABLE` or `FAILED`. */
  readonly status: string;
  /** The AMI of each region. */
  readonly amis: Readonly<Record<string, string>>;
  readonly buildInstanceId: string | undefined;
  readonly testInstanceId: string | undefined;
}

/** The executions of Image Builder, by the ARN of the image build version. */
export interface ImageBuilds {
  describe(imageBuildVersionArn: string): Promise<ImageBuild>;
}
