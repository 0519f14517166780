import { heal, openNotices, notifyOnce, type NoticePorts } from '../../../lib/core/notify/notify-once';
import { memoryDocuments } from '../../support/memory-ports';

const SUBJECT = 'Winbake 2022-core: the bake failed';
/** The last line of a message of a failed bake. */
const WAY_OUT = '\nWhat to do: docs/runbook.md#bakefailed';
const START = Date.parse('2025-10-14T18:00:00Z');

/** People who are notified, and a clock in minutes. */
function people() {
  const heard: string[] = [];
  const documents = memoryDocuments();
  const clock = { minutes: 0 };
  const ports: NoticePorts = {
    documents,
    notifier: {
      notify: (subject, text) => {
        heard.push(`${subject} | ${text}`);
        return Promise.resolve();
      },
    },
    now: () => new Date(START + clock.minutes * 60_000),
  };
  return { heard, documents, ports, clock };
}

test('of one cause people hear once, and again after it has healed', async () => {
  const { heard, ports } = people();
  await notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space');
  await notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space');
  await heal(ports, 'bakeFailed', 'over');
  await heal(ports, 'bakeFailed', 'over');
  await notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space');
  expect(heard).toEqual([
    `${SUBJECT} | no space${WAY_OUT}`,
    'over | This is over:\n\nno space',
    `${SUBJECT} | no space${WAY_OUT}`,
  ]);
});

test('what is open is in the book', async () => {
  const { ports, documents } = people();
  await notifyOnce(ports, 'noDecision', SUBJECT, 'none');
  expect(await openNotices(documents)).toEqual({
    noDecision: { at: '2025-10-14T18:00:00.000Z', message: 'none', notifiedAt: '2025-10-14T18:00:00.000Z' },
  });
});

test('of two who meet the same cause at once one tells, and other causes are not lost', async () => {
  const { heard, ports, documents } = people();
  await Promise.all([
    notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space'),
    notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space'),
    notifyOnce(ports, 'needsOperator', SUBJECT, 'choose'),
  ]);
  expect(heard).toHaveLength(2);
  expect(Object.keys(await openNotices(documents)).sort()).toEqual(['bakeFailed', 'needsOperator']);
});

test('a message that did not go out goes out with the next call', async () => {
  const { heard, ports, documents } = people();
  const failing = { ...ports, notifier: { notify: () => Promise.reject(new Error('no topic')) } };
  await expect(notifyOnce(failing, 'bakeFailed', SUBJECT, 'no space')).rejects.toThrow('no topic');
  expect(await openNotices(documents)).toEqual({});
  await notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space');
  expect(heard).toHaveLength(1);
});

test('a sender that died before the message was out is replaced after five minutes', async () => {
  const { heard, ports, documents, clock } = people();
  const message = { at: ports.now().toISOString(), message: 'no space' };
  documents.texts.clear();
  await documents.overwrite(
    'notices.json',
    JSON.stringify({ schema: 'winbake.notices/1', notices: { bakeFailed: message } }),
  );
  clock.minutes = 5;
  await notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space');
  expect(heard).toEqual([]);
  clock.minutes = 6;
  await notifyOnce(ports, 'bakeFailed', SUBJECT, 'no space');
  expect(heard).toHaveLength(1);
});

test('a kind alone heals each of its causes, and no other kind', async () => {
  const { heard, ports, documents } = people();
  await notifyOnce(ports, 'accountUnreachable:111111111111/eu-central-1', SUBJECT, 'one');
  await notifyOnce(ports, 'accountUnreachable:222222222222/eu-central-1', SUBJECT, 'two');
  await notifyOnce(ports, 'noDecision', SUBJECT, 'none');
  await heal(ports, 'accountUnreachable:111111111111/eu-central-1', 'over');
  expect(Object.keys(await openNotices(documents))).toHaveLength(2);
  await heal(ports, 'accountUnreachable', 'over');
  expect(Object.keys(await openNotices(documents))).toEqual(['noDecision']);
  expect(heard.slice(3)).toEqual(['over | This is over:\n\none', 'over | This is over:\n\ntwo']);
});
