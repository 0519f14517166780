import { testWithCfnLint, type LintFinding } from '../support/cfn-lint';
import { faultyApp, checkedApp } from '../support/checked-app';

const { assembly } = checkedApp();
const faulty = faultyApp();

/** What cfn-lint 1.51.0 asks about, and the answer. An answer that is not needed any more fails the test. */
const ANSWERED: readonly {
  readonly rule: string;
  readonly message: RegExp;
  readonly because: string;
}[] = [
  {
    rule: 'E3002',
    message: /\('ImageTags' was unexpected\)/,
    because: 'ImagePipeline has ImageTags since 2026, in the L1 construct and the schema of CloudFormation.',
  },
  {
    rule: 'E3002',
    message: /\('ImageScanningTypes' was unexpected\)/,
    because: 'As ImageTags.',
  },
  {
    rule: 'E3002',
    message: /\('ScanResultCondition' was unexpected\)/,
    because: 'As ImageTags.',
  },
  {
    rule: 'E3601',
    message: /^'arn:\$\{Partition\}:states:::\S+' does not match .* at 'States\/\w+\/Resource'$/,
    because: 'The definition is judged before its substitutions; asl-validator judges it after them.',
  },
  {
    rule: 'W3037',
    message: /^'(start|get)ondemandscan(status)?' is not one of \['associatemember', /,
    because:
      'Inspector has on-demand scans since 2026: its user guide, "Running on-demand machine image scans".',
  },
  {
    rule: 'W3005',
    message: /^'\w+' dependency already enforced by a 'GetAtt' at /,
    because: 'aws-cdk-lib writes dependencies on roles and their policies out.',
  },
  {
    rule: 'W3010',
    message: /^Avoid hardcoding availability zones 'dummy1[ab]'$/,
    because: 'What stands for a poll-up of zones where an app names its account.',
  },
];

function answerTo({ Message, Rule }: LintFinding) {
  return ANSWERED.find(({ message, rule }) => rule === Rule.Id && message.test(Message));
}

testWithCfnLint('cfn-lint asks nothing that no reason answers, and does ask', async (lint) => {
  // One call: it takes longer to start than to judge.
  const stacks = [...assembly.stacks, ...faulty.assembly.stacks];
  const all = await lint(stacks.map(({ templateFullPath }) => templateFullPath));
  const [planted = [], findings = []] = [true, false].map((isPlanted) =>
    all.filter(({ Filename }) => Filename.startsWith(faulty.folder) === isPlanted),
  );
  expect(planted.map(({ Rule }) => Rule.Id)).toEqual(['E3002']);
  const open = findings.filter((finding) => answerTo(finding) === undefined);
  expect(open.map(({ Location, Message, Rule }) => [Rule.Id, Message, Location.Path])).toEqual([]);
  const used = new Set(findings.map(answerTo));
  expect(ANSWERED.filter((answer) => !used.has(answer))).toEqual([]);
});
