import { expect, test } from 'vitest'
import { mistakesIn, newConfigurationFile } from '../testing/configuration.ts'

const CLIENT_ID = 'd7f1c2a94be0436f8a51e3907bc6d284'
const UNKNOWN_ID = 'ffffffffffffffffffffffffffffffff'
const LITERAL =
  'app_secret is a secret and must not stand in the file: write ${VARIABLE} and put it into that environment variable, or { file: PATH }'

/** A file whose connection has this line in the place of its secret. */
function connectionWith(line: string): string {
  return `connections:\n  shop:\n    kind: wechat-mini-program\n    app_id: wx0123456789abcdef\n    ${line}\n`
}

/** A file whose application has these lines besides its name. */
function applicationWith(...lines: readonly string[]): string {
  return ['applications:', `  ${CLIENT_ID}:`, '    name: Shop', ...lines.map((line) => `    ${line}`)].join(
    '\n',
  )
}

interface Mistake {
  readonly what: string
  readonly text: string
  readonly says: readonly string[]
}

const mistakes: readonly Mistake[] = [
  {
    what: 'a section that does not exist',
    text: 'aplications:\n',
    says: ['1:1: "aplications" is not a section; did you mean "applications"?'],
  },
  {
    what: 'a section that is nowhere near one',
    text: 'webhooks: {}\n',
    says: ['1:1: "webhooks" is not a section'],
  },
  {
    what: 'a list of sections',
    text: '- applications\n',
    says: ['1:1: the file must hold sections, such as "applications:"'],
  },
  {
    what: 'a section that is no group',
    text: 'applications:\n  - x\n',
    says: ['2:3: applications must be a group of names, each with what belongs to it'],
  },
  {
    what: 'a section twice',
    text: 'applications:\nconnections:\napplications:\n',
    says: ['3:1: applications stands here a second time; keep one of them'],
  },
  {
    what: 'an object twice',
    text: `${applicationWith()}\n  "${CLIENT_ID}":\n    name: Other\n`,
    says: [`4:3: application ${CLIENT_ID} stands here a second time; keep one of them`],
  },
  {
    what: 'a key twice',
    text: applicationWith('name: Other'),
    says: ['4:5: "name" stands here a second time; keep one of them'],
  },
  {
    what: 'a key that is misspelt',
    text: applicationWith('orgins: []'),
    says: [`4:5: "orgins" is not a key of application ${CLIENT_ID}; did you mean "origins"?`],
  },
  {
    what: 'a key of Object',
    text: applicationWith('constructor: x', '__proto__: x'),
    says: [
      `4:5: "constructor" is not a key of application ${CLIENT_ID}`,
      `5:5: "__proto__" is not a key of application ${CLIENT_ID}`,
    ],
  },
  {
    what: 'a key inside a group',
    text: applicationWith('session:', '  lifetme: 5 days'),
    says: ['5:7: "lifetme" is not a key of session; did you mean "lifetime"?'],
  },
  {
    what: 'a client_id that is none',
    text: 'applications:\n  shop:\n    name: Shop\n',
    says: [
      '2:3: application "shop" must be a client_id: 32 letters and digits, as "openssl rand -hex 16" prints them',
    ],
  },
  {
    what: 'a value of another type',
    text: applicationWith('disabled: "no"', 'origins: https://a.example', 'session: 5 days'),
    says: [
      '4:15: disabled must be true or false',
      '5:14: origins must be a list, each entry an origin',
      '6:14: session must be a group with lifetime, renewed',
    ],
  },
  {
    what: 'a number where text belongs',
    text: connectionWith('open_platform: 007'),
    says: [
      '2:3: connection shop needs "app_secret"',
      '5:20: open_platform must be text; in quotes it is: "007"',
    ],
  },
  {
    what: 'a value that is none of those there are',
    text: applicationWith('id_token: { algorithm: RS265 }'),
    says: ['4:28: algorithm must be "RS256", "ES256" or "EdDSA"; did you mean "RS256"?'],
  },
  {
    what: 'a length of time that is none, and one that is too long',
    text: applicationWith('id_token: { lifetime: 25h }', 'session:', '  lifetime: 5 yonks'),
    says: [
      '4:27: lifetime must be between 1 minute and 1 day',
      '6:17: lifetime must be a length of time such as "5 days" or "24h"',
    ],
  },
  {
    what: 'an origin with a path, or without a scheme',
    text: applicationWith('origins:', '- https://a.example/', '- a.example', '- https://b.example:8443'),
    says: ['5:7', '6:7'].map(
      (place) =>
        `${place}: origins must be an origin: https:// or http://, a host and perhaps a port, and nothing after it, such as https://shop.example.com`,
    ),
  },
  {
    what: 'a key without a value',
    text: applicationWith('disabled:', 'origins: ~'),
    says: [
      '4:5: disabled has no value: write one, or leave the key out',
      '5:5: origins has no value: write one, or leave the key out',
    ],
  },
  {
    what: 'what a new object needs',
    text: `applications:\n  ${CLIENT_ID}:\nconnections:\n  shop:\n    kind: wechat-mini-program\n`,
    says: [
      `2:3: application ${CLIENT_ID} needs "name"`,
      '4:3: connection shop needs "app_id"',
      '4:3: connection shop needs "app_secret"',
    ],
  },
  {
    what: 'a kind that is missing, and one that does not exist',
    text: 'connections:\n  one:\n    app_id: x\n  other:\n    kind: wechat-miniprogram\n  third:\n',
    says: [
      '3:5: kind is missing: it must be "wechat-mini-program"',
      '5:11: kind must be "wechat-mini-program"; did you mean "wechat-mini-program"?',
      '6:3: kind is missing: it must be "wechat-mini-program"',
    ],
  },
  { what: 'a secret', text: connectionWith('app_secret: hunter2'), says: [`5:17: ${LITERAL}`] },
  { what: 'half a secret', text: connectionWith('app_secret: a${SHOP_SECRET}'), says: [`5:17: ${LITERAL}`] },
  { what: 'a secret of digits', text: connectionWith('app_secret: 123456'), says: [`5:17: ${LITERAL}`] },
  {
    what: 'a secret as a list',
    text: connectionWith('app_secret: [a]'),
    says: [`5:17: ${LITERAL}`],
  },
  {
    what: 'a secret in an unknown way',
    text: connectionWith('app_secret: { path: a }'),
    says: [`5:17: ${LITERAL}`],
  },
  {
    what: 'a variable that is missing, empty, a setting of ours, or none',
    text: [
      connectionWith('app_secret: ${NOT_SET}'),
      '    open_platform: a${EMPTY}b',
      '    when_unbound: ${LIGATURE_MASTER_KEY}',
      '    second_identity: ${not-a-name}',
      '  other:',
      '    kind: wechat-mini-program',
      '    app_id: ${REGION',
      '    app_secret: ${EMPTY}',
    ]
      .join('\n')
      .replace('\n\n', '\n'),
    says: [
      '5:17: app_secret needs the environment variable NOT_SET, which is not set',
      '6:20: open_platform needs the environment variable EMPTY, which is empty',
      '7:19: when_unbound takes LIGATURE_MASTER_KEY, but variables that begin with LIGATURE_ are settings of the process',
      '8:22: second_identity holds ${not-a-name}, which names no environment variable: letters, digits and _ only',
      '11:13: app_id holds ${REGION without a }',
      '12:17: app_secret needs the environment variable EMPTY, which is empty',
    ],
  },
  {
    what: 'an application that does not exist, and one that is not in quotes',
    text: [
      applicationWith(),
      connectionWith(
        `applications: [${CLIENT_ID}, ${UNKNOWN_ID}, 12345678901234567890123456789012]`,
      ).trimEnd(),
      '    app_secret: ${SHOP_SECRET}',
    ].join('\n'),
    says: [
      `8:54: application ${UNKNOWN_ID} does not exist`,
      '8:88: applications must be the client_id of an application; in quotes it is: "12345678901234567890123456789012"',
    ],
  },
  {
    what: 'two connections of a kind for one application',
    text: [
      applicationWith(),
      connectionWith(`applications: [${CLIENT_ID}]`).trimEnd(),
      '    app_secret: ${SHOP_SECRET}',
      '  other:',
      '    kind: wechat-mini-program',
      '    app_id: wx0123456789abcdef',
      '    app_secret: ${SHOP_SECRET}',
      `    applications: [${CLIENT_ID}]`,
    ].join('\n'),
    says: [
      `8:19: applications names ${CLIENT_ID}, which has the connection other already: an application has one wechat-mini-program`,
      `14:19: applications names ${CLIENT_ID}, which has the connection shop already: an application has one wechat-mini-program`,
    ],
  },
  {
    what: 'a test address that is none, twice the same, codes that are none; no address is shown',
    text: 'test_addresses:\n  13900139000: 123456\n  "+86 139-0013-9000": "123456"\n  nobody: "123456"\n  li@example.com: "12345"\n  13900139001:\n',
    says: [
      '2:16: test address +86-139****9000 must be six digits, in quotes',
      '3:3: test address +86-139****9000 stands here a second time; keep one of them',
      '4:3: test address must be a mobile number or an email address',
      '5:19: test address l***@example.com must be six digits, in quotes',
      '6:3: test address +86-139****9001 has no value: write one, or leave the key out',
    ],
  },
  {
    what: 'a gateway whose settings cannot be meant together, or are no text',
    text: 'gateways:\n  mail:\n    kind: smtp\n    host: mail.example.com\n    from: nobody\n  bridge:\n    kind: http-sms\n    url: https://bridge.example.com\n    area_codes: [86]\n    secret: ${EMPTY}\n',
    says: [
      '2:3: gateway mail: The mail gateway needs a from address: no-reply@example.com or Example <no-reply@example.com>',
      '9:18: area_codes: An area code is text: write it in quotes',
      '10:13: secret needs the environment variable EMPTY, which is empty',
    ],
  },
  {
    what: 'a message without its code',
    text: 'message_texts:\n  bind:\n    zh:\n      sms: Hello\n',
    says: ['4:12: sms: The text must hold {code}'],
  },
  {
    what: 'a tab',
    text: 'applications:\n\tx: 1\n',
    says: ['2:1: this line is indented with a tab; YAML wants spaces'],
  },
  {
    what: 'a second document',
    text: 'applications:\n---\nconnections:\n',
    says: ['2:1: a second document begins here; the file may hold one only'],
  },
  {
    what: 'a bracket that is not closed',
    text: applicationWith('origins: [a'),
    says: [
      '4:16: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    what: 'a tag',
    text: applicationWith('disabled: !maybe x'),
    says: ['4:15: a value with a tag ("!…") means nothing here', '4:22: disabled must be true or false'],
  },
  {
    what: 'an alias of nothing',
    text: applicationWith('session: *nowhere'),
    says: ['4:5: session has no value: write one, or leave the key out'],
  },
]

test.for(mistakes)('$what', async ({ text, says }, t) => {
  expect(await mistakesIn(newConfigurationFile(t, text))).toEqual(says)
})
