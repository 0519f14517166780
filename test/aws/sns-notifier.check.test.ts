import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { snsNotifier } from '../../lib/aws/notices';
import { describeWithMoto } from '../support/moto';

describeWithMoto('a topic on moto', (moto) => {
  async function messages(): Promise<unknown> {
    const answer = await fetch(`${moto.config().endpoint}/moto-api/data.json`);
    const { sns } = (await answer.json()) as { sns: { Topic: { sent_notifications: unknown[] }[] } };
    return sns.Topic.flatMap((topic) => topic.sent_notifications);
  }

  async function notifier() {
    await moto.reset();
    const client = new SNSClient(moto.config());
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'winbake' }));
    return snsNotifier(client, TopicArn!);
  }

  test('a message goes to the topic with its subject', async () => {
    await (await notifier()).notify('Winbake 2022-core: the bake failed', 'no space on the disk');
    const text = JSON.stringify(await messages());
    expect(text).toContain('Winbake 2022-core: the bake failed');
    expect(text).toContain('no space on the disk');
  });

  test('a subject that SNS would refuse is made to fit', async () => {
    const notify = await notifier();
    await expect(notify.notify(`Ümlaut\n${'x'.repeat(200)}`, 'text')).resolves.toBeUndefined();
    expect(JSON.stringify(await messages())).toContain(`?mlaut?${'x'.repeat(93)}"`);
  });

  test('a topic that is not there is a failure', async () => {
    await moto.reset();
    const gone = snsNotifier(new SNSClient(moto.config()), 'arn:aws:sns:eu-central-1:123456789012:gone');
    await expect(gone.notify('subject', 'text')).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});
