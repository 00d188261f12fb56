/**
 * What SES has published, unless it is not JSON: then it is nothing of SES, and would be none at the next attempt either. The error of
 * JSON.parse would carry a piece of it into the log.
 */
export function readMessage(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
