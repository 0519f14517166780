import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChromiumTab } from '../../support/headless-chromium';
import { pageSamples } from '../../support/page-samples';

/** As long as a name may be, and what a page would obey if it were not escaped. */
const LONG = `<img src=x onerror=console.error(1)>${'long-name-'.repeat(20)}`;

const PAGES = Object.entries({
  ...pageSamples(),
  ...Object.fromEntries(Object.entries(pageSamples(LONG)).map(([name, text]) => [`${name}, hostile`, text])),
});

/** The least contrast of text by WCAG 2.2, 1.4.3. */
const LEAST_CONTRAST = 4.5;

/** Of every element with text of its own: the contrast of its colour with what is behind it. */
const CONTRASTS = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return 'no background';
  };
  return [...document.body.querySelectorAll('*')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((element) => {
      const { color, fill } = getComputedStyle(element);
      const [one, other] = [element instanceof SVGElement ? fill : color, behind(element)].map(luminance);
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      return { name: element.localName, text: element.textContent.slice(0, 30), contrast };
    });
})()`;

/** What is wider than the window, but for what scrolls by itself; texts of a picture that lie over each other. */
const LAYOUT = `(() => {
  const root = document.documentElement;
  const wide = [...document.body.querySelectorAll('*')].filter(
    (one) => one.closest('.scroll, .patterns') === null && one.getBoundingClientRect().right > innerWidth + 1,
  );
  const overlapping = [...document.querySelectorAll('svg g')].filter((row) => {
    const [label, note] = [...row.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
    return note !== undefined && label.right > note.left;
  });
  return {
    overflow: root.scrollWidth - innerWidth,
    wide: wide.map((one) => one.outerHTML.slice(0, 80)),
    overlapping: overlapping.map((one) => one.textContent.trim()),
  };
})()`;

let folder: string;
let tab: ChromiumTab;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-pages-'));
  tab = await ChromiumTab.open(join(folder, 'profile'));
});
afterAll(async () => {
  await tab.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(PAGES)('%s', (_name, text) => {
  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ])('%d pixels wide and %s: it fits, it is read, and it loads and runs nothing', async (width, scheme) => {
    const file = join(folder, 'page.html');
    writeFileSync(file, text);
    const size = { width, height: 900, deviceScaleFactor: 1, mobile: false };
    await tab.send('Emulation.setDeviceMetricsOverride', size);
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await tab.send('Emulation.setEmulatedMedia', { features });
    await tab.load(pathToFileURL(file).href);

    const { overflow, overlapping, wide } = await tab.evaluate<{
      overflow: number;
      overlapping: string[];
      wide: string[];
    }>(LAYOUT);
    expect({ wide, overlapping }).toEqual({ wide: [], overlapping: [] });
    expect(overflow).toBeLessThanOrEqual(0);
    const texts = await tab.evaluate<{ name: string; text: string; contrast: number }[]>(CONTRASTS);
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter(({ contrast }) => !(contrast >= LEAST_CONTRAST))).toEqual([]);
    const background = await tab.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(scheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');

    const of = (...methods: string[]) => tab.events.filter(({ method }) => methods.includes(method));
    expect(
      of('Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown').map(({ params }) => params),
    ).toEqual([]);
    expect(of('Network.requestWillBeSent')).toHaveLength(1);
  });

  test('it is printed, black on white in a dark room, too, and no text is cut at the edge', async () => {
    const file = join(folder, 'page.html');
    writeFileSync(file, text);
    // The width of A4 between margins of a centimetre.
    const size = { width: 718, height: 1000, deviceScaleFactor: 1, mobile: false };
    await tab.send('Emulation.setDeviceMetricsOverride', size);
    const features = [{ name: 'prefers-color-scheme', value: 'dark' }];
    await tab.send('Emulation.setEmulatedMedia', { media: 'print', features });
    await tab.load(pathToFileURL(file).href);
    const { overflow } = await tab.evaluate<{ overflow: number }>(LAYOUT);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await tab.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const texts = await tab.evaluate<{ contrast: number }[]>(CONTRASTS);
    expect(texts.filter(({ contrast }) => !(contrast >= LEAST_CONTRAST))).toEqual([]);
    const { data } = await tab.send('Page.printToPDF');
    expect(Buffer.from(String(data), 'base64').subarray(0, 5).toString()).toBe('%PDF-');
    await tab.send('Emulation.setEmulatedMedia', { media: '' });
  });
});
