import { describe, expect, it } from '@jest/globals';
import { redact, redactError, withoutTokens } from '../../lambda/redact.ts';

const secret = 'p'.repeat(70);
const TOKEN = 'A'.repeat(40);

describe('the text of an error', () => {
  it.each([
    ['a value that DynamoDB repeats', `1 validation error: Value '{"a":{"S":"it's ${secret}"}}' at 'item' failed`],
    ['a piece of JSON', `Unexpected token in {"password": "${secret}"}`],
    ['a list', `ZodError: [{"message": "${secret}"}]`],
    ['several lines', `no:\n"${secret}\n"`],
    ['what is far behind', `${'x'.repeat(2_000)}${secret}`],
  ])('loses %s', (_what, text) => expect(redact(text)).not.toContain(secret));

  it('keeps what an operator needs', () => {
    const denied =
      'User: arn:aws:sts::1:assumed-role/InResponse-ProcessorRole is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-central-1:1:table/InResponse-TablesIncident23AFB782-ABCDEFGHIJKL because no identity-based policy allows the dynamodb:GetItem action';
    expect(redact(denied)).toBe(denied);
    expect(redact("Invalid Name: 'incident-10000-1'")).toBe("Invalid Name: 'incident-10000-1'");
  });

  it('loses the tokens of links, and keeps their kind', () => {
    expect(withoutTokens(`554 see https://x/ack/${TOKEN} and https://x/i/${TOKEN}, /payloads/${TOKEN}`)).toBe(
      '554 see https://x/ack/… and https://x/i/…, /payloads/…',
    );
    expect(redact(`refused https://x/ical/${TOKEN}.ics`)).toBe('refused https://x/ical/….ics');
  });

  it('keeps the name of the error, by which callers try again', () => {
    const error = redactError(Object.assign(new Error(`Value '${secret}'`), { name: 'ThrottlingException' }));
    expect(String(error)).toBe("ThrottlingException: Value '…'");
    expect(error.stack).not.toContain(secret);
    expect(redactError('gone').message).toBe('gone');
  });
});
