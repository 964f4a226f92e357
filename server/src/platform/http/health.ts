import type { FastifyInstance } from 'fastify'

/** `/live`: the process answers. `/ready`: it can do its work. For load balancers and supervisors. */
export function addHealth(app: FastifyInstance, isStoreReady: () => Promise<boolean>): void {
  app.get('/live', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )
  app.get('/ready', async (_request, reply) => {
    const isReady = await isStoreReady().catch(() => false)
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? 'ok' : 'the database does not answer' })
  })
}
