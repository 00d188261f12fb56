/**
 * Grafana alerting webhook, version 1 (grafana/alerting receivers/webhook): Alertmanager's form with links, values and images per
 * alert; and the form of the alerting before Grafana 8 ("legacy"). The signature check is in signatures.ts.
 */
import type { EventAction } from '../../core/event.ts';
import { type GroupOptions, translateGroup } from './alertmanager.ts';
import { severityOfLabels } from './labels.ts';
import { type EventDraft, makeEvent, readImages, readLinks } from './make-event.ts';
import { isObject, type JsonObject, jsonText, listOf, objectOf, textOf } from './shape.ts';
import { type Arrival, accepted, ignored, type Translation } from './translation.ts';
import { webhookAccepted, webhookIgnored } from './webhook-replies.ts';

/** Grafana counts its webhook as version 1, Alertmanager as 4; Grafana alone has organisations. */
export function isGrafana(body: unknown): boolean {
  return (
    isObject(body) && ((Array.isArray(body.alerts) && (body.version === '1' || 'orgId' in body)) || isLegacy(body))
  );
}

export function translateGrafana(body: unknown, arrival: Arrival, by: GroupOptions['by'] = 'alert'): Translation {
  if (isObject(body) && isLegacy(body)) return translateLegacy(body, arrival);
  return translateGroup(body, arrival, { by, client: 'Grafana', extras });
}

function extras(alert: JsonObject): Pick<EventDraft, 'links' | 'images' | 'details'> {
  const values = objectOf(alert.values);
  return {
    links: readLinks([
      { href: alert.dashboardURL, text: 'Dashboard' },
      { href: alert.panelURL, text: 'Panel' },
      { href: alert.silenceURL, text: 'Silence' },
    ]),
    images: readImages([{ src: alert.imageURL, alt: 'Panel' }]),
    details: {
      ...(Object.keys(values).length > 0 ? { values } : {}),
      ...(textOf(alert.valueString) ? { valueString: alert.valueString } : {}),
      ...(textOf(alert.ruleUID) ? { ruleUID: alert.ruleUID } : {}),
    },
  };
}

function isLegacy(body: JsonObject): boolean {
  return (
    !Array.isArray(body.alerts) &&
    textOf(body.state) !== undefined &&
    (textOf(body.ruleId) ?? textOf(body.ruleName)) !== undefined
  );
}

const LEGACY_ACTIONS: ReadonlyMap<unknown, EventAction> = new Map([
  ['alerting', 'trigger'],
  ['no_data', 'trigger'],
  ['ok', 'resolve'],
]);

function translateLegacy(body: JsonObject, { receivedAt }: Arrival): Translation {
  const action = LEGACY_ACTIONS.get(body.state);
  if (action === undefined) {
    const why = `the rule's state is ${jsonText(body.state).slice(0, 100)}`;
    return ignored(why, webhookIgnored(why, 200));
  }
  const tags = objectOf(body.tags);
  const event = makeEvent({
    action,
    dedupKey: `grafana-rule-${textOf(body.orgId) ?? '1'}-${textOf(body.ruleId) ?? textOf(body.ruleName)}`,
    service: textOf(tags.service),
    team: textOf(tags.team),
    severity: severityOfLabels(tags),
    title: textOf(body.title) ?? textOf(body.ruleName),
    message: textOf(body.message),
    details: { evalMatches: listOf(body.evalMatches), tags, state: body.state },
    links: readLinks([{ href: body.ruleUrl, text: 'Rule' }]),
    images: readImages([{ src: body.imageUrl, alt: 'Panel' }]),
    client: 'Grafana',
    clientUrl: textOf(body.ruleUrl),
    class: textOf(body.ruleName),
    detectedAt: receivedAt,
  });
  return accepted([event], webhookAccepted(1, 200));
}
