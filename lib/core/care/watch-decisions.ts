import { readLastDecision } from '../gate/last-decision';
import { heal, tellOnce } from '../notify/tell-once';
import type { CarePart } from './care-ports';

/** Measures how long ago the gate decided, and tells people when it has been silent for too long. */
export const watchDecisions: CarePart = async (ports, { pipeline, longestSilenceHours }) => {
  const last = await readLastDecision(ports.documents);
  if (last === undefined) {
    // The alarm on the absent metric tells where a first decision never comes.
    return 'Nothing has been decided yet.';
  }
  const now = ports.now();
  const hours = Math.max(0, (now.getTime() - Date.parse(last.at)) / 3_600_000);
  ports.metrics.record([{ name: 'HoursSinceDecision', value: hours, unit: 'None' }], now);
  const sentence = `The last decision is of ${last.at}, ${hours.toFixed(1)} h ago: ${last.decision}. ${last.reason}`;
  if (longestSilenceHours !== null && hours > longestSilenceHours) {
    const subject = `Winbake ${pipeline}: no decision for ${longestSilenceHours} h`;
    await tellOnce(ports, 'noDecision', subject, `${sentence} Look at the executions of its state machine.`);
  } else {
    await heal(ports, 'noDecision', `Winbake ${pipeline}: decides again`);
  }
  return sentence;
};
