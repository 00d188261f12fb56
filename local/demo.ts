import { setTimeout as sleep } from 'node:timers/promises';
import type { Mail } from './inbox.ts';
import { startLocal } from './runtime.ts';

/* The whole story on the mission's own sample incident: paged, escalated, acknowledged with one tap. Exits 0 when it went as told. */

const LONGEST_WAIT_MS = 20_000;
const QUIET_MS = 4_500;

const local = await startLocal({ configFile: 'examples/demo.yaml' });
const headers = { 'x-api-key': local.apiKey, 'content-type': 'application/json' };
let shown = 0;
try {
  say('InResponse is up. A monitoring system PUTs an incident; nobody reacts.');
  const first = await raise('5xx error rate above 5% in payment service');
  await mailTo('ada@example.org');
  say('Three seconds pass (ten minutes by default), and nobody acknowledges.');
  await mailTo('grace@example.org');

  say('A second incident; this time the on-call engineer taps the link in her mail.');
  const second = await raise('Latency of payment service above 2 s');
  const link = /https?:\S+\/ack\/\S+/.exec((await mailTo('ada@example.org')).text)?.[0] ?? '';
  await fetch(link);
  say('  Opening the link changes nothing (mail scanners do that); its button acknowledges.');
  await fetch(link, { method: 'POST' });
  const before = local.inbox().length;
  await sleep(QUIET_MS);
  if (local.inbox().length !== before) throw new Error('somebody was paged after the acknowledgement');
  say('  The escalation contact is left alone.');

  await fetch(`${local.url}/incidents/${first}`, {
    method: 'POST',
    headers,
    body: '{"state":"RESOLVED","by":"grace"}',
  });
  for (const id of [first, second]) await tell(id);
} finally {
  await local.stop();
}

async function raise(title: string): Promise<number> {
  const body = {
    service: 'athens',
    severity: 'CRIT',
    title,
    message: 'The load balancer answers with errors. Runbook: restart the payment workers.',
    source: 'CloudWatch',
  };
  const response = await fetch(`${local.url}/incidents`, { method: 'PUT', headers, body: JSON.stringify(body) });
  const incident = (await response.json()) as { incidentId: number };
  if (response.status !== 201) throw new Error(`PUT /incidents answered ${response.status}`);
  console.log(`\n  PUT /incidents → 201, incident ${incident.incidentId}: ${title}`);
  return incident.incidentId;
}

/** Waits for the next mail, shows it, and insists on whom it is for. */
async function mailTo(address: string): Promise<Mail> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const mail = local.inbox()[shown];
    if (mail) {
      shown += 1;
      if (!mail.to.includes(address)) throw new Error(`mail for ${mail.to.join(', ')}, expected ${address}`);
      const text = mail.text.trimEnd().replaceAll('\n', '\n  │ ');
      console.log(`\n  ┌ ${mail.sentAt}  to ${address}\n  │ ${mail.subject}\n  │\n  │ ${text}\n  └`);
      return mail;
    }
    if (Date.now() > deadline) throw new Error(`no mail for ${address} within ${LONGEST_WAIT_MS} ms`);
    await sleep(50);
  }
}

async function tell(incidentId: number): Promise<void> {
  const response = await fetch(`${local.url}/incidents/${incidentId}/timeline`, { headers });
  const { timeline } = (await response.json()) as { timeline: { at: string; text: string }[] };
  console.log(`\n  The timeline of incident ${incidentId}:`);
  for (const { at, text } of timeline) console.log(`    ${at.slice(11, 19)}  ${text}`);
}

function say(text: string): void {
  console.log(`\n${text}`);
}
