import type { FastifyInstance } from 'fastify'
import type { Language } from '../refusal.ts'
import { type DescribedEndpoint, openApiDocument } from './openapi.ts'
import { referencePage } from './reference-page.ts'

/** `/openapi.json` for programs and `/docs` for people, made from the same declarations as the router. */
export function addReference(
  app: FastifyInstance,
  endpoints: readonly DescribedEndpoint[],
  publicUrl: () => string,
): void {
  app.get('/openapi.json', (_request, reply) => reply.send(openApiDocument(endpoints, publicUrl())))
  app.get<{ Querystring: { lang?: string } }>('/docs', (request, reply) => {
    const wanted = request.query.lang ?? request.headers['accept-language'] ?? ''
    const language: Language = wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en'
    return reply
      .type('text/html; charset=utf-8')
      .header('vary', 'accept-language')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      )
      .send(referencePage(endpoints, publicUrl(), language))
  })
}
