import {
  CreateStateMachineCommand,
  ExecutionAlreadyExists,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { stepFunctionsRebakes } from '../../lib/aws/step-functions';
import { describeWithMoto } from '../support/moto';

describeWithMoto('a state machine on moto', (moto) => {
  test('is started once by one name', async () => {
    await moto.reset();
    const client = new SFNClient(moto.config());
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({
        name: 'winbake-2022-core-rebake',
        roleArn: `arn:aws:iam::${moto.account}:role/winbake`,
        definition: JSON.stringify({
          StartAt: 'Wait',
          States: { Wait: { Type: 'Wait', Seconds: 1, End: true } },
        }),
      }),
    );
    const rebakes = stepFunctionsRebakes(client);
    await rebakes.start(stateMachineArn!, 'first', { trigger: 'deploy' });
    await rebakes.start(stateMachineArn!, 'first', { trigger: 'deploy' });
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions!.map(({ name }) => name)).toEqual(['first']);
  });
});

describe('a start that the service refuses', () => {
  const client = new SFNClient({ region: 'eu-central-1' });
  const sfn = mockClient(client);
  const rebakes = stepFunctionsRebakes(client);

  test('is none where an execution of the name has ended', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
    await expect(rebakes.start('arn', 'first', {})).resolves.toBeUndefined();
  });

  test('is a failure otherwise', async () => {
    sfn.on(StartExecutionCommand).rejects(new Error('throttled'));
    await expect(rebakes.start('arn', 'first', {})).rejects.toThrow('throttled');
  });
});
