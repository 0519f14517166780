/** The name that a pipeline's resources in AWS have or begin with. */
export function resourceNameOf(pipeline: string): string {
  return `winbake-${pipeline}`;
}

/** The description of the key that a pipeline makes for AMIs of other accounts; the key's name goes with the stack. */
export function amiKeyDescription(pipeline: string): string {
  return `Winbake ${pipeline}: AMIs that other accounts use`;
}

/** The names of the log groups that Image Builder may make anew after the stack has gone. */
export function logGroupsOf(pipeline: string): readonly string[] {
  const name = resourceNameOf(pipeline);
  return [`/aws/imagebuilder/${name}`, `/aws/imagebuilder/pipeline/${name}`];
}
