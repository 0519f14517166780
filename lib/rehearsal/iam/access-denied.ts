/** A call that the caller's role does not allow, in the words of the service. */
export class AccessDenied extends Error {
  readonly code = 'AccessDenied';

  constructor(role: string, action: string, resource: string) {
    super(`${role} is not authorized to perform ${action} on ${resource}.`);
    this.name = 'AccessDenied';
  }
}
