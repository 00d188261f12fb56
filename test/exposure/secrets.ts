import { createHash, createHmac } from 'node:crypto';
import type { Fault, Rig } from './rig.ts';
import { CONFIG, good, issueKey, raise } from './story.ts';

/** Something that must not be found but where it belongs. */
export interface Secret {
  readonly what: string;
  readonly value: string;
  /** Places where it may be: names of tables, `mails`. */
  readonly mayBeIn: readonly string[];
}

export interface Exposed {
  readonly secrets: readonly Secret[];
  /** Bodies of all answers above 399. */
  readonly refusals: readonly string[];
}

type Asking = Parameters<Rig['request']>;

/** What a sender says belongs into the incident, and whatever that goes to. */
const OF_THE_INCIDENT = ['table Incident', 'table Payload', 'mails'];

/**
 * Plants secrets everywhere that they come from, and lets everything fail that can, with services that repeat in their error what they
 * were asked.
 */
export async function expose(rig: Rig): Promise<Exposed> {
  const secrets: Secret[] = [];
  const refusals: string[] = [];
  const plant = (what: string, value: string, ...mayBeIn: string[]) => {
    secrets.push({ what, value, mayBeIn });
    return value;
  };
  const planted = (what: string, ...mayBeIn: string[]) =>
    plant(what, `p${createHash('sha256').update(what).digest('hex').slice(0, 31)}`, ...mayBeIn);
  const ask = async (...asking: Asking) => {
    const answer = await rig.request(...asking);
    if (answer.status >= 400) refusals.push(answer.text);
    return answer;
  };
  for (const key of rig.apiKeys) plant('an API key', key);

  const signing = planted('secret of a signature', 'table Integration');
  const signed = plant(
    'the key of a signed integration',
    await issueKey(rig, {
      name: 'signed',
      kind: 'grafana',
      service: 'checkout',
      options: { signature: { secrets: [signing] } },
    }),
  );
  const key = plant('an integration key', await issueKey(rig, { name: 'any', kind: 'pagerduty', service: 'checkout' }));
  const free = plant('a global key', await issueKey(rig, { name: 'global', kind: 'global' }));
  const mailKey = plant('a mail key', await issueKey(rig, { name: 'mail', kind: 'email' }));
  const og = plant('a GenieKey', await issueKey(rig, { name: 'og', kind: 'opsgenie', service: 'checkout' }));
  const rare = plant('a throttled key', await issueKey(rig, { name: 'rare', kind: 'json', ratePerMinute: 1 }));
  const wrong = plant('a wrong key', 'e'.repeat(32));
  const password = planted('password in a body', ...OF_THE_INCIDENT);
  const token = planted('token in a link', ...OF_THE_INCIDENT);
  const body = {
    title: 'Disk full',
    password,
    links: [{ href: `https://ada:${token}@wiki.example.org/?token=${token}` }],
    custom_details: { password },
    routing_key: key,
    apiKey: key,
  };
  const v2 = {
    routing_key: key,
    event_action: 'trigger',
    payload: { summary: 'Disk full', source: 'db-1', severity: 'critical', custom_details: { password } },
    links: [{ href: `https://wiki.example.org/?token=${token}` }],
  };
  const hmac = createHmac('sha256', signing).update(JSON.stringify(body)).digest('hex');
  const basic = `Basic ${Buffer.from(`ada:${key}`).toString('base64')}`;
  plant('a Basic header', basic.slice(6));
  const text = { 'content-type': 'application/json' };

  /** Each way in, with the key where that way has it. */
  const ways: Asking[] = [
    ['POST', '/v2/enqueue', { body: v2, key: null }],
    ['POST', '/', { body, key: null }],
    ['POST', `/?routing_key=${key}`, { body, key: null }],
    ['POST', `/integration/${key}/enqueue`, { body, key: null }],
    ['POST', `/integration/${key}/enqueue`, { body: v2, key: null }],
    ['POST', `/x-ere/${free}`, { body, key: null }],
    ['POST', '/json', { body, key: null, headers: { ...text, authorization: basic } }],
    ['POST', '/json', { body, key, headers: text }],
    ['POST', `/json/${key}?password=${password}`, { body, key: null }],
    ['POST', `/grafana/${signed}`, { body, key: null, headers: { 'x-grafana-alerting-signature': hmac } }],
    ['POST', `/grafana/${signed}`, { body, key: null, headers: { 'x-grafana-alerting-signature': signing } }],
    ['POST', `/apprise/${key}`, { body, key: null }],
    ['POST', `/json/${key}`, { body: { ...body, log: 'x'.repeat(70_000) }, key: null }],
    ['POST', '/v2/change/enqueue', { body: v2, key: null }],
    [
      'POST',
      '/v2/alerts',
      {
        body: { message: 'Disk full', details: { password } },
        key: null,
        headers: { authorization: `GenieKey ${og}` },
      },
    ],
    ['POST', `/v2/alerts?apiKey=${og}`, { body: { message: 'Disk full' }, key: null }],
    [
      'POST',
      '/v2/heartbeats',
      {
        body: { name: 'cron', interval: 1, intervalUnit: 'hours' },
        key: null,
        headers: { authorization: `GenieKey ${og}` },
      },
    ],
    [
      'PUT',
      '/incidents',
      { body: { service: 'checkout', severity: 'CRIT', title: 'Disk full', message: 'x', details: { password } } },
    ],
    ['POST', '/integrations', { body: { name: 'x', kind: 'json', options: { signature: { secrets: [signing] } } } }],
    ['GET', '/integrations', {}],
    ['GET', '/users/ada/feed', {}],
    ['GET', '/incidents?state=OPEN', {}],
    ['PUT', '/config', { body: CONFIG }],
  ];
  for (const way of ways) await ask(...way);
  const feed = String(good(await rig.request('GET', '/users/ada/feed')).json.url);
  plant('the token of a feed', feed.slice(feed.lastIndexOf('/') + 1).replace('.ics', ''));

  // Bodies that are none, keys that are none, and too many requests.
  for (const [method, path, asked = {}] of ways) {
    if (asked.body === undefined) continue;
    await ask(method, path, { ...asked, body: `{"password": ${password}, "routing_key": "${key}"` });
    await ask(method, path, { ...asked, body: `${password}` });
    await ask(method, path, {
      ...asked,
      body: { ...(asked.body as object), unknown: password, severity: { password } },
    });
    await ask(method, path.replaceAll(/[0-9a-f]{32}|R[0-9A-Z]{31}/g, wrong), { ...asked, key: wrong });
  }
  for (let i = 0; i < 2; i += 1) await ask('POST', `/json/${rare}`, { body, key: null });
  for (const path of [`/nothing/${key}`, `/i/${wrong}`, `/ack/${wrong}`, `/ical/${wrong}`, `/payloads/${wrong}`])
    await ask('GET', path, { key: null });

  // A page, whose links are tokens; and everything again, with services that fail.
  const id = await raise(rig, { details: { password }, links: v2.links });
  await rig.escalate(1);
  const page = rig.mails.at(-1);
  const tokenOf = (purpose: string) => new RegExp(`/${purpose}/([\\w-]+)`).exec(page?.text ?? '')?.[1] ?? '';
  const acknowledge = plant('an acknowledge link', tokenOf('ack'), 'mails');
  const view = plant('a view link', tokenOf('i'), 'mails');
  const links: Asking[] = [
    ['GET', `/i/${view}`, { key: null }],
    ['GET', `/ack/${acknowledge}`, { key: null }],
    ['POST', `/ack/${acknowledge}`, { key: null }],
    ['GET', new URL(feed).pathname, { key: null }],
  ];
  const mailed = {
    messageId: page?.messageId ?? '',
    tags: Object.fromEntries(Object.entries(page?.tags ?? {}).map(([name, value]) => [name, [value]])),
  };
  const bounce = {
    eventType: 'Bounce',
    mail: mailed,
    bounce: {
      bounceType: 'Transient',
      bouncedRecipients: [
        {
          emailAddress: 'ada@example.org',
          diagnosticCode: `554 5.7.1 blocked: https://inresponse.example.org/ack/${acknowledge}`,
        },
      ],
    },
  };
  const mailTo = (to: string) => receivedMail(to, password);
  const events = (): (readonly [string, unknown])[] => [
    ['mailEvents', sns(JSON.stringify(bounce))],
    ['mailEvents', sns(`{"password": ${password}`)],
    ['ingest', sns(`{"password": ${password}`)],
    ['ingest', mailTo(`alerts+${mailKey}@in.example.org`)],
    ['ingest', mailTo(`${mailKey}@in.example.org`)],
  ];
  const all = async (asked = ways) => {
    for (const asking of [...links, ...asked]) await ask(...asking);
    for (const [name, event] of events()) await rig.invoke(name, event);
    await rig.escalate(1, JSON.stringify({ incidentId: id, generation: 1, team: 'core', timeZone: 'UTC' }));
  };
  // The other senders take the same way to the tables.
  const distinct = ways.filter(([, path]) => !/^\/(json|grafana|apprise|integration|\?)/.test(path));
  await all(distinct);
  await noteLinkSecrets(rig, secrets, true);
  rig.advance(3_600_000);
  for (const operation of ['Get', 'Put', 'Update', 'Query', 'Batch']) {
    rig.fault(echo(`dynamodb:${operation}`));
    await all(distinct);
    // Where a write succeeds, it would page for everything that is open by now.
    if (operation !== 'Put') await rig.invoke('reconciler', {});
  }
  rig.fault(echo('states:'));
  await raise(rig, { details: { password } });
  rig.fault(echo('ses:'));
  await rig.escalate(1);
  rig.fault((action) =>
    action === 'dynamodb:UpdateItem' ? failure('ConditionalCheckFailedException', 'x') : undefined,
  );
  await ask('POST', `/ack/${acknowledge}`, { key: null });
  await rig.invoke('mailEvents', sns(JSON.stringify(bounce)));
  rig.fault(undefined);
  await confirm(ask, planted, key);
  await damage(rig, planted, () => all(distinct));
  await noteLinkSecrets(rig, secrets, false);
  return { secrets, refusals };
}

