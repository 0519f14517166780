import type { Order } from '../../contract/documents/order';

/**
 * What makes the start of an order's build happen once: the end of its id, which holds the digits of its set and its instant.
 * The whole id is longer than the 36 characters that Image Builder takes.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_StartImagePipelineExecution.html
 */
export function clientTokenOf({ id }: Order): string {
  return id.replace(/^[\d.]+-/, '');
}

/** When an order was made, to the second, as its id says; the beginning of time for an id of another form. */
export function orderedAt({ id }: Order): Date {
  const match = /-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(id);
  const [, year, month, day, hour, minute, second] = match ?? [];
  return new Date(
    match ? `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z` : 0,
  );
}
