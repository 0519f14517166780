import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi, WindowsAmiPipeline, WindowsCapacityProvider, WindowsOs } from '../../lib';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import { deployPipeline, findPipeline } from '../../sim/rehearsal/deploy-pipeline';
import { deployFleets } from '../../sim/rehearsal/roll-out-fleets';
import { SimulatedAccount } from '../../sim/rehearsal/simulated-account';
import type { TemplateJson } from '../support/assembly';
import { evaluateFormula } from '../support/evaluate-formula';
import { rowsBelow } from '../support/page-tables';

const HOUR = 3_600_000;
const os = WindowsOs.SERVER_2022_CORE;
const folder = mkdtempSync(join(tmpdir(), 'winbake-fleet-costs-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** So many fleets, in as few stacks as take them. */
function fleetStacks(app: App, fleets: number): readonly Stack[] {
  const stacks: Stack[] = [];
  for (let index = 0; index < fleets; index += 1) {
    if (index % 19 === 0) {
      const stack = new Stack(app, `Fleets${stacks.length}`);
      new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
      stacks.push(stack);
    }
    const stack = stacks.at(-1)!;
    const cluster = stack.node.findChild('Cluster') as Cluster;
    const ami = WindowsAmi.fromChannel({ os });
    new WindowsCapacityProvider(stack, `Fleet${index}`, { fleetName: `fleet-${index}`, cluster, ami });
  }
  return stacks;
}

/** A line of the log, as far as it writes metrics. */
interface MetricLine {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly Fleet?: string;
  readonly Stack?: string;
}

/** Metrics that the lines of a log write, each once for its fleet or stack. */
function metricsIn(lines: readonly string[]): number {
  const names = lines.flatMap((line) => {
    const { _aws, Fleet = '', Stack: stack = '' } = JSON.parse(line) as MetricLine;
    return (_aws?.CloudWatchMetrics ?? []).flatMap(({ Metrics }) =>
      Metrics.map(({ Name }) => [Fleet, stack, Name].join(' ')),
    );
  });
  return new Set(names).size;
}

async function measure(fleets: number): Promise<Readonly<Record<string, number>>> {
  const outdir = join(folder, String(fleets));
  const app = new App({ outdir });
  new WindowsAmiPipeline(new Stack(app, 'Platform'), 'Pipeline', { os });
  const stacks = fleetStacks(app, fleets);
  app.synth();
  const own = stacks.flatMap((stack) =>
    Object.entries(Template.fromStack(stack).toJSON().Resources as TemplateJson['Resources']).filter(
      ([id]) => !/^(?:Vpc|Cluster|CDKMetadata)/.test(id),
    ),
  );
  const of = (type: string) => own.filter(([, { Type }]) => Type === type).length;

  let calls = 0;
  let runs = 0;
  const clock = new VirtualClock(new Date('2025-10-20T00:00:00Z'));
  const account = new SimulatedAccount({
    folder: outdir,
    clock,
    observe: () => {
      calls += 1;
      return undefined;
    },
  });
  const lines: string[] = [];
  account.functions.onLine((_, line) => lines.push(line));
  account.functions.onAnswer(() => {
    runs += 1;
  });
  const end = account.install();
  try {
    await deployPipeline(account, findPipeline(account, '2022'));
    await deployFleets(account, '/winbake/2022-core');
    await clock.waitUntil(new Date(clock.now().getTime() + 2 * HOUR));
    [calls, runs, lines.length] = [0, 0, 0];
    await clock.waitUntil(new Date(clock.now().getTime() + HOUR));
  } finally {
    end();
  }
  return {
    stacks: stacks.length,
    resources: own.length,
    functions: of('AWS::Lambda::Function'),
    keys: of('AWS::KMS::Key'),
    'metrics in alarms': of('AWS::CloudWatch::Alarm'),
    'custom metrics': metricsIn(lines),
    'runs of functions an hour': runs,
    'calls of AWS an hour': calls,
  };
}

test.each([1, 10, 40])('what %i fleets add is what docs/costs.md says', async (fleets) => {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'costs.md'), 'utf8');
  const rows = rowsBelow(text, 'What 1, 10 and 40 fleets add to an app');
  const column = [1, 10, 40].indexOf(fleets) + 1;
  const month = rowsBelow(text, 'A worked month: 2 releases, 3 accounts, 6 fleets');
  const stacks = Number(rows.find(([part]) => part === 'stacks')?.[column]);
  const inputs = new Map(Object.entries({ releases: 0, stacks, fleets }));
  const reckoned = ['keys', 'metrics in alarms', 'custom metrics'].map((name) => [
    name,
    evaluateFormula(month.find(([part]) => part === name)![1]!, inputs),
  ]);
  const reported = rows.map((cells) => [cells[0], Number(cells[column]?.replaceAll(',', ''))]);
  expect(Object.fromEntries([...reported, ...reckoned])).toEqual(await measure(fleets));
});
