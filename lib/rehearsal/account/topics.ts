import type { Notifier } from '../../core/ports/notices';
import type { Caller } from '../iam/role-policies';

/** The topics of the pretended account, which only remember what people would be told. */
export class Topics {
  readonly messages: { readonly topicArn: string; readonly subject: string; readonly text: string }[] = [];

  /**
   * A topic as a caller may use it.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
   */
  notifier(topicArn: string, caller: Caller): Notifier {
    return {
      tell: (subject, text) => {
        caller.require('sns:Publish', topicArn);
        this.messages.push({ topicArn, subject, text });
        return Promise.resolve();
      },
    };
  }
}
