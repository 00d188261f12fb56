import { describe, expect, it } from '@jest/globals';
import {
  groupDedupKey,
  isFromGrafana,
  isFromSlack,
  isSignedByPagerDuty,
  signPagerDuty,
} from '../../../lambda/ingest/signatures.ts';

const TS = '1767225600';
const NOW = Number(TS) * 1000;

describe('Slack v0', () => {
  const secret = 'inresponse-test-secret';
  const rawBody = Buffer.from(
    'payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22ack%22%2C%22value%22%3A%22Q1%22%7D%5D%7D',
  );
  const signature = 'v0=458fd694624566c0266a57b4ab16f2d723bac566e19a270251f5d94900a00669';
  const signed = { rawBody, timestamp: TS, signature };

  it('takes the known vector, with either of two secrets', () => {
    expect(isFromSlack(signed, [secret], NOW)).toBe(true);
    expect(isFromSlack(signed, ['other', secret], NOW)).toBe(true);
  });

  it.each([
    ['another body', { rawBody: Buffer.from('x') }, NOW],
    ['another time', { timestamp: '1767225601' }, NOW],
    ['no signature', { signature: undefined }, NOW],
    ['no timestamp', { timestamp: undefined }, NOW],
    ['a timestamp that is no number', { timestamp: '1767225600abc' }, NOW],
    ['a signature in another length', { signature: 'v0=45' }, NOW],
    ['an old request', {}, NOW + 301_000],
    ['a request from the future', {}, NOW - 301_000],
  ])('refuses %s', (_, change, now) => {
    expect(isFromSlack({ ...signed, ...change }, [secret], now)).toBe(false);
  });

  it('takes a request of 300 seconds ago, and nothing without secrets', () => {
    expect(isFromSlack(signed, [secret], NOW + 300_000)).toBe(true);
    expect(isFromSlack(signed, [], NOW)).toBe(false);
  });
});

describe('PagerDuty v1', () => {
  const body = '{"event":{"id":"01EVT","event_type":"incident.triggered"}}';
  const current = 'v1=439837cbf591ee26c38d552781a538e48e2dda60832037be12d7bdded1712467';
  const old = 'v1=ebe147aea313b8309878c563feb517244c63cd504828ab51750b7be2e8d86569';

  it('signs with every secret, without a space after the comma', () => {
    expect(signPagerDuty(body, ['whsec-abc', 'whsec-old'])).toBe(`${current},${old}`);
  });

  it('takes any match, and nothing else', () => {
    expect(isSignedByPagerDuty(Buffer.from(body), `v1=00,${old}`, ['whsec-old'])).toBe(true);
    expect(isSignedByPagerDuty(Buffer.from(body), `${old}, ${current}`, ['whsec-abc'])).toBe(true);
    expect(isSignedByPagerDuty(Buffer.from(`${body} `), current, ['whsec-abc'])).toBe(false);
    expect(isSignedByPagerDuty(Buffer.from(body), undefined, ['whsec-abc'])).toBe(false);
    expect(isSignedByPagerDuty(Buffer.from(body), '', [])).toBe(false);
  });
});

describe('Grafana', () => {
  const rawBody = Buffer.from('{"receiver":"x","version":"1"}');
  const plain = 'fb950c7c9140e001873c1755c1917c5fcdd5c04b8686329b4c933c3e44cc0fbb';
  const timed = 'd3ddf8c467112f591612ea38d0b2f2e662d72ef0bc00cb8a9a89b4dc0e613e47';

  it('takes both forms', () => {
    expect(isFromGrafana({ rawBody, signature: plain }, ['gsecret'], NOW)).toBe(true);
    expect(isFromGrafana({ rawBody, signature: timed, timestamp: TS }, ['gsecret'], NOW)).toBe(true);
  });

  it('does not take one for the other, an old one, or none', () => {
    expect(isFromGrafana({ rawBody, signature: plain, timestamp: TS }, ['gsecret'], NOW)).toBe(false);
    expect(isFromGrafana({ rawBody, signature: timed }, ['gsecret'], NOW)).toBe(false);
    expect(isFromGrafana({ rawBody, signature: timed, timestamp: TS }, ['gsecret'], NOW + 301_000)).toBe(false);
    expect(isFromGrafana({ rawBody, signature: undefined }, ['gsecret'], NOW)).toBe(false);
  });
});

it('a group key hashes to the dedup key that Alertmanager sends', () => {
  expect(groupDedupKey('{}:{alertname="DiskFull", service="db"}')).toBe(
    'e2f8d8f07e7ff3d39084f0f3f57c92fa746be2d101700a0abe3606c64a6075a0',
  );
});
