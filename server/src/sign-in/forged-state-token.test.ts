import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startOutsideServer } from '../testing/outside-server.ts'
import { REGISTER_CLIENT_ID } from '../testing/server.ts'
import {
  encoded,
  expectRefusedByItself,
  forge,
  HS256,
  openScene,
  type Part,
  take,
} from '../testing/state-tokens.ts'

test('a token that nobody signed is refused', async (t) => {
  const scene = await openScene(t)
  const { payload, signature } = take(scene.signIn.stateToken)
  const spellings = ['none', 'None', 'NONE', 'nOnE', 'none ', '', 'null']
  const headers: Part[] = [
    ...spellings.map((alg) => ({ ...HS256, alg })),
    { typ: 'JWT' },
    { alg: null, typ: 'JWT' },
  ]

  await expectRefusedByItself(
    scene,
    Object.fromEntries(
      headers.flatMap((header) =>
        ['.', '..', `.${signature}`].map((end) => {
          const unsigned = `${encoded(JSON.stringify(header))}.${payload}${end}`
          return [`${JSON.stringify(header)} and ${end}`, unsigned]
        }),
      ),
    ),
  )
})

test('a token that was signed with what everybody knows is refused', async (t) => {
  const scene = await openScene(t)
  const { claims } = take(scene.signIn.stateToken)
  const keys = await scene.program.call('/api/v1/oauth2/keys', { method: 'GET' })
  const jwk = z.array(z.record(z.string(), z.string())).parse(keys.body['keys'])[0]
  if (jwk === undefined) throw new Error('there is no public key')
  const publicKey = createPublicKey({ key: jwk satisfies JsonWebKey, format: 'jwk' })
  const known: Readonly<Record<string, string | Buffer>> = {
    'the public key in PEM': publicKey.export({ type: 'spki', format: 'pem' }),
    'the same without its last line break': publicKey
      .export({ type: 'spki', format: 'pem' })
      .toString()
      .trim(),
    'the public key in PEM, PKCS 1': publicKey.export({ type: 'pkcs1', format: 'pem' }),
    'the public key in DER': publicKey.export({ type: 'spki', format: 'der' }),
    'the public key in DER, PKCS 1': publicKey.export({ type: 'pkcs1', format: 'der' }),
    'the public key as JWK': JSON.stringify(jwk),
    'all public keys': keys.text,
    'the modulus': Buffer.from(jwk['n'] ?? '', 'base64url'),
    'the modulus in text': jwk['n'] ?? '',
    'the kid': jwk['kid'] ?? '',
    'the kid in bytes': Buffer.from(jwk['kid'] ?? '', 'base64url'),
    'the client id': REGISTER_CLIENT_ID,
    nothing: '',
    zeros: Buffer.alloc(32),
  }

  await expectRefusedByItself(
    scene,
    Object.fromEntries(
      Object.entries(known).flatMap(([name, key]) => [
        [name, forge(key, HS256, claims)],
        [`${name}, named`, forge(key, { ...HS256, kid: jwk['kid'] }, claims)],
        [`${name}, said to be RS256`, forge(key, { ...HS256, alg: 'RS256', kid: jwk['kid'] }, claims)],
      ]),
    ),
  )
})

test('a token that brings its own key, or says where to find it, is refused and nothing is fetched', async (t) => {
  const scene = await openScene(t)
  const elsewhere = await startOutsideServer(t, (_, response) => response.end('{"keys":[]}'))
  const { claims } = take(scene.signIn.stateToken)
  const own = 'the key of an attacker, long enough for any algorithm'
  const jwk = { kty: 'oct', k: encoded(own), alg: 'HS256' }
  const headers: Readonly<Record<string, unknown>>[] = [
    { jwk },
    { jku: elsewhere.url.href },
    { x5u: elsewhere.url.href },
    { x5c: [encoded(own)] },
    { kid: '../../../../dev/null' },
    { kid: "' union select 'x' --" },
    { kid: elsewhere.url.href, jku: elsewhere.url.href, jwk },
  ]

  await expectRefusedByItself(
    scene,
    Object.fromEntries(
      headers.flatMap((header) =>
        [own, ''].map((key) => [JSON.stringify([header, key]), forge(key, { ...HS256, ...header }, claims)]),
      ),
    ),
  )
  expect(elsewhere.calls).toBe(0)
})

/** One bit the other way in the first, the middle and the last byte of a part. */
function flips(part: string): string[] {
  const { length } = Buffer.from(part, 'base64url')
  return [0, length >> 1, length - 1].map((at) => {
    const bytes = Buffer.from(part, 'base64url')
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    return encoded(bytes)
  })
}

/** Other spellings of the same bytes: the last character of some lengths has bits to spare. */
function respellings(part: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return Array.from(alphabet)
    .map((last) => part.slice(0, -1) + last)
    .filter(
      (other) => other !== part && Buffer.from(other, 'base64url').equals(Buffer.from(part, 'base64url')),
    )
}

test('a token with a bit changed, cut short, drawn out or spelled otherwise is refused', async (t) => {
  const scene = await openScene(t)
  const token = scene.signIn.stateToken
  const { header, payload, signature } = take(token)
  expect(respellings(signature)).toHaveLength(3)
  const others = {
    flipped: [
      ...flips(header).map((part) => `${part}.${payload}.${signature}`),
      ...flips(payload).map((part) => `${header}.${part}.${signature}`),
      ...flips(signature).map((part) => `${header}.${payload}.${part}`),
    ],
    respelled: [
      ...respellings(header).map((part) => `${part}.${payload}.${signature}`),
      ...respellings(payload).map((part) => `${header}.${part}.${signature}`),
      ...respellings(signature).map((part) => `${header}.${payload}.${part}`),
      token.toLowerCase(),
      encodeURIComponent(`${token} `),
    ],
    cut: [token.slice(0, -1), token.slice(1), token.slice(0, -22), header, `${header}.${payload}`],
    emptied: [`${header}..${signature}`, `.${payload}.${signature}`, `${payload}.${signature}`, '.', '..'],
    drawnOut: ['=', '==', 'A', '.', '.x', '\u00a0'].map((end) => token + end),
    padded: [`${header}=.${payload}.${signature}`, `${header}.${payload}=.${signature}`, `.${token}`],
    dressed: [`"${token}"`, `Bearer ${token}`, `${header}. ${payload}.${signature}`],
    doubled: [`${token},${token}`, `${token} ${token}`],
    asJson: [
      JSON.stringify({ payload, protected: header, signature }),
      JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
      JSON.stringify(token),
    ],
  }
  const named = Object.entries(others).flatMap(([name, tokens]) =>
    tokens.map((each, at) => [`${name} ${at}`, each] as const),
  )

  await expectRefusedByItself(scene, Object.fromEntries(named))
})