function failure(type: string, message: string) {
  return { status: 400, type, message };
}

/** A service that repeats in its error what it was asked, as DynamoDB does with values that it cannot take. */
function echo(prefix: string): Fault {
  return (action, body) => {
    if (!action.startsWith(prefix)) return undefined;
    return failure(
      'ValidationException',
      `1 validation error detected: Value '${body}' at 'request' failed to satisfy constraint`,
    );
  };
}

/** Takes note of the secrets that sign links. `forget`: removes them, so that the next page makes new ones. */
async function noteLinkSecrets(rig: Rig, secrets: Secret[], forget: boolean): Promise<void> {
  const Key = { configkey: { S: 'linkSecrets' } };
  const { Item } = (await rig.dynamo('GetItem', 'Config', { Key })) as {
    Item?: { secrets: { L: { M: { secret: { S: string } } }[] } };
  };
  for (const { M } of Item?.secrets.L ?? []) {
    const mayBeIn = forget ? [] : ['table Config'];
    secrets.push({ what: 'a secret that signs links', value: M.secret.S, mayBeIn });
  }
  if (forget) await rig.dynamo('DeleteItem', 'Config', { Key });
}

/** SNS cannot be reached, and the error of the way there names the address. */
async function confirm(
  ask: (...asking: Asking) => Promise<unknown>,
  planted: (what: string) => string,
  key: string,
): Promise<void> {
  const token = planted('token of a subscription');
  const envelope = {
    Type: 'SubscriptionConfirmation',
    MessageId: 'm',
    TopicArn: 'arn:aws:sns:eu-central-1:111122223333:t',
    Token: token,
    Message: 'confirm',
    SubscribeURL: `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=${token}`,
    Timestamp: '2026-11-23T12:00:00.000Z',
    SignatureVersion: '1',
    Signature: 'AAAA',
    SigningCertURL: `https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-${'a'.repeat(32)}.pem`,
  };
  await ask('POST', `/cloudwatch/${key}`, { body: envelope, key: null });
}

