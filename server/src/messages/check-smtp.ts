import { setTimeout as delay } from 'node:timers/promises'
import { CHECK_WITHIN_MS, type Finding, finding } from '../platform/finding.ts'
import { gatewayFindings as found } from './findings.ts'
import type { SmtpServer, SmtpSettings } from './smtp-settings.ts'

/** Connects, encrypts, signs in and leaves: no mail is begun. */
export async function checkSmtp(
  server: SmtpServer,
  settings: Pick<SmtpSettings, 'certificate_authority'>,
): Promise<readonly Finding[]> {
  const { createTransport } = await import('nodemailer')
  const transporter = createTransport({
    ...server,
    connectionTimeout: CHECK_WITHIN_MS,
    greetingTimeout: CHECK_WITHIN_MS,
    socketTimeout: CHECK_WITHIN_MS,
    dnsTimeout: CHECK_WITHIN_MS,
    ...(settings.certificate_authority !== undefined && { tls: { ca: settings.certificate_authority } }),
  })
  const waiting = new AbortController()
  const looked = transporter
    .verify()
    .then(
      () => finding(server.auth === undefined ? found.mailServerAnswers : found.mailServerTakesLogin),
      aboutError,
    )
  const tooLate = delay(CHECK_WITHIN_MS, finding(found.notReachable, 'timeout'), { signal: waiting.signal })
  try {
    return [await Promise.race([looked, tooLate])]
  } finally {
    waiting.abort()
    tooLate.catch(() => undefined)
    transporter.close()
  }
}

/** Only codes: a server's answer repeats what it was told. */
function aboutError(error: unknown): Finding {
  const { code, originalCode, responseCode } = codesOf(error)
  if (code === 'EAUTH') return finding(found.mailLoginRefused, responseCode)
  const isOfTls = code === 'ETLS' || /^(?:CERT_|DEPTH_|ERR_TLS_|ERR_SSL_|SELF_|UNABLE_)/.test(originalCode)
  if (isOfTls) return finding(found.mailNotEncrypted, originalCode === '' ? code : originalCode)
  if (responseCode !== '') return finding(found.mailServerRefuses, responseCode)
  return finding(found.notReachable, originalCode === '' ? code : originalCode)
}

function codesOf(error: unknown): { code: string; originalCode: string; responseCode: string } {
  const textOf = (name: string): string => {
    const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' && /^[A-Z\d_]{1,60}$/.test(text) ? text : ''
  }
  return {
    code: textOf('code') === '' ? 'error' : textOf('code'),
    originalCode: textOf('originalCode'),
    responseCode: textOf('responseCode'),
  }
}
