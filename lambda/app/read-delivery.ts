import * as z from 'zod';
import type { EpochMs } from '../../core/time.ts';
import { readMessage } from './read-message.ts';

/** The part of a Delivery event that matters here. Source: SES developer guide, "event publishing, SNS examples". */
const deliveryEvent = z.object({
  eventType: z.literal('Delivery'),
  mail: z.object({ tags: z.object({ incidentId: z.array(z.string().regex(/^\d{1,15}$/)).min(1) }) }),
  delivery: z.object({ timestamp: z.iso.datetime({ offset: true }) }),
});

export interface ArrivedMail {
  readonly incidentId: number;
  /** When the recipient's server took the mail, by SES's clock. */
  readonly deliveredAt: EpochMs;
}

/** Which page has arrived, and when; undefined when the event is about something else. */
export function readDelivery(message: string): ArrivedMail | undefined {
  const { data } = deliveryEvent.safeParse(readMessage(message));
  return data && { incidentId: Number(data.mail.tags.incidentId[0]), deliveredAt: Date.parse(data.delivery.timestamp) };
}
