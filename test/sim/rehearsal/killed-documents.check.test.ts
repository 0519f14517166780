import { parse, stringify } from 'yaml';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly, changeDocument, changedAssembly } from '../../support/assembly';
import { rehearse } from '../../support/run-rehearsal';

interface Step {
  readonly name: string;
  readonly action: string;
}

interface Document {
  readonly phases: readonly { readonly steps: readonly Step[] }[];
}

const COMPONENTS = ['Update', 'CacheImages', 'PrepareSysprep', 'Verify'];

/** A document in which each script is ended by its time limit before it runs as it should. */
function withEachStepKilledOnce(yaml: string): string {
  const document = parse(yaml) as Document;
  const phases = document.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.flatMap((step) =>
      step.action === 'ExecutePowerShell'
        ? [{ ...step, name: `Killed${step.name}`, timeoutSeconds: 1, onFailure: 'Ignore' }, step]
        : [step],
    ),
  }));
  return stringify({ ...document, phases }, { lineWidth: 0 });
}

/** What must not depend on how often a step was begun. */
function outcomeOf({ host, images, parameters, rollout, decision }: Awaited<ReturnType<typeof rehearse>>) {
  const published = Object.entries(parameters).filter(([name]) => name.endsWith('/os-version'));
  return { host, images, published, rollout: rollout.status, decision };
}

describeWithPowerShell('a bake whose every step is killed once and runs again', () => {
  beforeAll(async () => {
    await requirePowerShell();
  });

  test('ends as one whose steps ran once', async () => {
    const original = await assembly();
    const killed = changedAssembly(original, ({ pipeline }) => {
      COMPONENTS.forEach((component) => {
        changeDocument(pipeline, component, withEachStepKilledOnce);
      });
    });
    const [once, again] = await Promise.all([
      rehearse(original, '--as-of', '2025-10-16'),
      rehearse(killed, '--as-of', '2025-10-16'),
    ]);
    const ended = again.steps.filter(({ name, status }) => name.includes('Killed') && status === 'failed');
    // A computer may be so quick that a script ends within its second.
    expect(ended.length).toBeGreaterThan(0);
    expect(outcomeOf(again)).toEqual(outcomeOf(once));
  });
});
