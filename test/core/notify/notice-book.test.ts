import { healNotice, raiseNotice } from '../../../lib/core/notify/notify-once';

const AT = new Date('2025-10-14T18:00:00Z');

describe('the notice book', () => {
  it('tells of a cause once until it has healed', () => {
    const first = raiseNotice({}, 'bakeFailed', 'no space', AT);
    const second = raiseNotice(first.book, 'bakeFailed', 'no space', new Date('2025-10-15T18:00:00Z'));
    const healed = healNotice(second.book, 'bakeFailed');
    const third = raiseNotice(healed.book, 'bakeFailed', 'no space', AT);

    expect([first.isNew, second.isNew, healed.wasOpen, third.isNew]).toEqual([true, false, true, true]);
    expect(second.book['bakeFailed']?.at).toBe('2025-10-14T18:00:00.000Z');
  });

  it('says nothing of the healing of what nobody was notified of, and keeps the rest', () => {
    const { book } = raiseNotice({}, 'other', 'else', AT);

    expect(healNotice(book, 'bakeFailed')).toEqual({ book, wasOpen: false });
  });
});
