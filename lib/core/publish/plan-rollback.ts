import type { OperatorWord } from '../../contract/documents/overrides';
import type { Channel } from '../../contract/documents/publication';
import { nothingToDo, type ChannelPlan } from './channel-plan';
import { holdWord, type Saying } from './hold';

/** Everything that a rollback depends on. */
export interface RollbackInput {
  readonly now: Date;
  readonly current: Channel | undefined;
  readonly previous: Channel | undefined;
  /** The hold that is in force. */
  readonly hold: OperatorWord | undefined;
  readonly asked: Saying;
  /** When the hold ends that it puts; 14 days from now unless given. */
  readonly until?: Date;
}

/**
 * Takes `current` back to `previous`, never to the plain base AMI, and holds promotion first, so that what was taken back is
 * not promoted again. A hold that lasts longer stays as it is.
 */
export function planRollback({ asked, current, hold, now, previous, until }: RollbackInput): ChannelPlan {
  if (previous === undefined || previous.mode === 'unbaked') {
    return nothingToDo('There is nothing to go back to: no publication was current before this one.');
  }
  const word = holdWord(asked, now, until);
  const isHeld = hold !== undefined && Date.parse(hold.until) >= Date.parse(word.until);
  const holding: ChannelPlan['changes'] = isHeld ? [] : [{ kind: 'hold', word }];
  if (current?.id === previous.id) {
    return hold === undefined
      ? { changes: holding, reasons: [`current is ${previous.id} already; only promotion is held.`] }
      : nothingToDo(`current is ${previous.id} already, and promotion is held until ${hold.until}.`);
  }
  return {
    changes: [...holding, { kind: 'move', channel: 'current', to: previous }],
    reasons: [
      `${asked.by} takes ${current?.id ?? 'nothing'} back to ${previous.id}: ${asked.reason}`,
      isHeld
        ? `Promotion stays held until ${hold.until}.`
        : `Promotion is held until ${word.until}, so that ${current?.id ?? 'it'} does not come back.`,
    ],
  };
}
