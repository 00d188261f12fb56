import * as z from 'zod';
import type { CONTACT_KINDS } from '../delivery.ts';
import { label, zoneName } from '../schedule/fields.ts';
import { delayMinutes, email, id, name, urgency } from './fields.ts';

const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a telephone number such as +4930123456');

/** What an address looks like, by the kind of the contact method. */
const ADDRESSES = {
  email,
  sms: phone,
  voice: phone,
  slack: z.string().regex(/^[@#]?[A-Za-z0-9._-]{1,80}$/, 'must be a Slack member id, or a channel'),
  webhook: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }),
} as const satisfies Record<(typeof CONTACT_KINDS)[number], z.ZodType>;

const methodOf = <K extends keyof typeof ADDRESSES>(kind: K) =>
  z.strictObject({ id, kind: z.literal(kind), address: ADDRESSES[kind] });

const contactMethod = z.discriminatedUnion('kind', [
  methodOf('email'),
  methodOf('sms'),
  methodOf('voice'),
  methodOf('slack'),
  methodOf('webhook'),
]);

const notificationRule = z.strictObject({
  urgency: urgency.exactOptional(),
  /** Counted from the moment at which the escalation reaches the person. Default 0. */
  afterMinutes: delayMinutes.exactOptional(),
  /** Id of one of the contact methods; `email` is the one that the field `email` makes. */
  method: id,
});

/** Told when a shift of theirs begins or ends. */
const handoffNotices = z.strictObject({
  enabled: z.boolean().exactOptional(),
  leadMinutes: delayMinutes.exactOptional(),
});

export const user = z.strictObject({
  id,
  name: name.exactOptional(),
  /** Short for a first contact method of kind and id `email`. */
  email: email.exactOptional(),
  timeZone: zoneName.exactOptional(),
  contactMethods: z.array(contactMethod).max(20).exactOptional(),
  notificationRules: z.array(notificationRule).max(50).exactOptional(),
  handoffNotices: handoffNotices.exactOptional(),
  /** Whom a pasted PagerDuty document means by this id. */
  pagerdutyId: label.exactOptional(),
});
export type UserForm = z.infer<typeof user>;

/** Id of the contact method that the field `email` makes. */
export const EMAIL_METHOD = 'email';
