/**
 * netdata's Opsgenie notification: `POST /v1/json/integrations/webhooks/netdata?apiKey=KEY`. Follows netdata's alarm-notify.sh; it
 * takes exactly 200 for success.
 */
import type { EventAction, EventSeverity } from '../../core/event.ts';
import { makeEvent } from './make-event.ts';
import { opsgenieAccepted, opsgenieError, type Trace } from './opsgenie/replies.ts';
import { instantOf, isObject, jsonText, textOf } from './shape.ts';
import { accepted, ignored, refused, type Translation } from './translation.ts';

const STATUSES: ReadonlyMap<unknown, readonly [EventAction, EventSeverity]> = new Map([
  ['CRITICAL', ['trigger', 'critical']],
  ['WARNING', ['trigger', 'warning']],
  ['CLEAR', ['resolve', 'info']],
  // The chart or the alarm is gone: nothing will ever clear it.
  ['REMOVED', ['resolve', 'info']],
]);

export function isNetdata(body: unknown): boolean {
  return isObject(body) && 'old_status' in body && textOf(body.host) !== undefined && textOf(body.chart) !== undefined;
}

/** The alias is host, chart and name, so a CLEAR closes what the same alarm opened. */
export function translateNetdata(body: unknown, receivedAt: number, trace: Trace): Translation {
  if (!isObject(body)) return refused('unreadable', opsgenieError(400, 'The body is not a JSON object', trace));
  const [host, chart, name] = [textOf(body.host), textOf(body.chart), textOf(body.name)];
  if (host === undefined || (chart ?? name) === undefined) {
    const missing = {
      ...(host ? {} : { host: 'may not be empty' }),
      ...((chart ?? name) ? {} : { chart: 'may not be empty' }),
    };
    return refused('invalid', opsgenieError(422, 'Request body is not processable', trace, missing));
  }
  const reply = opsgenieAccepted(trace, 200);
  const status = STATUSES.get(body.status);
  if (status === undefined) return ignored(`the alarm's status is ${jsonText(body.status).slice(0, 100)}`, reply);
  const [action, severity] = status;
  const value = textOf(body.value);
  const reading = value === undefined ? '' : ` = ${value}${textOf(body.units) ? ` ${textOf(body.units)}` : ''}`;
  const event = makeEvent({
    action,
    severity,
    dedupKey: `${host}/${chart ?? ''}/${name ?? ''}`,
    title: `${host}: ${name ?? chart}${reading}`,
    message: textOf(body.info),
    details: body,
    source: host,
    client: 'netdata',
    component: chart,
    group: textOf(body.family),
    class: name,
    detectedAt: instantOf(body.when, receivedAt) ?? receivedAt,
  });
  return accepted([event], reply);
}