/** Rows that cannot be read any more. */
async function damage(rig: Rig, planted: (what: string, ...mayBeIn: string[]) => string, all: () => Promise<void>) {
  const document = planted('something in a configuration', 'table Config');
  const { Item } = (await rig.dynamo('GetItem', 'Config', { Key: { configkey: { S: 'config' } } })) as {
    Item: { revision: { N: string } };
  };
  const broken = planted('something in a service', 'table Service');
  const set = (table: string, Key: object, name: string, value: string) =>
    rig.dynamo('UpdateItem', table, {
      Key,
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': { S: value } },
    });
  await set('Config', { configkey: { S: 'config' } }, 'odd', 'x');
  // A revision that no process has read yet.
  const next = String(Number(Item.revision.N) + 1);
  await rig.dynamo('PutItem', 'Config', {
    Item: {
      configkey: { S: `config#${next}` },
      previous: { N: '1' },
      author: { S: 'x' },
      at: { N: '0' },
      document: { S: `{"a": ${document}` },
    },
  });
  await rig.dynamo('PutItem', 'Config', {
    Item: { configkey: { S: 'config' }, revision: { N: next }, projected: { N: next } },
  });
  await set('Service', { serviceId: { S: 'checkout' } }, 'definition', `{"a": ${broken}`);
  rig.advance(60_000);
  await all();
}

const sns = (Message: string) => ({
  Records: [
    { EventSource: 'aws:sns', Sns: { Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:a:1:t', Message } },
  ],
});

/** Of mails: each is another one. */
let serial = 0;

function receivedMail(to: string, password: string) {
  const content = `From: ada@example.org\r\nTo: ${to}\r\nSubject: Disk full\r\nMessage-ID: <${serial++}@example.org>\r\n\r\n${password}\r\n`;
  const verdict = { status: 'PASS' };
  const receipt = {
    recipients: [to],
    spamVerdict: verdict,
    virusVerdict: verdict,
    spfVerdict: verdict,
    dkimVerdict: verdict,
    dmarcVerdict: verdict,
    action: { type: 'SNS', encoding: 'BASE64' },
  };
  const mail = { messageId: 'm', source: 'ada@example.org', destination: [to] };
  return sns(
    JSON.stringify({ notificationType: 'Received', mail, receipt, content: Buffer.from(content).toString('base64') }),
  );
}
