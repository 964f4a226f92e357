/** The applications of the measured deployment; they differ in how their id_tokens are signed. */
export const applications = {
  ES256: 'benchEs2560000000000000000000001',
  RS256: 'benchRs2560000000000000000000001',
  register: 'benchRegister0000000000000000001',
} as const

export const connections = { bind: 'bench bind', register: 'bench register' } as const

const MUCH = '[1000000 per hour]'

/**
 * What `start` is configured with: everything comes from one machine here, so what limits one machine is as
 * wide as it goes, and the rest is as it comes.
 */
export function configurationFor(carrier: URL): string {
  return `
applications:
  ${applications.ES256}: { name: Bench, id_token: { algorithm: ES256 } }
  ${applications.RS256}: { name: Bench, id_token: { algorithm: RS256 } }
  ${applications.register}: { name: Bench, id_token: { algorithm: ES256 } }
connections:
  ${connections.bind}:
    kind: wechat-mini-program
    applications: [${applications.ES256}, ${applications.RS256}]
    app_id: wx0000000000000001
    app_secret: \${BENCH_SECRET}
    when_unbound: bind
  ${connections.register}:
    kind: wechat-mini-program
    applications: [${applications.register}]
    app_id: wx0000000000000002
    app_secret: \${BENCH_SECRET}
    when_unbound: bind_or_register
gateways:
  carrier: { kind: http-sms, url: '${carrier.href}', secret: '\${BENCH_GATEWAY_SECRET}' }
registration: { open: true }
human_check: { when: never }
sending:
  per_ip: ${MUCH}
  per_prefix: ${MUCH}
  per_application: ${MUCH}
  per_deployment: ${MUCH}
`
}
