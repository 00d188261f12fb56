import { expect, it } from '@jest/globals';
import { EVENT_LIMITS, toSeverity } from '../../../core/event.ts';
import { makeEvent } from '../../../lambda/ingest/make-event.ts';
import { RECEIVED_AT } from './support.ts';

it.each([
  [{ severity: 'critical' }, 'CRIT'],
  [{ severity: 'error' }, 'ERR'],
  [{ severity: 'warning' }, 'WARN'],
  [{ severity: 'info' }, 'WARN'],
  [{ severity: 'info', priority: 'P1' }, 'WARN'],
  [{ priority: 'P1' }, 'CRIT'],
  [{ priority: 'P2' }, 'ERR'],
  [{ priority: 'P3' }, 'WARN'],
  [{ priority: 'P5' }, 'WARN'],
  [{}, 'ERR'],
] as const)('an event with %j is an incident of severity %s', (event, severity) => {
  expect(toSeverity(event)).toBe(severity);
});

it('an event keeps at most fifty links and images', () => {
  const links = Array.from({ length: 80 }, (_, i) => ({ href: `https://a.example.com/${i}` }));
  const images = links.map(({ href }) => ({ src: href }));
  const event = makeEvent({ action: 'trigger', detectedAt: RECEIVED_AT, links, images });
  expect([event.links.length, event.images.length]).toEqual([EVENT_LIMITS.links, EVENT_LIMITS.images]);
});
