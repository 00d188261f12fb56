import { describe, expect, it } from '@jest/globals';
import type { InboundEvent } from '../../../core/event.ts';
import { withoutKey } from '../../../lambda/ingest/without-key.ts';

const KEY = '0'.repeat(31).concat('a');
const event: InboundEvent = {
  action: 'trigger',
  severity: 'error',
  title: 'Disk full',
  message: 'Of db-1',
  details: { region: 'a', left: 0.5 },
  links: [],
  images: [],
  detectedAt: 1,
};

describe('events', () => {
  it('are left alone when they do not hold the key', () => {
    const events = [event];
    expect(withoutKey(events, KEY)).toBe(events);
    expect(withoutKey(events, '')).toBe(events);
  });

  it('lose the key wherever it is, in any case', () => {
    const details = { to: [`alerts+${KEY.toUpperCase()}@in.example.org`], routing_key: KEY };
    expect(withoutKey([{ ...event, message: `sent to ${KEY}`, dedupKey: KEY, details }], KEY)).toEqual([
      { ...event, message: 'sent to …', dedupKey: '…', details: { to: ['alerts+…@in.example.org'], routing_key: '…' } },
    ]);
  });

  it('name no service when that was the key', () => {
    expect(withoutKey([{ ...event, service: KEY }], KEY)).toEqual([event]);
  });
});
