import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { channelSchema } from '../../lib/contract/documents/publication';
import { CHANNELS, channelParameters, revisionParameters } from '../../lib/contract/names/parameters';
import { checkTemplate } from '../../lib/core/aws-rules/check-template';
import { publicationAt } from '../support/pipeline-description';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'consume.md'), 'utf8');
const PATH = '/winbake/2022-core';

function snippet(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(PAGE) ?? [];
  return text ?? '';
}

/** Every parameter of a pipeline that a page names. */
const named = [...PAGE.matchAll(/\/winbake\/2022-core\/[a-z-]+\/[a-z-]+/g)].map(([name]) => name);

test('its snippets name parameters that a pipeline writes', () => {
  const written = CHANNELS.flatMap((channel) => Object.values(channelParameters(PATH, channel)));
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((name) => !written.includes(name))).toEqual([]);
  expect(snippet('hcl')).toContain(channelParameters(PATH, 'current').publication);
});

test('the table is the contract: a name that changes is a new version', () => {
  const below = (name: string) => name.slice(PATH.length + 1);
  for (const name of Object.values(channelParameters(PATH, 'current'))) {
    expect(PAGE).toContain(`\`${below(name)}\``);
  }
  expect(below(revisionParameters(PATH, 20348, 4294).amiId)).toBe('by-revision/20348.4294/ami-id');
  expect(PAGE).toContain('`by-revision/<build>.<revision>`');
  const fields = Object.keys(channelSchema.parse(publicationAt(4294, '2025-10-14T22:00:00.000Z')));
  expect(fields.filter((field) => !PAGE.includes(`\`${field}\``))).toEqual([]);
});

test('the template is one that CloudFormation, EC2 and Auto Scaling take by the rules that are known', () => {
  const template = snippet('yaml');
  const { Resources } = parse(template, { logLevel: 'silent' }) as {
    Resources: Record<string, { Type: string; Properties: { LaunchTemplateData?: { ImageId: string } } }>;
  };
  expect(Object.values(Resources).map(({ Type }) => Type)).toEqual([
    'AWS::EC2::LaunchTemplate',
    'AWS::AutoScaling::AutoScalingGroup',
  ]);
  expect(Resources['Template']?.Properties.LaunchTemplateData?.ImageId).toBe(
    `resolve:ssm:${channelParameters(PATH, 'current').amiId}`,
  );
  expect(checkTemplate(template)).toEqual([]);
});
