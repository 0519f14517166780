import type { RehearsalReport, ReportedFleet } from '../sim/rehearsal/rehearsal-report';
import { formatTable } from './table';

/** What happened on the fleets, for people: instance by instance, month by month where there are several. */
export function describeFleets({ fleets, months, rollout }: RehearsalReport): string {
  const title = `Fleet: ${rollout.status}\n`;
  if (fleets.length === 0) {
    return title;
  }
  const [first] = fleets;
  const periods =
    months === undefined
      ? [{ month: '', fleets }]
      : months.map(({ from, fleets: of }) => ({ month: from.slice(0, 7), fleets: of }));
  const rows = periods.flatMap(({ fleets: of, month }) => of.flatMap((fleet) => rowsOf(month, fleet)));
  const isOne = months === undefined && first !== undefined && fleets.length === 1;
  const columns = ['MONTH', 'FLEET', 'INSTANCE', 'BEFORE', 'DURING', 'AFTER'].slice(isOne ? 2 : 0);
  const told = periods.flatMap(({ fleets: of, month }) =>
    of.flatMap((fleet) =>
      fleet.told.map((subject) => `Told${month === '' ? '' : ` in ${month}`}: ${subject}\n`),
    ),
  );
  return [
    title,
    formatTable(
      columns.map((column) => ({ title: column })),
      rows.map((row) => row.slice(isOne ? 2 : 0)),
    ),
    ...told,
  ].join('');
}

function rowsOf(month: string, { fleet, instances }: ReportedFleet): readonly (readonly string[])[] {
  return instances.map(({ after, before, during, id }, index) => [
    index === 0 ? month : '',
    index === 0 ? fleet : '',
    id,
    before ?? '-',
    during ?? '-',
    after ?? '-',
  ]);
}
