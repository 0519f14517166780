import type { FleetState } from '../../contract/documents/fleet-state';

/** Notes what people are to be notified; a cause that is open is not noted again. */
export function raise(state: FleetState, cause: string, message: string, now: Date): FleetState {
  return state.notices[cause] === undefined
    ? {
        ...state,
        notices: { ...state.notices, [cause]: { at: now.toISOString(), message, notifiedAt: null } },
      }
    : state;
}

/** Closes a cause; with a kind and `:` alone, every cause of that kind. */
export function heal(state: FleetState, cause: string): FleetState {
  const open = Object.entries(state.notices);
  const rest = open.filter(([one]) => one !== cause && !(cause.endsWith(':') && one.startsWith(cause)));
  return rest.length === open.length ? state : { ...state, notices: Object.fromEntries(rest) };
}

/** Subjects by kind of cause. */
const SUBJECTS: Readonly<Record<string, string>> = {
  rolloutRolledBack: 'a rollout was rolled back',
  rolloutFailed: 'a rollout failed',
  templateFailed: 'a changed launch template failed',
  drainEnded: 'tasks were stopped to end a drain',
  needsOperator: 'a rollout needs you',
  unreadable: 'a document cannot be read',
  budgetWarning: 'patching is running late',
  budgetSpent: 'patching is overdue',
};

/** The subject of a message, one line. */
export function subjectOf(fleet: string, cause: string): string {
  return `Winbake fleet ${fleet}: ${SUBJECTS[cause.split(':', 1)[0] ?? ''] ?? 'look at it'}`;
}
