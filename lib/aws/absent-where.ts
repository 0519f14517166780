type ErrorType = abstract new (...args: never[]) => Error;

/** What a call gives, or undefined where the service says by this error that there is no such thing. */
export async function absentWhere<T>(absence: ErrorType, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof absence) {
      return undefined;
    }
    throw error;
  }
}
