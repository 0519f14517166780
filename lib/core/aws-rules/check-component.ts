import type { Neighbours, Refusal } from './rule';
import { checkDocument } from './rules';
import { UNKNOWN } from './values';

/** A component for Windows, and what a recipe gives to the parameters that its document declares. */
interface GivenComponent {
  readonly name: string;
  /** YAML or JSON. */
  readonly data: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What Image Builder would refuse of a component, or of a recipe that takes it with such values. */
export function checkComponent({ name, data, values }: GivenComponent): readonly Refusal[] {
  const component = { Name: name, Version: '1.0.0', Platform: 'Windows', Data: data };
  const neighbours: Neighbours = new Map([[name, { kind: 'component', document: component }]]);
  const Parameters = Object.entries(values).map(([key, value]) => ({ Name: key, Value: [value] }));
  const recipe = {
    Name: name,
    ParentImage: UNKNOWN,
    Components: [{ ComponentArn: Symbol.for(name), Parameters }],
  };
  return [
    ...checkDocument('component', component, neighbours),
    ...checkDocument('recipe', recipe, neighbours),
  ];
}
