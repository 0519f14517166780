/** A way to tell people: a topic with their addresses. */
export interface Notifier {
  /** `subject` is one line of at most 100 ASCII characters. */
  tell(subject: string, text: string): Promise<void>;
}
