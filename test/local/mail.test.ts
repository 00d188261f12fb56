import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { type Inbox, type Mail, openInbox } from '../../local/inbox.ts';
import { renderInbox, renderMail } from '../../local/inbox-page.ts';
import { silent } from '../../local/log.ts';
import { createMail, recipients } from '../../local/mail.ts';
import { parseMessage } from '../../local/mime.ts';
import { createSmtpRelay } from '../../local/smtp.ts';
import { type RunningServer, startWire } from '../../local/wire.ts';

const simple: SendEmailCommandInput = {
  FromEmailAddress: 'InResponse <oncall@example.org>',
  Destination: { ToAddresses: ['ada@example.org'] },
  ConfigurationSetName: 'pages',
  EmailTags: [{ Name: 'incidentId', Value: '10000' }],
  Content: {
    Simple: {
      Subject: { Data: 'disk full, 95 %' },
      Body: { Text: { Data: 'text' }, Html: { Data: '<p>html</p>' } },
      Headers: [{ Name: 'X-Incident', Value: '10000' }],
    },
  },
};

describe('SES', () => {
  let inbox: Inbox;
  let wire: RunningServer;
  let client: SESv2Client;
  let smtp: SMTPServer;
  let accepted: Mail[] = [];
  let received: string[] = [];

  beforeAll(async () => {
    smtp = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo({ address }, _session, callback) {
        const code = { 'gone@example.org': 550, 'later@example.org': 451 }[address];
        callback(code === undefined ? null : Object.assign(new Error('refused'), { responseCode: code }));
      },
      onData(stream, _session, callback) {
        let text = '';
        stream.on('data', (chunk) => (text += chunk));
        stream.on('end', () => {
          received.push(text);
          callback();
        });
      },
    });
    const port = await new Promise<number>((resolve) => {
      const server = smtp.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    inbox = await openInbox();
    const configurationSets = new Set(['pages']);
    const relay = createSmtpRelay(`smtp://127.0.0.1:${port}`);
    wire = await startWire([
      createMail({ inbox, log: silent, configurationSets, accepted: (mail) => accepted.push(mail), relay }),
    ]);
    client = new SESv2Client({
      endpoint: wire.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
  });
  beforeEach(() => {
    accepted = [];
    received = [];
  });
  afterAll(async () => {
    client.destroy();
    await wire.stop();
    await new Promise<void>((resolve) => smtp.close(resolve));
  });

  it('takes a mail into the inbox and on to the SMTP server', async () => {
    const { MessageId } = await client.send(new SendEmailCommand(simple));
    expect(inbox.all().at(-1)).toMatchObject({
      messageId: MessageId,
      from: 'InResponse <oncall@example.org>',
      to: ['ada@example.org'],
      subject: 'disk full, 95 %',
      text: 'text',
      html: '<p>html</p>',
      headers: { 'X-Incident': '10000' },
      tags: { incidentId: '10000' },
    });
    expect(accepted).toHaveLength(1);
    expect(received).toHaveLength(1);
    expect(received[0]).toContain(`Message-ID: <${MessageId}@inresponse.local>`);
    expect(received[0]).toMatch(/^X-Incident: 10000/m);
  });

  it('takes a raw message', async () => {
    const raw = 'From: a@example.org\r\nTo: b@example.org, c@example.org\r\nSubject: =?utf-8?B?w6Q=?=\r\n\r\nhello\r\n';
    await client.send(new SendEmailCommand({ Content: { Raw: { Data: Buffer.from(raw) } } }));
    expect(inbox.all().at(-1)).toMatchObject({ to: ['b@example.org', 'c@example.org'], subject: 'ä', text: 'hello\n' });
  });

  it.each([
    ['gone@example.org', 'MessageRejected', 400],
    ['later@example.org', 'InternalServiceErrorException', 500],
  ])('answers for %s as SES would: %s', async (to, name, httpStatusCode) => {
    const before = inbox.all().length;
    const command = new SendEmailCommand({ ...simple, Destination: { ToAddresses: [to] } });
    await expect(client.send(command)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect(inbox.all()).toHaveLength(before);
    expect(accepted).toEqual([]);
  });

  it('sends nothing to the mailbox simulator', async () => {
    const Destination = { ToAddresses: ['bounce@simulator.amazonses.com'] };
    await client.send(new SendEmailCommand({ ...simple, Destination }));
    expect(received).toEqual([]);
    expect(accepted).toHaveLength(1);
  });

  it.each([
    [{ ...simple, Destination: { ToAddresses: [] } }, 'BadRequestException'],
    [{ ...simple, Destination: { ToAddresses: ['nobody'] } }, 'BadRequestException'],
    [{ ...simple, FromEmailAddress: undefined }, 'BadRequestException'],
    [{ ...simple, ConfigurationSetName: 'unknown' }, 'NotFoundException'],
  ])('refuses what SES refuses', async (input, name) => {
    await expect(client.send(new SendEmailCommand(input))).rejects.toMatchObject({ name });
  });
});

describe('raw messages', () => {
  it('are read through their parts and encodings', () => {
    const raw = [
      'Subject: =?utf-8?Q?caf=C3=A9?= =?utf-8?Q?_au_lait?=',
      'Content-Type: multipart/alternative; boundary="x"',
      '',
      'preamble',
      '--x',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'gr=C3=BC=',
      'n',
      '--x',
      'Content-Type: text/html; charset=iso-8859-1',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<b>gr\u00fcn</b>', 'latin1').toString('base64'),
      '--x--',
    ].join('\r\n');
    const { headers, text, html } = parseMessage(raw);
    expect(headers.Subject).toBe('café au lait');
    expect(text.trim()).toBe('grün');
    expect(html).toBe('<b>grün</b>');
  });
});

describe('the inbox page', () => {
  const hostile = `"'><script>alert(1)</script>`;
  const mail: Mail = {
    messageId: hostile,
    sentAt: '2026-11-21T07:00:00.000Z',
    from: hostile,
    to: [hostile],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: hostile,
    text: hostile,
    html: hostile,
    headers: { [hostile]: hostile },
    tags: {},
  };

  it.each([
    ['the list', renderInbox([mail])],
    ['a mail', renderMail(mail)],
  ])('shows hostile text as text: %s', (_name, page) => {
    expect(page).not.toContain('<script');
    expect(page).not.toContain(hostile.slice(0, 3));
  });

  it('has the newest mail first', () => {
    const page = renderInbox([
      { ...mail, subject: 'older' },
      { ...mail, subject: 'newer' },
    ]);
    expect(page.indexOf('newer')).toBeLessThan(page.indexOf('older'));
  });

  it('lets a mail run nothing', () => {
    expect(renderMail(mail)).toMatch(/<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  });
});

describe('recipients', () => {
  it('are bare addresses', () => {
    expect(recipients({ to: ['Ada <ada@example.org>', ' b@example.org '], cc: ['c@example.org'], bcc: [] })).toEqual([
      'ada@example.org',
      'b@example.org',
      'c@example.org',
    ]);
  });
});
