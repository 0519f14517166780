import { budgetFigure, timelineFigure } from '../../../bin/shared/html-chart';
import { markup, page, table } from '../../../bin/shared/html-page';
import { pageText, readPage } from '../../support/check-page';
import { pageSamples } from '../../support/page-samples';

/** What people and registries may write, and what must not come of it. */
const HOSTILE = '<script>alert(1)</script>"\' onload=\u202eevil\u2066 &lt; </td>\u0007';

describe.each(Object.entries(pageSamples()))('the page %s', (_name, text) => {
  const { elements, errors } = readPage(text);

  test('is nested, and has landmarks, headings in order, scopes and text for each picture', () => {
    expect(errors).toEqual([]);
  });

  test('needs no network, script or other file, and forbids them', () => {
    expect(text).not.toMatch(/https?:|\/\/[a-z]|@import|@font-face|url\((?!#)/i);
    const policy = elements.find(({ attributes }) => attributes['http-equiv'] !== undefined);
    expect(policy?.attributes['content']).toMatch(/^default-src 'none';/);
    expect(text.slice(0, text.indexOf('<style>'))).toContain(policy?.attributes['content']);
  });

  test('says its answer before anything else', () => {
    const answer = text.indexOf('class="answer"');
    expect(answer).toBeGreaterThan(text.indexOf('<h1>'));
    expect(answer).toBeLessThan(text.indexOf('<nav'));
  });

  test('has light and dark colours, and its own for paper', () => {
    expect(text).toContain('@media (prefers-color-scheme: dark)');
    expect(text).toContain('@media print');
  });
});

test('a text of people or registries is text on every page, and no character of it is obeyed', () => {
  const plain = pageSamples();
  for (const [name, text] of Object.entries(pageSamples(HOSTILE))) {
    const { elements, errors } = readPage(text);
    expect([name, errors]).toEqual([name, []]);
    expect([name, elements.map((one) => one.name)]).toEqual([
      name,
      readPage(plain[name] ?? '').elements.map((one) => one.name),
    ]);
    expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
    if (name !== 'empty') {
      expect(pageText(text)).toContain('<script>alert(1)</script>"\' onload=\\u202eevil\\u2066 &lt; </td>');
    }
  }
});

test('what a check of pages must find, it finds', () => {
  const wrap = (body: string) => page({ title: 't', answer: [], facts: [], sections: [], footer: body });
  const broken = (from: string, to: string) => readPage(wrap('end').replace(from, to)).errors;
  expect(readPage(wrap('end')).errors).toEqual([]);
  expect(broken('<footer>', '')).not.toEqual([]);
  expect(broken('<footer>', '<footer><script>')).not.toEqual([]);
  expect(broken('<footer>', '<footer onclick="x">')).not.toEqual([]);
  expect(broken('<footer>', '<footer a=b>')).not.toEqual([]);
  expect(broken('<main>', '<main><th>x</th>')).not.toEqual([]);
  expect(broken('<main>', '<main><a href="#none">x</a>')).not.toEqual([]);
  expect(broken('<h1>', '<h2>')).not.toEqual([]);
});

test('values are escaped in text and attributes, and markup is not escaped again', () => {
  const inner = markup`<b title="${'"x" & \'y\''}">${'<i>'}</b>`;
  expect(markup`<p>${inner}${3}${[inner]}</p>`.text).toBe(
    '<p><b title="&#34;x&#34; &#38; &#39;y&#39;">&#60;i&#62;</b>3' +
      '<b title="&#34;x&#34; &#38; &#39;y&#39;">&#60;i&#62;</b></p>',
  );
  expect(markup`<p>${'2025-10-14T17:00:00.000Z'}</p>`.text).toBe('<p>2025-10-14T17:00Z</p>');
  expect(table({ caption: 'none', columns: [{ title: 'a' }], rows: [] }).text).toBe('');
});

test('a budget is drawn and said: within, over, not reached and not known', () => {
  const { text } = budgetFigure('Hours', [
    { label: 'shop', hours: 12, budget: 24 },
    { label: 'jobs', hours: 100, budget: 72 },
    { label: 'new', hours: null, budget: 24 },
    { label: 'old', hours: 0, budget: null },
  ]);
  expect(/aria-label="([^"]*)"/.exec(text)?.[1]).toBe(
    'Hours. shop 12 h of 24 h; jobs 100 h of 72 h, over; new not reached; old 0 h budget not known. The table below says the same.',
  );
  expect(text.match(/<line class="limit"/g)).toHaveLength(3 + 1);
  const bars = [
    ...text.matchAll(/<rect class="(\w+)"(?: fill="[^"]*")? x="0.00%" y="20" width="([\d.]+)%"/g),
  ];
  expect(bars.slice(0, 3).map(([, mark, width]) => [mark, width])).toEqual([
    ['there', '11.76'],
    ['works', '98.04'],
    ['works', '100.00'],
  ]);
});

test('a timeline has a row for each thing, and its table has instants and periods', () => {
  const [picture, below] = timelineFigure({
    title: 'T',
    origin: '2025-10-14T17:00:00Z',
    works: 'bakes',
    rows: [
      {
        ...{ label: 'iis', at: '2025-10-14T21:00:00Z', note: 'last' },
        spans: [
          { from: '2025-10-14T17:00:00Z', until: '2025-10-14T21:00:00Z', mark: 'waits' },
          { from: '2025-10-14T21:00:00Z', until: '2025-10-14T22:00:00Z', mark: 'there' },
        ],
      },
      { label: 'bake', at: null, note: 'not yet', spans: [] },
    ],
  });
  expect(picture?.text).toContain('T. iis +4.0 h last; bake not yet. The table below says the same.');
  expect(picture?.text).toContain('x="80.00%" y="20" width="20.00%"');
  expect(pageText(below?.text ?? '')).toContain(
    'iis 2025-10-14T21:00Z +4.0 h last waits 10-14 17:00 to 10-14 21:00, there 10-14 21:00 to 10-14 22:00',
  );
});

describe('what the pages say', () => {
  const samples = pageSamples();
  const textOf = (name: string) => pageText(samples[name] ?? '');

  test('a rehearsal: who is late, the budget of each fleet, and what the AMI holds', () => {
    const text = textOf('rehearsal');
    expect(text).toContain('Not within the patch budget: jobs (over budget), batch (not reached).');
    expect(text).toContain('jobs 30.2 h 24 h over budget');
    expect(text).toContain('iis windows/iis:ltsc2022 10.0.20348.4294 exact 0a1b2c3d0a1b');
    expect(text).toContain('Windows 10.0.20348.4294; updates KB5066782; docker 28.5.1');
    expect(text).toContain('Left out: batch.');
    expect(textOf('months')).toContain('2025-11 jobs 30.2 h 24 h over budget');
  });

  test('a backtest: the rules beside it, and hours of each family in each month', () => {
    const text = textOf('backtest');
    expect(text).toContain('From 2025-01-01 to 2025-12-31: 13 bakes, 0 of them wrong or mixed');
    expect(text).toContain(
      '10.0.20348.3932 2025-07-08 +0.6 h +1.4 h +3.6 h (pattern) +24.7 h (last) +24.8 h exact',
    );
    // Released before it began: its bake says nothing of that Patch Tuesday.
    expect(text).not.toContain('2024-12-10');
  });

  test('fleets: who drifts, where, against which budget, and what people set', () => {
    const text = textOf('fleets');
    expect(text).toContain(
      '2 of 6 fleets run what their channel shows on every instance; not: batch in 111122223333',
    );
    expect(text).toContain('batch 444455556666 ap-northeast-1 - 20348.4294-1 20348.4294-1 1 of 2 on target');
    expect(text).toContain(
      'i-03 batch 111122223333 eu-central-1 20348.4171-1 10.0.20348.4171 InService 29 h 24 h over',
    );
    expect(text).toContain('10.0.20348.4171 1 1');
    expect(text).toContain(
      'batch 111122223333 eu-central-1 held by ann until 2025-10-20T00:00Z release week',
    );
    expect(textOf('empty')).toContain('There is no fleet here.');
  });
});
