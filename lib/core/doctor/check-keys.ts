import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { fine, wrong, type Check, type CheckResult } from './check-result';

/** Whether the keys of AMIs can be used, and by the other accounts too. */
export const checkKeys: Check = async ({ sight }, description) => {
  const pipeline =
    description.imagePipelineArn === null
      ? undefined
      : await sight.imagePipeline(description.imagePipelineArn);
  const keys = pipeline?.keys ?? [];
  if (keys.length === 0) {
    return [withoutKey(description)];
  }
  const results: CheckResult[] = [];
  for (const { keyId, region } of keys) {
    const check = `key in ${region}`;
    const seen = await sight.keyOf(region, keyId);
    const missing = othersIn(description, region).filter((account) => !seen?.policy.includes(account));
    if (seen?.state !== 'Enabled') {
      results.push(
        wrong(
          check,
          `${keyId} is ${seen?.state ?? 'not there'}: instances of its AMIs cannot start`,
          'Enable the key, or cancel its deletion, in KMS.',
        ),
      );
    } else if (missing.length > 0) {
      results.push(
        wrong(
          check,
          `the policy of ${keyId} does not name ${missing.join(', ')}`,
          'Let the accounts use it: kms:Decrypt, DescribeKey, GenerateDataKeyWithoutPlaintext, ReEncrypt*, CreateGrant.',
        ),
      );
    } else {
      results.push(fine(check, `${keyId} is enabled`));
    }
  }
  return results;
};

function withoutKey(description: PipelineDescription): CheckResult {
  return othersIn(description, description.region).length === 0
    ? fine('key', "the account's default key of EBS, or none")
    : wrong(
        'key',
        'no key is named, and AMIs of the default key cannot be shared with other accounts',
        'Deploy the pipeline again: with accounts it makes a key.',
      );
}

function othersIn({ accounts, ...home }: PipelineDescription, region: string): readonly string[] {
  return [home.region, ...home.regions].includes(region) ? accounts : [];
}
