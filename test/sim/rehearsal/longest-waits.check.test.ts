import { changedAssembly, assembly, resourceOf } from '../../support/assembly';
import { pollsOf, rehearseToBake } from '../../support/run-rehearsal';

test('a template that waits 300 seconds looks three times as often', async () => {
  const cdkOut = changedAssembly(await assembly(), ({ pipeline }) => {
    const { Properties } = resourceOf(pipeline, 'AWS::StepFunctions::StateMachine');
    const text = String(Properties.DefinitionString);
    expect(text).toContain('"Seconds":900');
    Properties.DefinitionString = text.replace('"Seconds":900', '"Seconds":300');
  });
  const { report } = await rehearseToBake('2025-10-14T18:30:00Z', { cdkOut });
  const polls = pollsOf(report);
  expect(polls.slice(0, 3).map((poll) => poll.slice(0, 5))).toEqual(['18:30', '18:35', '18:40']);
  // The last family came at 20:48.
  expect(polls.slice(-2)).toEqual(['20:45 wait, LATE iis', '20:50 bake']);
  expect(polls).toHaveLength(29);
});

test.each(['throttle', 'token', 'paging', 'redirect-blobs', 'server-error'])(
  '%s does no harm',
  async (fault) => {
    const { report } = await rehearseToBake('2025-10-16', { faults: [fault] });
    expect(pollsOf(report)).toEqual(['00:00 bake']);
  },
);

test.each([
  ['down', 'REGISTRY_UNREACHABLE'],
  ['throttle-hard', 'REGISTRY_THROTTLED'],
])('%s asks a person after one longest wait of the virtual clock', async (fault, code) => {
  const { report } = await rehearseToBake('2025-10-16', { faults: [fault] });
  const last = report.decisions.at(-1);
  expect(last).toMatchObject({ at: '2025-10-17T12:00:00.000Z', decision: 'needsOperator' });
  expect(last?.findings.map((finding) => finding.code)).toContain(code);
  expect(report.ami).toBe(null);
});
