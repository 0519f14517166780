/**
 * How Step Functions names the errors with which Image Builder refuses a request for what it says; the same request is
 * refused again. What a new role may not do yet is none of them: IAM takes a while to spread.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_StartImagePipelineExecution.html
 */
export const IMAGE_BUILDER_REFUSALS: readonly string[] = [
  'IdempotentParameterMismatchException',
  'InvalidParameterCombinationException',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'InvalidRequestException',
  'InvalidVersionNumberException',
  'ResourceDependencyException',
  'ResourceNotFoundException',
].map((name) => `Imagebuilder.${name}`);

/** Whether an error of a Task state is such a refusal. */
export function isRefusal(error: string | undefined): error is string {
  return error !== undefined && IMAGE_BUILDER_REFUSALS.includes(error);
}
