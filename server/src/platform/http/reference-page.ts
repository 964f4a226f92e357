import { type ComponentChild, h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { z } from 'zod'
import type { Language } from '../refusal.ts'
import { credentialsOf, type DescribedEndpoint, refusalsOf, standardHeaders } from './openapi.ts'
import { doorRefusals } from './refusals.ts'
import { referenceStyle } from './reference-style.ts'
import { schemaForms } from './schema-fields.ts'
import { noBody, noReply } from './sdk-endpoint.ts'

const texts = {
  en: {
    title: 'Ligature: the SDK API',
    intro:
      'Every call takes these headers and answers JSON. HTTP 200 is a result: look at its status. HTTP 400 is a refusal with exactly error_code and error_msg.',
    headers: 'Headers of every call',
    everywhere: 'Refusals of every call',
    ownHeaders: 'Further headers',
    request: 'Request body',
    reply: 'Reply',
    refusals: 'Refusals of its own',
    nothing: 'none',
    empty: 'HTTP 200 with an empty body',
    required: 'required',
    optional: 'optional',
    try: 'Try it',
    other: '中文',
  },
  zh: {
    title: 'Ligature：SDK 接口',
    intro:
      '所有接口都带以下请求头，返回 JSON。HTTP 200 表示有结果，请看 status；HTTP 400 表示拒绝，只含 error_code 和 error_msg 两个字段。',
    headers: '公共请求头',
    everywhere: '公共错误码',
    ownHeaders: '其他请求头',
    request: '请求体',
    reply: '返回',
    refusals: '该接口的错误码',
    nothing: '无',
    empty: 'HTTP 200，返回体为空',
    required: '必填',
    optional: '可选',
    try: '试一试',
    other: 'English',
  },
} as const satisfies Record<Language, Record<string, string>>

/** The readable page: one section for each endpoint, in the language asked for. */
export function referencePage(
  endpoints: readonly DescribedEndpoint[],
  publicUrl: string,
  language: Language,
): string {
  const text = texts[language]
  const page = h(
    'html',
    { lang: language === 'zh' ? 'zh-CN' : 'en' },
    h(
      'head',
      null,
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', null, text.title),
      h('style', { dangerouslySetInnerHTML: { __html: referenceStyle } }),
    ),
    h(
      'body',
      null,
      h(
        'header',
        null,
        h('h1', null, text.title),
        h('p', null, text.intro),
        h(
          'p',
          null,
          h('a', { href: '/openapi.json' }, 'openapi.json'),
          ' · ',
          h('a', { href: `/docs?lang=${language === 'zh' ? 'en' : 'zh'}` }, text.other),
        ),
        h('nav', null, endpoints.map(linkTo)),
      ),
      h(
        'main',
        null,
        h('h2', null, text.headers),
        table(
          standardHeaders.map((header) => [
            h('code', null, header.name),
            header.isRequired ? text.required : text.optional,
            h('code', null, header.example),
          ]),
        ),
        h('h2', null, text.everywhere),
        table(refusalRows(Object.values(doorRefusals), language)),
        endpoints.map((endpoint) => section(endpoint, publicUrl, language)),
      ),
    ),
  )
  return `<!doctype html>${renderToString(page)}`
}

function linkTo(endpoint: DescribedEndpoint): ComponentChild {
  return h('a', { href: `#${anchorOf(endpoint)}` }, shortPath(endpoint))
}

function section(endpoint: DescribedEndpoint, publicUrl: string, language: Language): ComponentChild {
  const text = texts[language]
  const credentials = credentialsOf(endpoint)
  const shared = new Set<unknown>(Object.values(doorRefusals))
  const own = refusalsOf(endpoint).filter((refusal) => !shared.has(refusal))
  return h(
    'section',
    { id: anchorOf(endpoint) },
    h('h2', null, h('span', { class: 'method' }, endpoint.method), ' ', h('code', null, endpoint.path)),
    h('p', null, endpoint.summary[language]),
    credentials.length > 0 && [
      h('h3', null, text.ownHeaders),
      table(
        credentials.map(({ name, isRequired }) => [
          h('code', null, name),
          isRequired ? text.required : text.optional,
        ]),
      ),
    ],
    h('h3', null, text.request),
    endpoint.body === noBody ? h('p', null, text.nothing) : fields(endpoint.body, 'input', language),
    h('h3', null, text.reply),
    endpoint.reply === noReply ? h('p', null, text.empty) : fields(endpoint.reply, 'output', language),
    h('h3', null, text.refusals),
    table(refusalRows(own, language)),
    h('h3', null, text.try),
    h('pre', { tabIndex: 0 }, curlOf(endpoint, publicUrl)),
  )
}

function refusalRows(refusals: readonly { code: string; en: string; zh: string }[], language: Language) {
  return refusals.map((refusal) => [
    h('code', null, refusal.code),
    language === 'zh' ? refusal.zh : refusal.en,
  ])
}

function table(rows: readonly (readonly ComponentChild[])[]): ComponentChild {
  return h(
    'div',
    { class: 'scroll', tabIndex: 0 },
    h(
      'table',
      null,
      h(
        'tbody',
        null,
        rows.map((cells) =>
          h(
            'tr',
            null,
            cells.map((cell) => h('td', null, cell)),
          ),
        ),
      ),
    ),
  )
}

function fields(type: z.ZodType, io: 'input' | 'output', language: Language): ComponentChild {
  const text = texts[language]
  return schemaForms(type, io).map((form) =>
    table(
      form.map((field) => [
        h('code', null, field.name),
        field.isRequired ? text.required : text.optional,
        h('code', null, field.type),
      ]),
    ),
  )
}

/** A call as it can be pasted, with a placeholder for what the caller has to have. */
function curlOf(endpoint: DescribedEndpoint, publicUrl: string): string {
  const headers = [
    ...standardHeaders
      .filter((header) => header.isRequired)
      .map((header) => `${header.name}: ${header.example}`),
    ...credentialsOf(endpoint)
      .filter(({ isRequired }) => isRequired)
      .map(({ name }) => `${name}: …`),
    'Content-Type: application/json',
  ]
  return [
    `curl -X ${endpoint.method} ${publicUrl}${endpoint.path}`,
    ...headers.map((header) => `  -H '${header}'`),
    ...(endpoint.body === noBody ? [] : [`  -d '{…}'`]),
  ].join(' \\\n')
}

function anchorOf(endpoint: DescribedEndpoint): string {
  return shortPath(endpoint).replaceAll('/', '-')
}

function shortPath(endpoint: DescribedEndpoint): string {
  return endpoint.path.replace(/^\/api\/v2\/(?:sdk\/)?/, '')
}
