import { describe, expect, test } from 'vitest'
import { startGroup } from '../testing/group.ts'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'
import { bindAndSignIn, signIn } from '../testing/signed-in.ts'
import { startToldWeChat } from '../testing/told-wechat.ts'

const LI = '13800138000'
const CODE = '232326'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const OPENID = 'oKfHI1BJdxUEFCAakTeoYIlC22lw'
const UNIONID = 'odVLG0-NK05w0000g1BCAnbC4WdM'

describe('the linked accounts', () => {
  test('are told in the documented form, field by field', async (t) => {
    const weChat = await startToldWeChat(t, { openid: OPENID, unionid: UNIONID })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })
    server.clock.advance(20_468)
    const person = await bindAndSignIn(server.miniProgram(), 'alice')

    const reply = await person.list()

    expect(reply).toMatchObject({ httpStatus: 200 })
    expect(reply.headers.get('cache-control')).toBe('no-store')
    const [{ id } = { id: '' }] = await person.links()
    expect(id).toMatch(/^20260105080020468-[0-9A-F]{4}-[0-9A-F]{9}$/)
    expect(reply.text).toBe(
      JSON.stringify({
        social: [
          {
            id,
            userId: person.userId,
            socialType: 'weixin',
            socialUid: UNIONID,
            socialChannelId: OPENID,
            socialNickname: null,
            socialHeadImage: null,
            socialAccountDetails: null,
            idpId: '20260101000000000-DE30-000000001',
            createdAt: '2026-01-05 08:00:20.468',
            updatedAt: '2026-01-05 08:00:20.468',
          },
        ],
      }),
    )
  })

  test('have the openid for both ids as long as there is no unionid', async (t) => {
    const weChat = await startToldWeChat(t, { openid: OPENID })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })
    const person = await bindAndSignIn(server.miniProgram(), 'alice')
    expect(await person.links()).toMatchObject([{ socialUid: OPENID, socialChannelId: OPENID }])

    weChat.tell({ openid: OPENID, unionid: UNIONID })
    await signIn(server.miniProgram(), 'alice')

    expect(await person.links()).toMatchObject([{ socialUid: UNIONID, socialChannelId: OPENID }])
  })

  test('are those of every application, oldest first, and nobody else’s', async (t) => {
    const { server, first, second } = await startGroup(t)
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const li = await bindAndSignIn(first, 'bob', LI)
    const zhangsan = await bindAndSignIn(second, 'alice')
    server.clock.advance(1_000)
    await signIn(first, 'alice')

    expect((await zhangsan.links()).map(({ idpId }) => idpId)).toEqual([
      '20260101000000000-DE30-000000002',
      '20260101000000000-DE30-000000001',
    ])
    expect(await li.links()).toMatchObject([{ userId: li.userId }])
  })
})

describe('they are told to nobody', () => {
  test('without an id_token, with another application’s, or with a session token in its place', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const pending = await program.openSignIn('alice')
    await pending.send('11012345678')
    const { body } = await pending.bind('11012345678', CODE)
    const list = (authorization?: string, clientId?: string) =>
      server.miniProgram(clientId === undefined ? {} : { clientId }).call('social', {
        method: 'GET',
        ...(authorization !== undefined && { headers: { Authorization: authorization } }),
      })

    expect(await list(`Bearer ${String(body['id_token'])}`)).toMatchObject({ httpStatus: 200 })
    for (const refused of [
      await list(),
      await list(`Bearer ${String(body['session_token'])}`),
      await list(String(body['id_token'])),
      await list(`Bearer ${String(body['id_token'])}`, REGISTER_CLIENT_ID),
    ]) {
      expect(refused).toMatchObject({
        httpStatus: 400,
        text: `{"error_code":"${ID_TOKEN_REFUSED}","error_msg":"IdToken is invalid or expired"}`,
      })
    }
  })

  test('from the end of the id_token on', async (t) => {
    const server = await startServer(t)
    const person = await bindAndSignIn(server.miniProgram(), 'alice')

    server.clock.advance(299_999)
    expect(await person.list()).toMatchObject({ httpStatus: 200 })
    server.clock.advance(1)
    expect(await person.list()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
  })
})
