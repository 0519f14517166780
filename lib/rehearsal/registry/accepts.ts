/** Whether an `Accept` header allows a media type; an absent header, like that of curl, allows all. */
export function accepts(header: string | undefined, mediaType: string): boolean {
  const wanted = (header ?? '*/*').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const [group = ''] = mediaType.split('/');
  return wanted.some((range) => range === mediaType || range === '*/*' || range === `${group}/*`);
}
