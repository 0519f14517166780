import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { eventBridgeAnnouncer } from '../../lib/aws/notices';

// moto takes events and shows them to nobody, so the call itself is looked at.
const bus = mockClient(EventBridgeClient);
const announcer = eventBridgeAnnouncer(new EventBridgeClient({ region: 'eu-central-1' }));
beforeEach(() => bus.reset());

test('an event has the source winbake and its detail as JSON', async () => {
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  await announcer.announce('Winbake AMI Published', { id: '20348.4294-1' });
  expect(bus.commandCalls(PutEventsCommand)[0]!.args[0].input).toEqual({
    Entries: [{ Source: 'winbake', DetailType: 'Winbake AMI Published', Detail: '{"id":"20348.4294-1"}' }],
  });
});

test('an entry that was refused is a failure, though the call succeeded', async () => {
  bus.on(PutEventsCommand).resolves({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }],
  });
  await expect(announcer.announce('Winbake AMI Published', {})).rejects.toThrow(
    "The event 'Winbake AMI Published' was not sent (ThrottlingException): Rate exceeded",
  );
});
