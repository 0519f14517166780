/** The source of every event of Winbake. */
export const EVENT_SOURCE = 'winbake';

/** The kinds of events that Winbake sends; `docs/events.md` says what each one's detail holds. */
export type EventType = 'Winbake AMI Published' | 'Winbake Bake Failed' | 'Winbake Needs Operator';

/** A bus that tells machines: events reach it at least once, and in any order. */
export interface Announcer {
  announce(type: EventType, detail: Readonly<Record<string, unknown>>): Promise<void>;
}
