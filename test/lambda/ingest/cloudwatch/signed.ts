/**
 * Messages that were signed once with a key made for this test and thrown away. The certificate is public and trusted by nobody.
 */
export const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIDNTCCAh2gAwIBAgIUSSGjNzXudoFU+RulxAt+HL+5U+owDQYJKoZIhvcNAQEL',
  'BQAwKTEnMCUGA1UEAwwec25zLmV1LWNlbnRyYWwtMS5hbWF6b25hd3MuY29tMCAX',
  'DTI2MTEyMTA4MzYwM1oYDzIxMjYxMDI4MDgzNjAzWjApMScwJQYDVQQDDB5zbnMu',
  'ZXUtY2VudHJhbC0xLmFtYXpvbmF3cy5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IB',
  'DwAwggEKAoIBAQCsFxdG9WePK7rO6pXtbRgItEQXG2nfRlu2/szC92HhRP9h6PCM',
  'PLtm9FVkdA63v7BwVik0pfhKDUpYxTPCCU+l9Lkj/Jeh0UkehMp0pI52pBwl0I5A',
  '//kEq/8Dizaz59JtBnU/DqHdF/GrHE10v6b+GDVpF8cC9Nezenu0cz04bRQQRFF9',
  'mHFJdlWAyg8zfITS/0KUK94nZud/dUa4wFCVsj1rs77BfQmFEb1Z9cRvcAK2bm7k',
  'c65xezdAqkhOoC5bq4OZo4BDekJviI/KstYlNO7YpgVpKINaS6n+Bp0ZHmjlT5he',
  'GRiV4kmI1g8tqVjsWWMzUl/Fai3SSh6neP0/AgMBAAGjUzBRMB0GA1UdDgQWBBR2',
  'LNgV2XXr5QV43xWSyamzZWVCOjAfBgNVHSMEGDAWgBR2LNgV2XXr5QV43xWSyamz',
  'ZWVCOjAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBBmi0KJMq2',
  'FNhvswAufHPGi3ITqC9PWhtGZJoDtmTsH3eL3PZ7OCXzP3u7nJo1lLOho8swlTM7',
  'Qa623Uigxl1EE2UPKb/+hhCwRh1VWZI6SCX+fAfAtDPOW6DS9qrc68x8pkNofq1U',
  'pnTmZgyhhFUb8jhBMjtTRb4jHuJ75d93SSwSDGxme/hL8FHAwGhmSBxvLR890VLi',
  '9EOZBiU1ro58uBKIWQejn0aurFD5OnPzmVg9KfW0qcp1LLGO4KZP5536N3hxNg0r',
  'JzsRTmOx49B3lXs28dbQr37csauvKxOz6prpD8ocxQMDReFojSalwdChZr27Htks',
  'zwkW0k5/IkMp',
  '-----END CERTIFICATE-----',
].join('\n');

export const NOTIFICATION = {
  Type: 'Notification',
  MessageId: 'm-1',
  TopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms',
  Subject: 'Greeting',
  Message: 'hello topic',
  Timestamp: '2026-01-02T03:04:05.678Z',
  SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem',
};

export const CONFIRMATION = {
  Type: 'SubscriptionConfirmation',
  MessageId: 'm-2',
  TopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms',
  Message: 'confirm please',
  Token: 't-1',
  SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t-1',
  Timestamp: '2026-01-02T03:04:05.678Z',
  SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem',
};

export const SIGNATURES = {
  notificationSha1:
    'h7eY40ow0cnhrTBNBy8j2c2FFciZu3pcxia31jIg5VIteU8xmDFEj2mXzYq/TAIzoGqD4gYmfOCFjeU6VJ73cjgONdW5rRgaULci' +
    'n8mZylWhkF7OECsSyXJ99s+Quny696qXxMGcfkjFBkYkWTcX1jo7tzxxde1ffSgqfXw1CUm9KnUgSCd6iadOra4tWUT+KTecRs06' +
    'O7Ot9M7lsxID5W+a7wVtxa9n6KDre78EV9kOnUzf4+GVLzg2oPKxhqcVgR65zireBZ7We3+QCj8SZAc08Ypqzi6u/iCHKVstSWjL' +
    'KtLqevIs8Ujq1EMC+KuSqKR6FhBfJWzaLS1HtRcy2A==',
  notificationSha256:
    'N+Y7C5djXyNo6xJ6lwyYjgqM/hscZVB+ysKwZBS+b2EkEkyR63I0VZqYfO9hLVzEIlhS68gv11Wf6wJvi206G/qGtmVLUoP9xo9U' +
    '8/QVdMu+bIX7cvWe+/g+IngmLex+Dczh2R3ymSze6RC4WbmSf1idTnFBiHcW1uoPXNHm0SkICCTGtcy4xPd7OhSiPxXGIPNjRx5j' +
    'ttPeaZGcvBugytuakHMou+ZkFff0ppEQO+T4fTaswI/jHrcIJEfOnKSjLmei/j3PI4TEYVHv9+vNzEtKRn9+e/yDzLVBmBuET9Am' +
    'cjfk7c+6eJQ/Xef6purh/S0tckCqW3oLCzNE4tPihg==',
  confirmationSha256:
    'X1/q5ZurxE7Y28wPGJtlBuWlX79LWBlEX3RDRO+J98gkM2SKxXA8MWxkN6a2JxcseuqDNf/NG6wH4vSI2peOT/GKmZDvBKSo2S9V' +
    'tDtza/gTkN8LeqWqcb+jLqcn0jfVcGNiPkPNJvOYIHTca0HoVY6jHoYnK64wNMBYtoAVdu4hGIk8lpON6+kJ8foPnnYRksCJtcqF' +
    'y+0jc4mnwdEqgDsPlmr6Jto1fj9gnGuhwHepHZ1pTVdCvLgFG47kzWGU6NB4JpJ1ss18jXKi8dP6QSMODD/RQXDoX+BgzVVK0Fv5' +
    'K2B+f1qI1J9JS79kGoKc7BQqrL6WUKvtpCdyp9Yjjg==',
};
