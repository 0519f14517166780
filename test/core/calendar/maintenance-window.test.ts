import { isOpen, parseMaintenanceWindows } from '../../../lib/core/calendar/maintenance-window';

test.each([
  ['', '2025-10-16T03:00:00Z', true],
  ['THU 02:00-05:00', '2025-10-16T02:00:00Z', true],
  ['THU 02:00-05:00', '2025-10-16T05:00:00Z', false],
  ['THU 02:00-05:00', '2025-10-17T03:00:00Z', false],
  ['MON-FRI 22:00-04:00 Europe/Berlin', '2025-10-17T21:00:00Z', true],
  ['MON-FRI 22:00-04:00 Europe/Berlin', '2025-10-18T01:59:00Z', true],
  ['MON-FRI 22:00-04:00 Europe/Berlin', '2025-10-18T02:00:00Z', false],
  ['MON-FRI 22:00-04:00 Europe/Berlin', '2025-10-18T21:00:00Z', false],
  ['FRI-MON 00:00-23:59', '2025-10-19T12:00:00Z', true],
  ['FRI-MON 00:00-23:59', '2025-10-21T12:00:00Z', false],
  ['SUN 01:00-02:00; WED 01:00-02:00', '2025-10-15T01:30:00Z', true],
])('%s at %s: %s', (text, at, open) => {
  expect(isOpen(parseMaintenanceWindows(text), new Date(at))).toBe(open);
});

test.each(['THURSDAY 02:00-05:00', 'THU 25:00-05:00', 'THU 02:00-05:00 Mars/Base', 'THU', 'XYZ 02:00-05:00'])(
  '%s is refused',
  (text) => {
    expect(() => parseMaintenanceWindows(text)).toThrow(`got: '${text}'`);
  },
);
