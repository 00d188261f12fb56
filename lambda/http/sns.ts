import { isSigningCertUrl, isSnsSignature, isSnsUrl, readSns } from '../ingest/cloudwatch/sns.ts';

/** Fetches a text over https; rejects unless the answer is a 200. Follows no redirect. */
export type FetchText = (url: string) => Promise<string>;

const TIMEOUT_MS = 4_000;

export const fetchText: FetchText = async (url) => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) throw new Error(`${new URL(url).hostname} answered ${response.status}`);
  return response.text();
};

const MOST_CERTIFICATES = 20;

export interface SnsCheck {
  /** True unless the body is an SNS envelope that SNS has not signed. Rejects when the certificate cannot be had. */
  isGenuine(body: unknown): Promise<boolean>;
  /** Confirms a subscription. Throws for an address that is not of SNS. */
  confirm(url: string): Promise<void>;
}

export function createSnsCheck(fetchAt: FetchText = fetchText): SnsCheck {
  const certificates = new Map<string, string>();

  async function certificate(url: string): Promise<string> {
    const known = certificates.get(url);
    if (known !== undefined) return known;
    const pem = await fetchAt(url);
    if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
    certificates.set(url, pem);
    return pem;
  }

  return {
    async isGenuine(body) {
      const envelope = readSns(body);
      if (envelope === undefined) return true;
      if (!isSigningCertUrl(envelope.signingCertUrl)) return false;
      return isSnsSignature(envelope, await certificate(envelope.signingCertUrl));
    },
    async confirm(url) {
      if (!isSnsUrl(url)) throw new Error('a subscription can be confirmed at Amazon SNS alone');
      await fetchAt(url);
    },
  };
}
