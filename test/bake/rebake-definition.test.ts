import validate from 'asl-validator';
import { REBAKE_DEFINITION } from '../../lib/bake/rebake-definition';

/** As it is after deployment. */
function deployed(definition: object = REBAKE_DEFINITION): Record<string, unknown> {
  const text = JSON.stringify(definition)
    .replaceAll('${Partition}', 'aws')
    .replaceAll('${DecideFunctionArn}', 'arn:aws:lambda:eu-central-1:123456789012:function:decide')
    .replaceAll('${PublishFunctionArn}', 'arn:aws:lambda:eu-central-1:123456789012:function:publish')
    .replaceAll(
      '${ImagePipelineArn}',
      'arn:aws:imagebuilder:eu-central-1:123456789012:image-pipeline/winbake-2022-core',
    );
  expect(text).not.toContain('${');
  return JSON.parse(text) as Record<string, unknown>;
}

const states = REBAKE_DEFINITION.States;

test('the definition is valid', () => {
  expect(validate(deployed())).toMatchObject({ isValid: true });
});

test('the validator notices a state that is not there, and a field that is unknown', () => {
  const lost = { ...states, GetImage: { ...states.GetImage, Next: 'Nowhere' } };
  expect(validate(deployed({ ...REBAKE_DEFINITION, States: lost })).isValid).toBe(false);
  const odd = { ...states, WaitForImage: { ...states.WaitForImage, Minutes: 2 } };
  expect(validate(deployed({ ...REBAKE_DEFINITION, States: odd })).isValid).toBe(false);
});

test('each decision has its way', () => {
  expect(states.Decision.Choices.map((choice) => [choice.StringEquals, choice.Next])).toEqual([
    ['bake', 'StartBake'],
    ['wait', 'WaitForImages'],
    ['nothing', 'NothingToDo'],
    ['needsOperator', 'NeedsOperator'],
  ]);
});

test('a wait goes back to the gate with the trigger of the execution', () => {
  expect(states.WaitForImages.Next).toBe('Decide');
  expect(states.Decide.Parameters.Payload).toEqual({
    'trigger.$': '$$.Execution.Input.trigger',
    'executionArn.$': '$$.Execution.Id',
  });
});

test("each end of an image that is none fails the rebake with Image Builder's own words", () => {
  const [, failed] = states.ImageState.Choices;
  expect(failed?.Or?.map((rule) => rule.StringEquals)).toEqual([
    'FAILED',
    'CANCELLED',
    'DEPRECATED',
    'DELETED',
    'DISABLED',
  ]);
  expect(states.ImageState.Default).toBe('WaitForImage');
  expect(states.BakeFailed.CausePath).toBe('States.JsonToString($.image.state)');
});

test('a bake is started once per order, however often the call is made', () => {
  expect(states.StartBake.Parameters['ClientToken.$']).toBe('$.clientToken');
});
