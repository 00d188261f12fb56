import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { failureOf } from '../../../../lambda/channels/mail/failure.ts';
import { createMailChannel } from '../../../../lambda/channels/mail/send.ts';
import { hostileText, UNREADABLE } from '../../http/pages/hostile.ts';
import { clientFor, type SesAnswer, sesError, startSes } from './ses-server.ts';

const MAIL = {
  to: 'alice@example.com',
  subject: '[CRIT] #10000 Überlast',
  text: 'text part',
  html: '<p>html part</p>',
  headers: { References: '<incident-10000@pager.example.com>', Importance: 'high' },
};
const TAGS = { incidentId: 10_000, delivery: 3 };
const FROM = 'InResponse <pager@example.com>';

let ses: Awaited<ReturnType<typeof startSes>>;
beforeEach(async () => {
  ses = await startSes();
});
afterEach(() => ses.stop());

const send = () => createMailChannel({ client: ses.client, from: FROM, configurationSet: 'pages' }).send(MAIL, TAGS);

describe('a mail on the wire', () => {
  it('carries both parts, the headers, the tags and the configuration set', async () => {
    expect(await send()).toEqual({ kind: 'ok', messageId: '0100' });
    expect(ses.calls).toHaveLength(1);
    expect(ses.calls[0]).toMatchObject({ method: 'POST', path: '/v2/email/outbound-emails' });
    expect(ses.calls[0]?.body).toEqual({
      FromEmailAddress: FROM,
      Destination: { ToAddresses: ['alice@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: '[CRIT] #10000 Überlast', Charset: 'UTF-8' },
          Body: {
            Text: { Data: 'text part', Charset: 'UTF-8' },
            Html: { Data: '<p>html part</p>', Charset: 'UTF-8' },
          },
          Headers: [
            { Name: 'References', Value: '<incident-10000@pager.example.com>' },
            { Name: 'Importance', Value: 'high' },
          ],
        },
      },
      EmailTags: [
        { Name: 'incidentId', Value: '10000' },
        { Name: 'delivery', Value: '3' },
      ],
      ConfigurationSetName: 'pages',
    });
  });

  it('names no configuration set when there is none', async () => {
    await createMailChannel({ client: ses.client, from: FROM }).send(MAIL, TAGS);
    expect(ses.calls[0]?.body).not.toHaveProperty('ConfigurationSetName');
  });

  it.each([
    '',
    'alice',
    'a@b.example, c@d.example',
    'a@b.example\r\nBcc: c@d.example',
    'A <a@b.example>',
    'a@b@c.example',
  ])('goes to nobody but one plain address: not to %j', async (to) => {
    const channel = createMailChannel({ client: ses.client, from: FROM });
    expect(await channel.send({ ...MAIL, to }, TAGS)).toEqual({
      kind: 'permanent',
      error: 'not a usable mail address',
    });
    expect(ses.calls).toHaveLength(0);
  });
});

describe('a failure', () => {
  it.each([
    [400, 'MessageRejected', 'permanent'],
    [400, 'BadRequestException', 'permanent'],
    [400, 'AccountSuspendedException', 'permanent'],
    [400, 'SendingPausedException', 'retryable'],
    [400, 'MailFromDomainNotVerifiedException', 'retryable'],
    [404, 'NotFoundException', 'retryable'],
    [429, 'TooManyRequestsException', 'retryable'],
    [400, 'LimitExceededException', 'retryable'],
    [403, 'AccessDeniedException', 'retryable'],
    [500, 'InternalServiceErrorException', 'retryable'],
    [503, 'ServiceUnavailable', 'retryable'],
    [418, 'NeverHeardOf', 'retryable'],
    [400, 'constructor', 'retryable'],
  ])('HTTP %i %s is %s-coded by name', async (status, name, kind) => {
    ses.answers.push(sesError(status, name, 'why it failed'));
    const outcome = await send();
    expect(outcome.kind).toBe(kind);
    expect(outcome).toHaveProperty(
      'error',
      expect.stringMatching(new RegExp(`\\(${name}, HTTP ${status}\\): why it failed$`)),
    );
    expect(ses.calls).toHaveLength(1);
  });

  it.each<[string, SesAnswer]>([
    ['a broken connection', { status: 0, instead: 'drop' }],
    ['no answer in time', { status: 0, instead: 'hang' }],
    ['an answer that is no JSON', { status: 502, body: '<html>' }],
  ])('is retryable: %s', async (_, answer) => {
    ses.answers.push(answer);
    const channel = createMailChannel({
      client: clientFor(ses.port, answer.instead === 'hang' ? 50 : 10_000),
      from: FROM,
    });
    expect(await channel.send(MAIL, TAGS)).toMatchObject({ kind: 'retryable' });
    // On a busy machine the time may be up before the request has even arrived.
    expect(ses.calls.length).toBeLessThanOrEqual(1);
  });

  it('is retryable: nobody there', async () => {
    const channel = createMailChannel({ client: clientFor(1), from: FROM });
    expect(await channel.send(MAIL, TAGS)).toMatchObject({ kind: 'retryable' });
  });

  // The SDK's own shapes: jest runs it in a realm of its own, where it wraps the errors of Node and loses their names.
  it.each([
    [{ name: 'Error', code: 'ECONNREFUSED' }, 'SES cannot be reached (ECONNREFUSED): x'],
    [
      { name: 'TimeoutError', code: 'ECONNRESET' },
      'the connection to SES broke; the mail may have gone out (ECONNRESET): x',
    ],
    [{ name: 'TimeoutError' }, 'SES did not answer in time; the mail may have gone out (TimeoutError): x'],
    [{ name: 'CredentialsProviderError' }, 'there are no AWS credentials (CredentialsProviderError): x'],
  ])('says what broke on the way: %j', (shape, error) => {
    expect(failureOf(Object.assign(new Error('x'), shape))).toEqual({ kind: 'retryable', error });
  });

  it('shows neither who is behind an address, nor keys, nor a second line', async () => {
    const key = `${'A'.repeat(4)}${'7'.repeat(16)}`;
    const secret = 'q'.repeat(60);
    const message = `Address alice.b@example.com of ${key} with ${secret} refused\nx-amz-security-token:${'t'.repeat(20)}`;
    ses.answers.push(sesError(400, 'MessageRejected', message));
    expect(await send()).toEqual({
      kind: 'permanent',
      error:
        'SES refuses this mail or its recipient (MessageRejected, HTTP 400): Address …@example.com of … with … refused',
    });
  });

  it('is one readable line of at most 300 characters, whatever is thrown', () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.anything(), (message, name, anything) => {
        for (const thrown of [Object.assign(new Error(message), { name }), anything, { message: message.repeat(50) }]) {
          const { kind, error } = failureOf(thrown);
          expect(kind).toBe('retryable');
          expect(error).not.toMatch(/[\r\n\u2028\u2029]/);
          expect(error).not.toMatch(UNREADABLE);
          expect(error.length).toBeLessThanOrEqual(300);
        }
      }),
    );
  });
});
